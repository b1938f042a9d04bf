"""The contract of reports that can be read for past days: what they would have published at the end of each."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, TypeAlias

from exporter.model.collection import Run
from exporter.model.families import Family, LabelValues, Number, fold
from exporter.model.periods import Days

DayValues: TypeAlias = list[Number | None]
"""One value per day of a period; None where it is not known."""


@dataclass(slots=True)
class Past:
    """The figures of a billing period: by family and series, a value for each of its days.

    `rows` counts the rows of the report that were read; `timestamps` are the data timestamps of its days, in Unix
    seconds, where it states them.
    """

    days: Days
    values: dict[str, dict[LabelValues, DayValues]] = field(default_factory=dict)
    rows: int = 0
    timestamps: DayValues = field(default_factory=list)

    @property
    def length(self) -> int:
        """How many days the period has."""
        return (self.days.end - self.days.start).days + 1

    def place(self, day: date) -> int:
        """The place of a day in the values of a series."""
        return (day - self.days.start).days

    def put(self, day: date, records: Iterable[Any], families: Sequence[Family]) -> None:
        """Fold the records that would have been published at the end of a day."""
        place = self.place(day)
        for name, samples in fold(records, families).items():
            series = self.values.setdefault(name, {})
            for key, value in samples.items():
                if key not in series:
                    series[key] = [None] * self.length
                series[key][place] = value

    def keep(self, older: "Past") -> None:
        """Take the days before the first known one from what was read earlier of the same period."""
        known = [place for series in self.values.values() for days in series.values() for place in _known(days)]
        first = min(known, default=self.length)
        for name, series in older.values.items():
            mine = self.values.setdefault(name, {})
            for key, values in series.items():
                if any(value is not None for value in values[:first]):
                    mine[key] = [*values[:first], *mine.get(key, [None] * self.length)[first:]]
        self.timestamps = [*older.timestamps[:first], *self.timestamps[first:]]

    def at_end(self, name: str) -> Mapping[LabelValues, Number]:
        """The newest known value of each series of a family."""
        newest = {
            key: next((value for value in reversed(values) if value is not None), None)
            for key, values in self.values.get(name, {}).items()
        }
        return {key: value for key, value in newest.items() if value is not None}


def _known(values: Sequence[Number | None]) -> Iterator[int]:
    return (place for place, value in enumerate(values) if value is not None)


class History(ABC):
    """A report whose figures of past days can be read.

    A collector that implements it takes part in `backfill`; no other code has to know of it.
    """

    __slots__ = ()

    forgets: ClassVar[bool] = False
    """Whether the API may lack days that it had before, so that those that are stored stay."""

    @abstractmethod
    def oldest(self, today: date) -> date:
        """The first day that the API may have figures of."""

    @abstractmethod
    def closed(self, period: Days, now: datetime) -> bool:
        """Whether the figures of a billing period no longer change, so that it is never read again."""

    @abstractmethod
    def past(self, period: Days, now: datetime, run: Run) -> Past:
        """Read a billing period, which is a calendar month; raises a `Failure`.

        A day has values only if its figures are complete.
        """
