"""Usage rows, summed while they stream past into few rows that families and budgets can be read from."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

from exporter.apis.ea.columns import COLUMNS, tag_label
from exporter.apis.ea.settings import Usage, UsageBudget
from exporter.model.budgets import BudgetSpent
from exporter.model.periods import Days, day_of

BOOLEAN = frozenset({"charges_billed_separately"})
"""Columns whose values JSON and CSV spell differently."""


Row: TypeAlias = tuple[str | None, tuple[Any, ...], Decimal | None, Decimal | None]
"""Of a row that streams past: its day as text, the values of the needed columns and then the tuple of tag values if
tags are needed, quantity and cost; an amount, or the day, is None where the row does not state it."""


@dataclass(frozen=True, slots=True)
class Needed:
    """What is read off each row: columns by their label, and keys of tags."""

    columns: tuple[str, ...]
    tag_keys: tuple[str, ...]

    @classmethod
    def by(cls, usage: Usage, budgets: Iterable[UsageBudget]) -> "Needed":
        """By the labels, and by what the budgets look at; the unit is always needed."""
        columns, keys = ["unit_of_measure", *usage.labels], {tag_label(key): key for key in usage.tags}
        for name in (name for budget in budgets for name in budget.where):
            if name in COLUMNS:
                columns.append(name)
            else:
                keys.setdefault(tag_label(name[4:]), name[4:])
        return cls(tuple(dict.fromkeys(columns)), tuple(keys.values()))

    def named(self, key: Sequence[Any]) -> dict[str, str]:
        """A row's values as text by label; alike for JSON and CSV."""
        values = dict(zip(self.columns, map(_text, key), strict=False))
        values |= {name: values[name].lower() for name in values.keys() & BOOLEAN}
        if self.tag_keys:
            values |= zip(map(tag_label, self.tag_keys), key[-1], strict=True)
        return values


@dataclass(slots=True)
class SummedUsage:
    """What `rows` rows with the same values sum to, until a day; amounts are in `currency`.

    The newest complete day is summed apart. In a month's first days it is of the period before, and not `of_period`.
    """

    values: dict[str, str]
    labels: tuple[str, ...]
    currency: str
    until: date | None
    newest: bool
    rows: int = 0
    quantity: Decimal | None = None
    cost: Decimal | None = None
    of_period: bool = True

    @property
    def cost_to_date(self) -> Decimal | None:
        """The cost, if the day counts in the period."""
        return self.cost if self.of_period else None

    @property
    def quantity_to_date(self) -> Decimal | None:
        """The quantity, if the day counts in the period."""
        return self.quantity if self.of_period else None

    @property
    def unit(self) -> str:
        """Microsoft's unit of measure, verbatim."""
        return self.values["unit_of_measure"]

    @property
    def cost_daily(self) -> Decimal | None:
        """The cost, if the day is the newest complete one."""
        return self.cost if self.newest else None


class Sums(dict[tuple[Any, ...], list[Any]]):
    """Number of rows, quantity and cost by the values of a row; `until` is the newest of the days."""

    until: date | None = None

    def __missing__(self, values: tuple[Any, ...]) -> list[Any]:
        self[values] = total = [0, None, None]
        return total


def summed_usage(
    batches: Iterable[Iterable[Row]],
    needed: Needed,
    labels: Sequence[str],
    *,
    currency: str,
    complete: date,
    asked: Days | None,
) -> Iterator[SummedUsage]:
    """One `SummedUsage` per set of values, and one for the newest `complete` day; no day that was not asked for."""
    newest, others, unasked = Sums(), Sums(), Sums()

    @cache
    def sums_of(text: str | None) -> Sums:
        day = day_of(text) if text else None
        if asked and day and day not in asked:
            return unasked
        sums = newest if day == complete else others
        sums.until = max(filter(None, (day, sums.until)), default=None)
        return sums

    _add(batches, sums_of)
    for sums in (others, newest):
        for key, (rows, quantity, cost) in sums.items():
            values = needed.named(key)
            own = tuple(values[name] for name in labels)
            yield SummedUsage(values, own, currency, sums.until, sums is newest, rows, quantity, cost)


def spent(usage: Sequence[SummedUsage], budgets: Iterable[UsageBudget], currency: str) -> Iterator[BudgetSpent]:
    """What of each budget is spent; a row may count for several. Without any usage nothing is known."""
    for budget in budgets:
        where = {name if name in COLUMNS else tag_label(name[4:]): value for name, value in budget.where.items()}
        where |= {name: where[name].lower() for name in where.keys() & BOOLEAN}
        costs = (row.cost for row in usage if row.cost is not None and where.items() <= row.values.items())
        yield BudgetSpent(budget.name, currency, budget.amount, sum(costs, Decimal(0)) if usage else None)


def _add(batches: Iterable[Iterable[Row]], sums_of: Callable[[str | None], Sums]) -> None:
    """The loop that every row of millions goes through."""
    for batch in batches:
        for day, values, quantity, cost in batch:
            total = sums_of(day)[values]
            total[0] += 1
            if quantity is not None:
                total[1] = quantity if total[1] is None else total[1] + quantity
            if cost is not None:
                total[2] = cost if total[2] is None else total[2] + cost


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
