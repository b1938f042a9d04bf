"""Budgets of the configuration, and the families that show how much of them is spent."""

from dataclasses import dataclass
from decimal import Context, Decimal
from operator import attrgetter
from typing import ClassVar, Literal, TypeAlias

from exporter.model.families import Family, Labels, Lasts

RATIO = Context(prec=28)


def used_ratio(spent: Decimal | None, amount: Decimal | None) -> Decimal | None:
    """`spent` / `amount`; None for a budget of zero, and while one of them is not known."""
    return RATIO.divide(spent, amount) if spent is not None and amount else None


@dataclass(frozen=True, slots=True)
class BudgetSpent:
    """A budget and what is spent of it, in the account's currency; `spent` is None while nothing is billed."""

    budget: str
    currency: str
    amount: Decimal
    spent: Decimal | None
    rows: ClassVar[int] = 0  # no rows of the report: those are counted with the costs

    @property
    def used_ratio(self) -> Decimal | None:
        """`spent` / `amount`; None for a budget of zero."""
        return used_ratio(self.spent, self.amount)


Severity: TypeAlias = Literal["info", "warning", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
"""The severities of alerts, in ascending order."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A share of a budget at which an alert fires; of all budgets of the account if `budget` is empty."""

    severity: Severity
    ratio: Decimal
    budget: str = ""
    rows: ClassVar[int] = 0


LABELS = Labels.from_attributes(budget="budget", currency="currency")
FAMILIES = (
    Family(
        "azure_billing_budget_amount",
        "Monthly limit of a configured budget. Refreshed in the background.",
        LABELS,
        attrgetter("amount"),
        source=BudgetSpent,
        foldable=False,
    ),
    Family(
        "azure_billing_budget_spent",
        "Cost of the current month so far that a configured budget covers. Refreshed in the background.",
        LABELS,
        attrgetter("spent"),
        source=BudgetSpent,
        foldable=False,
    ),
    Family(
        "azure_billing_budget_used_ratio",
        "Spent share of a configured budget in the current month; 1 is the whole budget. Refreshed in the background.",
        LABELS,
        attrgetter("used_ratio"),
        source=BudgetSpent,
        foldable=False,
    ),
    Family(
        "azure_billing_budget_threshold_ratio",
        "Share of a configured budget at which an alert of this severity fires. Refreshed in the background.",
        Labels.from_attributes(budget="budget", severity="severity"),
        attrgetter("ratio"),
        source=Threshold,
        foldable=False,
        lasts=Lasts.RUN,
    ),
)
