"""Usage of a billing period by its days, as the families that would have been published at the end of each."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, Inexact, localcontext
from itertools import chain
from typing import Any, TypeAlias

from exporter.apis.costs import metrics
from exporter.apis.costs.aggregate import Aggregate, Sums, rounded
from exporter.apis.costs.budgets import conditions, may_match
from exporter.apis.costs.records import MarketplaceCost, SummedUsage
from exporter.apis.costs.selection import Selection
from exporter.apis.costs.settings import UsageBudget
from exporter.model.budgets import FAMILIES as BUDGETS
from exporter.model.budgets import BudgetSpent
from exporter.model.families import EXACT, LabelValues, require_finite
from exporter.model.history import DayValues, Past
from exporter.model.periods import DAY, Days, day_end

Amounts: TypeAlias = list[Decimal | None]
"""One amount per day."""
Marketplace: TypeAlias = Callable[[SummedUsage], MarketplaceCost]


class DailyAggregate(Aggregate):
    """Sums of rows by their day, None for rows without one, and by their values; they are not rounded yet."""

    def __init__(self, selection: Selection, labels: Sequence[str]) -> None:
        super().__init__(selection, labels, date.max)
        self.days: dict[date | None, Sums] = {}

    @property
    def parts(self) -> Sequence[Sums]:
        return tuple(self.days.values())

    def clear(self) -> None:
        self.days.clear()

    def _round(self) -> None:
        """Sums of days are rounded with those to date: a day's sum has no more decimals than the sum of all."""

    def _sums_of(self, day: date | None) -> Sums:
        return self.days.setdefault(day, Sums())


class Series:
    """The amounts of rows with the same values, by the place of their day; `unknown` from the first unpriced row on."""

    __slots__ = ("costs", "quantities", "row", "unpriced")

    def __init__(self, row: SummedUsage, length: int) -> None:
        self.row = row
        self.costs: Amounts = [None] * length
        self.quantities: Amounts = [None] * length
        self.unpriced: set[int] = set()


class PastUsage:
    """The rows of a period, of which the days until `last` are complete."""

    def __init__(self, aggregate: DailyAggregate, days: Days, last: date, currency: str) -> None:
        self._past = Past(days, rows=aggregate.rows)
        self._last = min(last, days.end)
        self._known = max(0, self._past.place(self._last) + 1)
        self.missing = aggregate.missing
        self.series = self._by_values(aggregate, currency)
        self.usage = [one.row for one in self.series]
        self._first = min((self._past.place(day) for day in aggregate.days if day), default=self._known)

    def _by_values(self, aggregate: DailyAggregate, currency: str) -> Sequence[Series]:
        """Rows without their day count on the last day of the period: only then it is known that they do."""
        length, found = self._past.length, dict[tuple[Any, ...], Series]()
        with localcontext(EXACT):
            for day, sums in aggregate.days.items():
                place = length - 1 if day is None else self._past.place(day)
                for key, (rows, quantity, cost, unpriced) in sums.items():
                    one = found.get(key)
                    if one is None:
                        one = found[key] = Series(aggregate.described(key, currency), length)
                    one.costs[place] = cost if (known := one.costs[place]) is None else _plus(known, cost)
                    one.quantities[place] = quantity if (q := one.quantities[place]) is None else _plus(q, quantity)
                    one.row.rows += rows
                    if unpriced:
                        one.row.unpriced += unpriced
                        one.unpriced.add(place)
        return list(found.values())

    def past(self, budgets: Sequence[UsageBudget], marketplace: Marketplace | None) -> Past:
        """The families of usage; those of third parties' charges where `marketplace` reads them."""
        own = [one for one in self.series if not one.row.marketplace]
        cost, _, quantity = metrics.usage(())
        values = self._past.values
        costs = self._summed(own, lambda row: (*row.labels, row.currency))
        values[cost.name] = self._to_date(costs)
        values[metrics.DAILY] = {key: self._until_last(daily) for key, (daily, _) in costs.items()}
        if any("unit_of_measure" in row.values for row in self.usage):
            stated = [one for one in own if "unit_of_measure" in one.row.values]
            amounts = self._summed(stated, lambda row: (*row.labels, row.unit), quantities=True)
            values[quantity.name] = self._to_date(amounts)
        if marketplace:
            (family,) = metrics.MARKETPLACE
            others = [one for one in self.series if one.row.marketplace]
            values[family.name] = self._to_date(
                self._summed(others, lambda row: tuple(map(str, family.labels.read(marketplace(row)))))
            )
        for name, series in values.items():
            require_finite(name, [value for one in series.values() for value in one if value is not None])
        if budgets:
            self._put_budgets(budgets)
        return self._past

    def timestamps(self) -> DayValues:
        """The data timestamp at the end of each day, from the first day with rows on."""
        found: DayValues = [None] * self._past.length
        for place in range(self._first, self._known):
            found[place] = day_end(self._day(place)).timestamp()
        return found

    def _day(self, place: int) -> date:
        return self._past.days.start + place * DAY

    def _summed(
        self, series: Sequence[Series], labels: Callable[[SummedUsage], LabelValues], *, quantities: bool = False
    ) -> Mapping[LabelValues, tuple[Amounts, int]]:
        """The amounts by labels, and the place of the first day from which on their sums are not known."""
        length, found = self._past.length, dict[LabelValues, tuple[Amounts, int]]()
        with localcontext(EXACT):
            for one in series:
                key, amounts = labels(one.row), one.quantities if quantities else one.costs
                unknown = length if quantities else min(one.unpriced, default=length)
                if key in found:
                    before, earlier = found[key]
                    amounts = [_plus(a, b) for a, b in zip(before, amounts, strict=True)]
                    unknown = min(unknown, earlier)
                found[key] = amounts, unknown
            for one in series if not quantities else ():
                for place in one.unpriced:
                    found[labels(one.row)][0][place] = None
        return found

    def _until_last(self, amounts: Amounts) -> DayValues:
        return [*amounts[: self._known], *[None] * (len(amounts) - self._known)]

    def _to_date(self, summed: Mapping[LabelValues, tuple[Amounts, int]]) -> dict[LabelValues, DayValues]:
        """The sums since the first of the month, from the first day with an amount on; rounds the days' amounts too."""
        found = dict[LabelValues, DayValues]()
        with localcontext(EXACT):
            for key, (amounts, unknown) in summed.items():
                values, total = _running(amounts[: min(self._known, unknown)])
                if total is not None and rounded(total) is not total:
                    amounts[:] = map(_rounded, amounts)
                    values, _ = _running(amounts[: len(values)])
                found[key] = [*values, *[None] * (len(amounts) - len(values))]
        return found

    def _put_budgets(self, budgets: Sequence[UsageBudget]) -> None:
        currencies = {row.currency for row in self.usage}
        if len(currencies) != 1:
            return
        (currency,) = currencies
        for budget in budgets:
            where = conditions(budget)
            by_tags = any(name.startswith("tag_") for name in where)
            matching = [
                one
                for one in self.series
                if may_match(one.row, where) and ("publisher_type" in where or not one.row.marketplace)
            ]
            known = not where.keys() & self.missing and all(one.row.readable_tags or not by_tags for one in matching)
            spent = self._to_date(self._summed(matching, lambda row: ())).get((), [])
            unpriced = min(chain.from_iterable(one.unpriced for one in matching), default=self._past.length)

            for place in range(self._first, self._known):
                summed = spent[place] if spent else None
                amount = (
                    Decimal(0) if summed is None and place < unpriced else None if summed is None else Decimal(summed)
                )
                record = BudgetSpent(budget.name, currency, budget.amount, amount if known else None)
                self._past.put(self._day(place), [record], BUDGETS)


def _running(amounts: Amounts) -> tuple[Amounts, Decimal | None]:
    """The sums up to each day, and the last of them."""
    total: Decimal | None = None
    values: Amounts = []
    for amount in amounts:
        if amount is not None:
            total = amount if total is None else _plus(total, amount)
        values.append(total)
    return values, total


def _rounded(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else rounded(amount)


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return other if one is None else one
    try:
        return one + other
    except Inexact:
        return rounded(one) + rounded(other)
