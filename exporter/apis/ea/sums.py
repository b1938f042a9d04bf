"""The loop that every row of millions goes through: amounts summed by the values of a row."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal, DecimalException, Inexact, localcontext
from functools import lru_cache
from typing import Any, TypeAlias

from exporter.apis.ea.amounts import rounded
from exporter.apis.ea.outside import Outside
from exporter.errors import Malformed
from exporter.model.families import EXACT
from exporter.model.periods import Days, day_of

Row: TypeAlias = tuple[str | None, tuple[Any, ...], Decimal | None, Decimal | None]
"""Of a row that streams past: its day as text, the values of the needed columns and then the tag values if tags are
needed, quantity and cost; an amount, or the day, is None where the row does not state it. A column that the row does
not have at all is `UNSET`."""
Batches: TypeAlias = Iterable[Iterable[Row]]

DISTINCT_DAYS = 1 << 12
"""Texts whose day is remembered: in v3 a day has one text, in v2 every second of it has its own."""


class Sums(dict[tuple[Any, ...], list[Any]]):
    """Number of rows, quantity, cost and number of rows without a cost, by the values of a row."""

    until: date | None = None
    """The newest of the days."""

    @property
    def rows(self) -> int:
        """How many rows are summed."""
        return sum(total[0] for total in self.values())

    def __missing__(self, values: tuple[Any, ...]) -> list[Any]:
        self[values] = total = [0, None, None, 0]
        return total


class Rest(Sums):
    """One total for all rows, whatever their values."""

    def __init__(self) -> None:
        super().__init__()
        self._total: list[Any] = [0, None, None, 0]

    @property
    def rows(self) -> int:
        """How many there are."""
        return int(self._total[0])

    def __missing__(self, values: tuple[Any, ...]) -> list[Any]:
        return self._total


def summed(batches: Batches, asked: Days, today: date, complete: date, others: Sums, newest: Sums) -> Outside:
    """Add the rows of a range to `newest`, those of the day `complete`, and `others`; the rows of no such day.

    A row without its day counts in `others`. Raises `Malformed` for amounts that can't be summed exactly.
    """
    outside, rests = Outside(asked, today), dict[date, Rest]()

    @lru_cache(DISTINCT_DAYS)
    def sums_of(text: str | None) -> Sums:
        day = day_of(text) if text else None
        if day and not outside.admits(day):
            return rests.setdefault(day, Rest())
        sums = newest if day == complete else others
        sums.until = max(filter(None, (day, sums.until)), default=None)
        return sums

    try:
        with localcontext(EXACT):
            _add(batches, sums_of)
            for total in (*others.values(), *newest.values()):
                total[1:3] = (amount if amount is None else rounded(amount) for amount in total[1:3])
    except DecimalException as error:
        text = "an amount is not a number, or so large or fine that it can't be summed exactly"
        raise Malformed(text) from error
    outside.rows = {day: rest.rows for day, rest in rests.items()}
    return outside


def _add(batches: Batches, sums_of: Callable[[str | None], Sums]) -> None:
    for batch in batches:
        for day, values, quantity, cost in batch:
            total = sums_of(day)[values]
            total[0] += 1
            if quantity is not None:
                try:
                    total[1] = quantity if total[1] is None else total[1] + quantity
                except Inexact:
                    total[1] = rounded(total[1]) + rounded(quantity)
            if cost is None:
                total[3] += 1
            else:
                try:
                    total[2] = cost if total[2] is None else total[2] + cost
                except Inexact:
                    total[2] = rounded(total[2]) + rounded(cost)


class Spellings:
    """How the newest row spells names that Azure compares without regard to case."""

    def __init__(self, places: Sequence[int]) -> None:
        self._places = places
        self._newest: dict[tuple[int, str], tuple[date, str]] = {}

    def noted(self, batches: Batches) -> Iterator[Iterable[Row]]:
        """The same rows; without such a column they are not looked at."""
        return map(self._noted, batches) if self._places else iter(batches)

    def _noted(self, batch: Iterable[Row]) -> Iterator[Row]:
        for row in batch:
            for place in self._places:
                if isinstance(name := row[1][place], str):
                    spelling = day_of(row[0]) if row[0] else date.min, name
                    key = place, name.lower()
                    self._newest[key] = max(spelling, self._newest.get(key, spelling))
            yield row

    def __call__(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The values, spelled as in the newest row."""
        respelled = list(values)
        for place in self._places:
            if isinstance(name := values[place], str):
                respelled[place] = self._newest[place, name.lower()][1]
        return tuple(respelled)
