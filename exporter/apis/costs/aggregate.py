"""Usage rows, summed in a stream into few rows that families and budgets are read from."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, localcontext
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

from exporter.apis.costs.columns import NAMES_WITHOUT_CASE
from exporter.apis.costs.outside import Outside
from exporter.apis.costs.records import SummedUsage, currency_code
from exporter.apis.costs.selection import Batches, PartialSum, PartialSums, Row, Selection
from exporter.errors import Malformed
from exporter.model.families import EXACT
from exporter.model.periods import Days, day_of

DISTINCT_DAYS = 1 << 12
"""How many texts of days are cached: in v3 a day has one text, in v2 every second of it has its own."""
LEAST = Decimal("1E-30")
"""The service states up to 22 decimals. What is smaller than this is noise of binary fractions (4.9E-324 is the
smallest double), and a total is rounded to it where it has more decimals."""
AnyRow = TypeVar("AnyRow", Row, PartialSum)
ROUNDING = Context(prec=60, traps=[InvalidOperation])


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


class Total(Sums):
    """One sum of all rows, whatever their values."""

    def __missing__(self, values: tuple[Any, ...]) -> list[Any]:
        return self.setdefault((), [0, None, None, 0])


class Aggregate:
    """Sums of rows by their values: those of the day `complete` are in `newest`, all others in `others`.

    A row without its day is in `others`. Names in `labels` that Azure compares without regard to case are spelled as
    in the newest row.
    """

    def __init__(self, selection: Selection, labels: Sequence[str], complete: date) -> None:
        self.others, self.newest = Sums(), Sums()
        self._selection = selection
        self._labels = labels
        self._complete = complete
        self._names = [n for n, name in enumerate(selection.columns) if name in NAMES_WITHOUT_CASE.intersection(labels)]
        self._spellings: dict[tuple[int, str], tuple[date, str]] = {}

    @property
    def rows(self) -> int:
        """How many rows are summed."""
        return sum(sums.rows for sums in self.parts)

    @property
    def parts(self) -> Sequence[Sums]:
        """All sums."""
        return self.others, self.newest

    @property
    def missing(self) -> frozenset[str]:
        """Labels of columns and tags that none of the rows has."""
        return self._selection.missing(dict.fromkeys(chain(*self.parts)))

    def clear(self) -> None:
        """Forget all rows."""
        self.others, self.newest = Sums(), Sums()

    def add(self, batches: Batches, days: Days, today: date) -> Outside:
        """Sum the rows of some days; the others are only counted.

        Raises `Malformed` for amounts that can't be summed exactly.
        """
        outside, totals = Outside(days, today), dict[date, Total]()

        @lru_cache(DISTINCT_DAYS)
        def sums_of(text: str | None) -> Sums:
            day = day_of(text) if text else None
            if day and outside.contains(day):
                return totals.setdefault(day, Total())
            sums = self._sums_of(day)
            sums.until = max(filter(None, (day, sums.until)), default=None)
            return sums

        try:
            with localcontext(EXACT):
                _add(map(self._spelled, batches) if self._names else batches, sums_of)
                self._round()
        except DecimalException as error:
            text = "an amount is not a number, or so large or fine that it can't be summed exactly"
            raise Malformed(text) from error
        outside.rows = {day: total.rows for day, total in totals.items()}
        return outside

    def usage(self, currency: str) -> list[SummedUsage]:
        """The sums as rows of usage, in `currency` unless they state theirs; `Malformed` for an unreadable one."""
        found = []
        for sums in (self.others, self.newest):
            for key, (rows, quantity, cost, unpriced) in sums.items():
                row = self.described(key, currency)
                row.until, row.newest, row.rows = sums.until, sums is self.newest, rows
                row.quantity, row.cost, row.unpriced = quantity, cost, unpriced
                found.append(row)
        if unknown := {row.labels for row in found if row.unpriced}:
            for row in found:
                row.known = row.labels not in unknown
        return found

    def described(self, key: tuple[Any, ...], currency: str) -> SummedUsage:
        """The values of some rows, with no amounts yet."""
        values = self._selection.named(self._respelled(key))
        labels = tuple(values[name] for name in self._labels)
        readable = not self._selection.tag_keys or key[-1] is not None
        return SummedUsage(values, labels, _currency(values, currency), None, newest=False, readable_tags=readable)

    def _round(self) -> None:
        for total in chain.from_iterable(sums.values() for sums in self.parts):
            total[1:3] = (amount if amount is None else rounded(amount) for amount in total[1:3])

    def _sums_of(self, day: date | None) -> Sums:
        return self.newest if day == self._complete else self.others

    def _spelled(self, batch: Iterable[Row] | PartialSums) -> Iterable[Row] | PartialSums:
        """The same rows, whose names are remembered."""
        return PartialSums(self._remembered(batch)) if isinstance(batch, PartialSums) else self._remembered(batch)

    def _remembered(self, batch: Iterable[AnyRow]) -> Iterator[AnyRow]:
        for row in batch:
            for place in self._names:
                if isinstance(name := row[1][place], str):
                    spelling = day_of(row[0]) if row[0] else date.min, name
                    key = place, name.lower()
                    self._spellings[key] = max(spelling, self._spellings.get(key, spelling))
            yield row

    def _respelled(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        respelled = list(values)
        for place in self._names:
            if isinstance(name := values[place], str):
                respelled[place] = self._spellings[place, name.lower()][1]
        return tuple(respelled)


def _currency(values: Mapping[str, str], currency: str) -> str:
    if "currency" not in values:
        return currency
    if not (stated := currency_code(values["currency"])):
        raise Malformed(f"a row states no currency: {values['currency'][:40]!r}")
    return stated


def _add(batches: Batches, sums_of: Callable[[str | None], Sums]) -> None:
    """The loop that each of millions of rows goes through."""
    for batch in batches:
        if isinstance(batch, PartialSums):
            _add_sums(batch, sums_of)
            continue
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


def _add_sums(batch: PartialSums, sums_of: Callable[[str | None], Sums]) -> None:
    for day, values, quantity, cost, rows, unpriced in batch:
        total = sums_of(day)[values]
        total[0] += rows
        total[3] += unpriced
        for place, amount in ((1, quantity), (2, cost)):
            if amount is not None:
                total[place] = rounded(amount) if total[place] is None else total[place] + rounded(amount)


def rounded(total: Decimal) -> Decimal:
    """The same amount with at most 30 decimals; `Malformed` for what is no number."""
    if not total.is_finite():
        raise Malformed(f"not an amount: {total}")
    if total.adjusted() > 300 or int(total.as_tuple().exponent) >= LEAST.adjusted():
        return total
    return total.quantize(LEAST, context=ROUNDING)
