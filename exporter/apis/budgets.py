"""Settings of budgets: a monthly limit, and the shares of it at which alerts fire."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from exporter.apis.fields import Text, invalid, money
from exporter.apis.settings import Section
from exporter.model.budgets import SEVERITIES, Severity, Threshold

DEFAULT: Mapping[Severity, Decimal] = {
    "info": Decimal("0.5"),
    "warning": Decimal("0.8"),
    "critical": Decimal("1.0"),
}


MAX_SHARE = 10
"""A higher threshold is a percentage that was meant as a share."""


def share(value: object) -> Decimal:
    """A share of a budget, with exactly the written digits."""
    found = money(value, "a share of the budget such as 0.8")
    if found.is_finite() and found > MAX_SHARE:
        raise invalid(f"must be at most {MAX_SHARE}: it is a share of the budget, such as 0.9 for 90 %")
    return found


def ascending(thresholds: Mapping[Severity, Decimal]) -> Mapping[Severity, Decimal]:
    """Requires that a more severe alert has a higher threshold."""
    given = [severity for severity in SEVERITIES if severity in thresholds]
    for lower, higher in pairwise(given):
        if thresholds[lower] >= thresholds[higher]:
            raise invalid(f"{higher} must be higher than {lower}")
    return thresholds


Share = Annotated[Decimal, BeforeValidator(share), Field(gt=0, le=MAX_SHARE, strict=False, allow_inf_nan=False)]
Thresholds = Annotated[dict[Severity, Share], Field(min_length=1), AfterValidator(ascending)]


def defaults() -> dict[Severity, Decimal]:
    """The thresholds of a budget that has none of its own."""
    return dict(DEFAULT)


def thresholds(configured: Mapping[Severity, Decimal], budget: str = "") -> Iterator[Threshold]:
    """The records of configured thresholds, of one budget or of all budgets of an account."""
    return (Threshold(severity, ratio, budget) for severity, ratio in configured.items())


class Budget(Section):
    """A monthly budget."""

    name: Text = Field(description="the `budget` label", examples=["sign-ins"])
    amount: Annotated[Decimal, BeforeValidator(money), Field(ge=0, strict=False, allow_inf_nan=False)] = Field(
        description="the monthly limit", examples=[Decimal("400.00")]
    )
    thresholds: Thresholds = Field(
        default_factory=defaults,
        description="shares of the budget at which alerts fire, by severity (info, warning, critical); "
        "a severity that is left out has no alert",
    )


def one_name_each(budgets: tuple[Budget, ...]) -> tuple[Budget, ...]:
    """Requires unique names of budgets."""
    for name, count in Counter(budget.name for budget in budgets).items():
        if count > 1:
            raise invalid(f"{count} budgets have the name {name!r}")
    return budgets


OneNameEach = AfterValidator(one_name_each)
