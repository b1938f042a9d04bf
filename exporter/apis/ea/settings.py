"""The section `ea` of the YAML."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from exporter.apis.checks import Finding, did_you_mean
from exporter.apis.ea.usage.columns import COLUMNS, DEFAULT, label, tag_label
from exporter.apis.fields import Currency, Duration, FilePath, SecretText, Shown, Text, WebAddress, invalid, matching
from exporter.apis.settings import AccountSettings, Budget, OneNameEach, Section
from exporter.auth.api_key import ApiKey
from exporter.model.periods import Days, billing_month

Enrollment = Annotated[str, matching(r"[A-Za-z0-9-]+", "an enrollment number")]
FIRST_DAY = date(2014, 5, 1)
"""The reporting APIs have no data of earlier days."""


def _column(name: str) -> str:
    if name not in COLUMNS:
        hint = did_you_mean(label(name[:100]), COLUMNS, 0.7) or f"; the columns are {', '.join(COLUMNS)}"
        raise invalid(f"no documented column has the name {name!r}{hint}")
    return name


def _period(value: object) -> Days | None:
    """`current`, a billing period `yyyyMM`, or two days that are both included."""
    if value is None or value == "current":
        return None
    days = value if isinstance(value, Days) else _days(value)
    if days is None:
        raise invalid('must be current, a billing period such as "202611", or {start: 2026-11-01, end: 2026-11-20}')
    if days.start > days.end:
        raise invalid(f"the start {days.start} is after the end {days.end}")
    if days.start < FIRST_DAY:
        raise invalid(f"must not begin before {FIRST_DAY}: there is no earlier data")
    return days


def _days(value: object) -> Days | None:
    try:
        if isinstance(value, str) and len(value) == 6 and value.isascii() and value.isdigit():
            return billing_month(date(int(value[:4]), int(value[4:]), 1))
        if isinstance(value, Mapping) and value.keys() == {"start", "end"}:
            return Days(date.fromisoformat(str(value["start"])), date.fromisoformat(str(value["end"])))
    except (ValueError, OverflowError):
        return None
    return None


class UsageBudget(Budget):
    """A limit for the month, for the rows that match all of `where`."""

    examples: ClassVar[Mapping[str, Any]] = {"name": "platform", "amount": Decimal("12000.00")}

    where: dict[str, str] = Field(
        default_factory=dict,
        description="columns and tags (`tag_<key>`) and their values, all of which must match; default: all usage",
        examples=[{"department_name": "Platform", "tag_env": "prod"}],
    )

    @model_validator(mode="after")
    def _known(self) -> "UsageBudget":
        for name in self.where:
            if not name.startswith("tag_"):
                _column(name)
        return self


class Usage(Section):
    """How usage details are read, and which labels they get."""

    download: Literal["json", "csv", "csv_async"] = Field(
        "json", description="`json` pages, a `csv` stream, or `csv_async`, prepared by the service"
    )
    period: Annotated[Days | None, BeforeValidator(_period)] = Field(
        None,
        description='`current`, a billing period such as `"202611"`, or `{start: 2026-11-01, end: 2026-11-20}`; '
        "default: `current`",
        examples=["current"],
    )
    labels: tuple[Annotated[str, AfterValidator(_column)], ...] = Field(
        DEFAULT, description="any documented columns, in snake_case, that become labels", strict=False
    )
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
    first_byte: Duration = Field(
        timedelta(hours=1), description="how long a CSV download may be silent; up to 60 minutes are documented"
    )
    download_timeout: Duration = Field(timedelta(hours=6), description="the longest that a whole CSV download may take")

    @model_validator(mode="after")
    def _distinct(self) -> "Usage":
        for name, count in Counter([*self.labels, *map(tag_label, self.tags)]).items():
            if count > 1:
                raise invalid(f"duplicate label {name!r}: repeated in labels, or from tags that give the same label")
        return self


class Settings(AccountSettings):
    """One enrollment, read with an API access key."""

    examples: ClassVar[Mapping[str, Any]] = {"name": "contoso-ea"}

    base_url: WebAddress = Field("https://consumption.azure.com", description="where the reporting APIs are")
    timeout: Duration = Field(timedelta(minutes=5), description="maximum duration of one request; pages are large")
    enrollment: Enrollment = Field(description="the enrollment number, in quotes", examples=["100"])
    api_key: SecretText | None = Field(None, description="the API access key of the EA portal", min_length=1)
    api_key_file: Annotated[FilePath | None, Shown.SET] = Field(
        None,
        description="file with the key (EA portal: Reports > Download Usage > API Access Key)",
        examples=["/run/secrets/ea"],
    )
    api_version: Literal["v1", "v2", "v3"] = Field("v3", description="version of the reporting APIs")
    currency: Currency | None = Field(
        None,
        description="currency of the enrollment; default: the balance summary's; "
        "required for a key that may not read it (of a department or account owner)",
    )
    usage: Usage = Field(default=Usage(), description="how usage details are read")
    prices: Literal["used", "all"] = Field("used", description="prices of the meters that are `used`, or of `all`")
    budgets: Annotated[tuple[UsageBudget, ...], OneNameEach] = Field(
        (), description="budgets for the month, in the enrollment's currency", strict=False
    )

    @property
    def identity(self) -> str:
        return self.enrollment

    @property
    def budget_names(self) -> tuple[str, ...]:
        return tuple(budget.name for budget in self.budgets)

    def findings(self, now: datetime) -> Iterator[Finding]:
        yield from super().findings(now)
        if self.usage.period and self.usage.period.start > now.date():
            yield Finding("usage.period", f"begins on {self.usage.period.start}, in the future")
        for key, ends in ApiKey(self.secret("api_key")).expiries().items():
            if ends <= now:
                yield Finding(f"{key}_file" if self.api_key_file else key, f"expired on {ends:%Y-%m-%d}")

    @model_validator(mode="after")
    def _consistent(self) -> "Settings":
        if self.api_version == "v1" and self.usage.download != "json":
            raise invalid("usage.download: v1 has no CSV; use json, or api_version v2 or v3")
        tags = {tag_label(key): key for key in self.usage.tags}
        for name in (name for budget in self.budgets for name in budget.where if name.startswith("tag_")):
            if tags.setdefault(same := tag_label(name[4:]), name[4:]) not in {name[4:], *self.usage.tags}:
                raise invalid(f"budgets: {name!r} and 'tag_{tags[same]}' give the same label {same!r}")
        return self
