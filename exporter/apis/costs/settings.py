"""Settings that the APIs with costs share: labels, tags, and budgets for parts of the bill."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from exporter.apis.budgets import Budget
from exporter.apis.checks import did_you_mean
from exporter.apis.costs.columns import tag_label
from exporter.apis.fields import Stated, Text, invalid
from exporter.apis.settings import AccountSettings, Section
from exporter.model.periods import Days


def require_column(name: str, columns: Mapping[str, Any]) -> str:
    """`name`, if it is one of the columns; else an error with the column that is most similar."""
    if name not in columns:
        hint = did_you_mean(name[:100].lower(), columns, 0.7) or f"; the columns are {', '.join(columns)}"
        raise invalid(f"no documented column has the name {name!r}{hint}")
    return name


def one_of(columns: Mapping[str, Any]) -> Stated:
    """For a text that is the name of one of the columns."""
    return Stated(lambda name: require_column(name, columns), {"enum": list(columns)})


class UsageBudget(Budget):
    """A limit for the month, for the rows that match all of `where`."""

    where: dict[str, str] = Field(
        default_factory=dict,
        description="columns and tags (`tag_<key>`) and their values, all of which must match; default: all usage",
        examples=[{"subscription_name": "Shop Production", "tag_env": "prod"}],
    )
    columns: ClassVar[Mapping[str, Any]] = {}
    """The columns that `where` may name."""

    @model_validator(mode="after")
    def _known(self) -> "UsageBudget":
        for name in self.where:
            if not name.startswith("tag_"):
                require_column(name, self.columns)
        return self


class UsageSettings(Section):
    """Which labels costs get, and how long days and months change."""

    labels: tuple[str, ...]
    tags: tuple[Text, ...] = Field(
        (),
        description="tag keys that become labels, such as tag_cost_center",
        examples=[["env", "cost center"]],
        strict=False,
    )
    max_series: int = Field(
        10_000,
        description="label sets of each report; above it, the smallest become `__other__`, prices are left out",
        ge=2,
    )
    days_late: int = Field(2, description="how many days ago the newest complete day is", ge=0, le=10)
    settled_day: int = Field(
        6, description="day of the month from which the previous month is no longer read", ge=1, le=28
    )

    @model_validator(mode="after")
    def _distinct(self) -> "UsageSettings":
        for name, count in Counter([*self.labels, *map(tag_label, self.tags)]).items():
            if count > 1:
                raise invalid(f"duplicate label {name!r}: repeated in labels, or from tags that give the same label")
        return self

    def require_consistent(self, budgets: Sequence[UsageBudget]) -> None:
        """Raises an error if a tag in a budget gives the same label as another tag."""
        tags = {tag_label(key): key for key in self.tags}
        for name in (name for budget in budgets for name in budget.where if name.startswith("tag_")):
            if tags.setdefault(same := tag_label(name[4:]), name[4:]) not in {name[4:], *self.tags}:
                raise invalid(f"budgets: {name!r} and 'tag_{tags[same]}' give the same label {same!r}")


class CostSettings(AccountSettings):
    """An account with costs."""

    usage: UsageSettings
    prices: Literal["used", "all"] = Field("used", description="prices of the meters that are `used`, or of `all`")
    budgets: tuple[UsageBudget, ...] = ()

    @property
    def budget_names(self) -> tuple[str, ...]:
        return tuple(budget.name for budget in self.budgets)

    @property
    def period(self) -> Days | None:
        """The days that are read; None for the current billing period."""
        return None

    @property
    def shares_meters(self) -> bool:
        """Whether the price sheet needs to know the meters in use."""
        return self.prices == "used" and self.reads("pricesheet")

    @model_validator(mode="after")
    def _one_tag_per_label(self) -> "CostSettings":
        self.usage.require_consistent(self.budgets)
        return self
