"""What of each budget is spent, from the rows that match its conditions."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from exporter.apis.costs.columns import comparable, tag_label
from exporter.apis.costs.records import SummedUsage
from exporter.apis.costs.settings import UsageBudget
from exporter.model.budgets import BudgetSpent


def conditions(budget: UsageBudget) -> dict[str, str]:
    """The values that the budget's rows have, by label."""
    named = {tag_label(name[4:]) if name.startswith("tag_") else name: value for name, value in budget.where.items()}
    return {name: comparable(name, value) for name, value in named.items()}


def spent(
    usage: Sequence[SummedUsage], budgets: Iterable[UsageBudget], currency: str, missing: frozenset[str]
) -> Iterator[BudgetSpent]:
    """What of each budget is spent; a row may count for several.

    It is not known without any usage, for a budget on a column that is `missing`, and where a row may count that
    states no cost, or whose tags can't be read.
    """
    for budget in budgets:
        where = conditions(budget)
        rows = [row for row in usage if row.currency == currency and may_match(row, where)]
        if "publisher_type" not in where:
            rows = [row for row in rows if not row.marketplace]
        by_tags = any(name.startswith("tag_") for name in where)
        unknown = where.keys() & missing or any(row.unpriced or (by_tags and not row.readable_tags) for row in rows)
        costs = (row.cost for row in rows if row.cost is not None)
        yield BudgetSpent(
            budget.name, currency, budget.amount, sum(costs, Decimal(0)) if usage and not unknown else None
        )


def may_match(row: SummedUsage, where: dict[str, str]) -> bool:
    """Whether the row counts, or may count since its tags can't be read."""
    return all(
        comparable(name, row.values[name]) == value or (name.startswith("tag_") and not row.readable_tags)
        for name, value in where.items()
    )
