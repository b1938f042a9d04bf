"""A budget of the configuration, and the families that tell how much of it is spent."""

from dataclasses import dataclass
from decimal import Context, Decimal
from operator import attrgetter
from typing import ClassVar

from exporter.model.families import Family, Labels

RATIO = Context(prec=28)


@dataclass(frozen=True, slots=True)
class BudgetSpent:
    """What of a budget is spent, in the account's currency; `spent` is None while nothing was billed at all."""

    budget: str
    currency: str
    amount: Decimal
    spent: Decimal | None
    rows: ClassVar[int] = 0  # of the report; those are counted already

    @property
    def used_ratio(self) -> Decimal | None:
        """1 is all of it; None for a budget of zero, of which no share can be told."""
        return RATIO.divide(self.spent, self.amount) if self.spent is not None and self.amount else None


LABELS = Labels.from_attributes(budget="budget", currency="currency")
FAMILIES = (
    Family(
        "azure_billing_budget_amount",
        "The limit of a budget of the configuration, for a month. Refreshed in the background.",
        LABELS,
        attrgetter("amount"),
        source=BudgetSpent,
        foldable=False,
    ),
    Family(
        "azure_billing_budget_spent",
        "Cost of the current month so far that falls under the budget. Refreshed in the background.",
        LABELS,
        attrgetter("spent"),
        source=BudgetSpent,
        foldable=False,
    ),
    Family(
        "azure_billing_budget_used_ratio",
        "Share of the budget that is spent, 1 is all of it. Refreshed in the background.",
        LABELS,
        attrgetter("used_ratio"),
        source=BudgetSpent,
        foldable=False,
    ),
)
