"""Usage rows, summed while they stream past into few rows that families and budgets can be read from."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from exporter.apis.ea.columns import COLUMNS, tag_label
from exporter.apis.ea.settings import Usage, UsageBudget
from exporter.model.budgets import BudgetSpent
from exporter.model.periods import Days, day_of

BOOLEAN = frozenset({"charges_billed_separately"})
"""Columns whose values JSON and CSV spell differently."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that have streamed in, and how to read them.

    `key` gives the day as text, the values of the needed columns, and then the tuple of tag values if tags are
    needed; amounts are None where the row does not state them.
    """

    rows: Iterable[Any]
    key: Callable[[Any], tuple[Any, ...]]
    quantity: Callable[[Any], Decimal | None]
    cost: Callable[[Any], Decimal | None]


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
        """The values of a batch's key, without the day, as text by label; alike for JSON and CSV."""
        values = dict(zip(self.columns, map(_text, key), strict=False))
        values |= {name: values[name].lower() for name in values.keys() & BOOLEAN}
        if self.tag_keys:
            values |= zip(map(tag_label, self.tag_keys), key[-1], strict=True)
        return values


@dataclass(slots=True)
class DailyUsage:
    """What `rows` rows with the same values sum to on one day; amounts are in `currency`.

    In a month's first days the newest complete day is one of the period before, and not `of_period`.
    """

    values: dict[str, str]
    labels: tuple[str, ...]
    currency: str
    day: date | None
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


def daily_usage(
    batches: Iterable[Batch],
    needed: Needed,
    labels: Sequence[str],
    *,
    currency: str,
    complete: date,
    asked: Days | None,
) -> Iterator[DailyUsage]:
    """One `DailyUsage` per day and set of values; days that were not asked for are left out."""
    for (text, *key), (rows, quantity, cost) in _sums(batches).items():
        day = day_of(text) if text else None
        if asked is None or day is None or day in asked:
            values = needed.named(key)
            own = tuple(values[name] for name in labels)
            yield DailyUsage(values, own, currency, day, day == complete, rows, quantity, cost)


def spent(usage: Sequence[DailyUsage], budgets: Iterable[UsageBudget], currency: str) -> Iterator[BudgetSpent]:
    """What of each budget is spent; a row may count for several. Without any usage nothing is known."""
    for budget in budgets:
        where = {name if name in COLUMNS else tag_label(name[4:]): value for name, value in budget.where.items()}
        where |= {name: where[name].lower() for name in where.keys() & BOOLEAN}
        costs = (row.cost for row in usage if row.cost is not None and where.items() <= row.values.items())
        yield BudgetSpent(budget.name, currency, budget.amount, sum(costs, Decimal(0)) if usage else None)


def _sums(batches: Iterable[Batch]) -> dict[tuple[Any, ...], list[Any]]:
    """Number of rows, quantity and cost by key: the loop that every row of millions goes through."""
    sums: dict[tuple[Any, ...], list[Any]] = {}
    find = sums.get
    for batch in batches:
        key_of, quantity_of, cost_of = batch.key, batch.quantity, batch.cost
        for row in batch.rows:
            key = key_of(row)
            quantity, cost = quantity_of(row), cost_of(row)
            if (total := find(key)) is None:
                sums[key] = [1, quantity, cost]
                continue
            total[0] += 1
            if quantity is not None:
                total[1] = quantity if total[1] is None else total[1] + quantity
            if cost is not None:
                total[2] = cost if total[2] is None else total[2] + cost
    return sums


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
