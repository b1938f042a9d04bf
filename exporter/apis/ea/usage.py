"""Usage rows, summed while they stream past into few rows that families and budgets can be read from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import UNSET

from exporter.apis.ea.columns import COLUMNS, RESOURCE_NAMES, tag_label
from exporter.apis.ea.settings import Usage, UsageBudget
from exporter.model.budgets import BudgetSpent

BOOLEAN = frozenset({"charges_billed_separately"})
"""Columns whose values JSON and CSV spell differently."""


@dataclass(frozen=True, slots=True)
class Needed:
    """What is read off each row: columns by their label, and keys of tags."""

    columns: tuple[str, ...]
    tag_keys: tuple[str, ...]

    @classmethod
    def by(cls, usage: Usage, budgets: Iterable[UsageBudget], *more: str) -> "Needed":
        """By the labels, by what the budgets look at, and `more` columns; the unit is always needed."""
        columns, keys = ["unit_of_measure", *usage.labels], {tag_label(key): key for key in usage.tags}
        for name in (name for budget in budgets for name in budget.where):
            if name in COLUMNS:
                columns.append(name)
            else:
                keys.setdefault(tag_label(name[4:]), name[4:])
        return cls(tuple(dict.fromkeys([*columns, *more])), tuple(keys.values()))

    def named(self, key: Sequence[Any]) -> dict[str, str]:
        """A row's values as text by label; alike for JSON and CSV."""
        values = dict(zip(self.columns, map(_text, key), strict=False))
        values |= {name: values[name].lower() for name in values.keys() & BOOLEAN}
        if self.tag_keys:
            values |= zip(map(tag_label, self.tag_keys), key[-1] or [""] * len(self.tag_keys), strict=True)
        return values

    def missing(self, keys: Iterable[Sequence[Any]]) -> frozenset[str]:
        """Labels of columns and tags that none of the rows has, of which `keys` are the values."""
        nowhere = [all(value is UNSET for value in values) for values in zip(*keys, strict=True)]
        found = {name for name, absent in zip(self.columns, nowhere, strict=False) if absent}
        if self.tag_keys and nowhere and nowhere[-1]:
            found |= set(map(tag_label, self.tag_keys))
        return frozenset(found)


@dataclass(slots=True)
class SummedUsage:
    """What `rows` rows with the same values sum to, until a day; amounts are in `currency`.

    The newest complete day is summed apart. In a month's first days it is of the period before, and not `of_period`.
    The cost is `known` unless one of the rows with the same labels states none; `unpriced` of these rows are here.
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
    unpriced: int = 0
    known: bool = True
    readable_tags: bool = True

    @property
    def cost_to_date(self) -> Decimal | None:
        """The cost, if the day counts in the period."""
        return self.cost if self.of_period and self.known else None

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
        return self.cost if self.newest and self.known else None


def spent(
    usage: Sequence[SummedUsage], budgets: Iterable[UsageBudget], currency: str, missing: frozenset[str]
) -> Iterator[BudgetSpent]:
    """What of each budget is spent; a row may count for several.

    It is not known without any usage, for a budget on a column that is `missing`, and where a row may count that
    states no cost, or whose tags can't be read.
    """
    for budget in budgets:
        wanted = where(budget)
        rows = [row for row in usage if _matches(row, wanted)]
        by_tags = any(name.startswith("tag_") for name in wanted)
        unknown = wanted.keys() & missing or any(row.unpriced or (by_tags and not row.readable_tags) for row in rows)
        known = bool(usage) and not unknown
        costs = (row.cost for row in rows if row.cost is not None)
        yield BudgetSpent(budget.name, currency, budget.amount, sum(costs, Decimal(0)) if known else None)


def where(budget: UsageBudget) -> dict[str, str]:
    """The values that a budget's rows have, by label."""
    named = {name if name in COLUMNS else tag_label(name[4:]): value for name, value in budget.where.items()}
    return {name: _compared(name, value) for name, value in named.items()}


def _matches(row: SummedUsage, wanted: dict[str, str]) -> bool:
    """Whether the row counts, or may count since its tags can't be read."""
    return all(
        _compared(name, row.values[name]) == value or (name.startswith("tag_") and not row.readable_tags)
        for name, value in wanted.items()
    )


def _compared(name: str, value: str) -> str:
    return value.lower() if name in BOOLEAN or name in RESOURCE_NAMES else value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or value is UNSET else str(value)
