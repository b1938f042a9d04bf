"""What a row states, and the rows of a report by their days."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

from exporter.apis.b2c.records import UNATTRIBUTED, DayRow, Row, Unreadable
from exporter.model.collection import Run
from exporter.model.periods import DAY, Days, month_start

D = TypeVar("D", bound=DayRow)
THIRTY_DAYS = timedelta(days=30)
LATEST = timedelta(days=14)
"""The newest row may be so late, and the 30 days before it are still requested."""


def filter_bound(now: datetime) -> date:
    """The bound of the filter: before the month's first day, and 30 days before a newest row that is two weeks late.

    Whether the bound of a `TimeStamp gt` filter belongs to the answer is not documented, so it is one day earlier
    than necessary, and each window selects its days.
    """
    return min(month_start(now), (now - THIRTY_DAYS - LATEST).date()) - DAY


@dataclass(frozen=True, slots=True)
class RowsByDay(Generic[D]):
    """The rows of a report by their days, in order, and the days whose rows state nothing that can be used.

    Those with why, empty where the row itself is the reason.
    """

    rows: Mapping[date, D]
    unusable: Mapping[date | None, str]

    def unknown(self, span: Days) -> str:
        """Why a sum over the span is not known, in words; empty where it is.

        A row whose day can't be read may be of any day.
        """
        for day in sorted(day for day in self.unusable if day and day in span):
            return self.unusable[day] or f"the row of {day} can't be used"
        return "a row without a readable day may be one of its days" if None in self.unusable else ""

    def unknown_on(self, day: date) -> str:
        """Why the value of one day is not known, in words; empty where it is, as on any day that has a row."""
        return "" if day in self.rows else self.unknown(Days(day, day))


def by_day(report: str, rows: Iterable[D | Unreadable], now: datetime, run: Run) -> RowsByDay[D]:
    """The row of each day: of several the one with the newest time stamp, of equal stamps the last.

    Rows without a count, and rows of the day after tomorrow or later, are dropped with a warning. A day without any
    row is taken as a day without activity, since the reports leave out what is zero. A day whose only rows can't be
    read, or state no count, is unknown.
    """
    days: dict[date, D] = {}
    unusable: dict[date | None, str] = {}
    for row in rows:
        if isinstance(row, Unreadable) or not states_count(f"{report}: {row.day}", row, run):
            unusable[row.day] = row.why if isinstance(row, Unreadable) else ""
            continue
        if row.day > now.date() + DAY:
            run.drop(f"{report}: the row of {row.day} is skipped: that day is in the future")
            continue
        before = days.get(row.day)
        if before is not None:
            run.drop(f"{report}: {row.day} has several rows: the one with the newest time stamp counts")
        if before is None or before.at <= row.at:
            days[row.day] = row
    if not days:
        run.warn(f"{report}: the answer has no rows")
    _warn_of_excess(report, days, run)
    return RowsByDay(dict(sorted(days.items())), {day: why for day, why in unusable.items() if day not in days})


def states_count(what: str, row: Row, run: Run) -> bool:
    """Whether the row states a count at all; one that does not is dropped with a warning."""
    stated = row.stated_total is not None or any(True for _ in row.parts())
    if not stated:
        run.drop(f"{what}: a row is skipped: it states no count")
    return stated


def parts(row: Row, known: Collection[str] = ()) -> dict[str, int]:
    """Every part once. Where the stated parts make up the whole total, a `known` key that is missing is zero.

    A row that states zero and nothing else states it of `known`, and of `unattributed` where no key is known.
    """
    found: Counter[str] = Counter()
    for key, count in row.parts():
        found[key] += count
    whole = row.stated_total is not None and UNATTRIBUTED not in found
    return {**dict.fromkeys(known or ([] if found else [UNATTRIBUTED]), 0), **found} if whole else dict(found)


def excess(row: Row) -> str:
    """How far the parts exceed the total, in words; empty where they do not."""
    rest = dict(row.parts()).get(UNATTRIBUTED, 0)
    if row.stated_total is None or rest >= 0:
        return ""
    stated = f"the parts sum to {row.stated_total - rest}, the stated total is {row.stated_total}"
    return f"{stated}; the difference is published as a negative {UNATTRIBUTED}"


def _warn_of_excess(report: str, days: Mapping[date, Row], run: Run) -> None:
    exceeding = {day: text for day, row in days.items() if (text := excess(row))}
    if exceeding:
        newest = max(exceeding)
        others = f" (as on {len(exceeding) - 1} other days)" if len(exceeding) > 1 else ""
        run.warn(f"{report}: {newest}: {exceeding[newest]}{others}")
