"""The section `ea` of the YAML."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from exporter.apis.budgets import OneNameEach
from exporter.apis.checks import Finding
from exporter.apis.costs.settings import CostSettings, UsageBudget, UsageSettings, one_of
from exporter.apis.ea.usage.columns import COLUMNS, DEFAULT
from exporter.apis.ea.usage.periods import FIRST_DAY
from exporter.apis.fields import Currency, Duration, FilePath, SecretText, Shown, WebAddress, invalid, matching
from exporter.auth.api_key import ApiKey
from exporter.model.periods import Days, billing_month

Enrollment = Annotated[str, matching(r"[A-Za-z0-9-]+", "an enrollment number")]
DAY = {"type": "string", "format": "date"}
PERIOD = {
    "anyOf": [
        {"type": "string", "pattern": "^(current|[0-9]{6})$"},
        {
            "type": "object",
            "properties": {"start": DAY, "end": DAY},
            "required": ["start", "end"],
            "additionalProperties": False,
        },
        {"type": "null"},
    ]
}
"""What `_period` accepts, for editors."""


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


class EnrollmentBudget(UsageBudget):
    """A limit for the month, for the rows that match all of `where`."""

    columns: ClassVar[Mapping[str, Any]] = COLUMNS
    examples: ClassVar[Mapping[str, Any]] = {
        "name": "platform",
        "amount": Decimal("12000.00"),
        "where": {"department_name": "Platform", "tag_env": "prod"},
    }


class Usage(UsageSettings):
    """How usage details are read, and which labels they get."""

    download: Literal["json", "csv", "csv_async"] = Field(
        "json", description="`json` pages, a `csv` stream, or `csv_async`, prepared by the service"
    )
    period: Annotated[Days | None, BeforeValidator(_period), WithJsonSchema(PERIOD)] = Field(
        None,
        description='`current`, a billing period such as `"202611"`, or `{start: 2026-11-01, end: 2026-11-20}`; '
        "default: `current`",
        examples=["current"],
    )
    labels: tuple[Annotated[str, one_of(COLUMNS)], ...] = Field(
        DEFAULT, description="any documented columns, in snake_case, that become labels", strict=False
    )
    first_byte: Duration = Field(
        timedelta(hours=1), description="how long a CSV download may be silent; up to 60 minutes are documented"
    )
    download_timeout: Duration = Field(timedelta(hours=6), description="the longest that a whole CSV download may take")


class Settings(CostSettings):
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
    budgets: Annotated[tuple[EnrollmentBudget, ...], OneNameEach] = Field(
        (), description="budgets for the month, in the enrollment's currency", strict=False
    )

    @property
    def default_name(self) -> str:
        return self.enrollment

    @property
    def period(self) -> Days | None:
        return self.usage.period

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
        return self
