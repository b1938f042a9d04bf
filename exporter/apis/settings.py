"""Settings that the accounts of all APIs share."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from exporter.apis.checks import Finding, ca_file_expiry, secret_file_error
from exporter.apis.fields import (
    CaFile,
    Duration,
    Interval,
    Shown,
    Text,
    WebAddress,
    invalid,
)
from exporter.auth.secret import Secret

SHORT_INTERVAL = timedelta(minutes=5)
"""Shorter intervals are a warning: no API has new figures more often than every hour."""


class Section(BaseModel):
    """A section of the configuration: immutable, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    advice: ClassVar[str] = ""
    """What `config.example.yaml` says above the section, in paragraphs."""
    examples: ClassVar[Mapping[str, Any]] = {}
    """Values of inherited keys in `config.example.yaml`."""


class Secrets(Section):
    """A section with secrets, each of which is a text `x`, or a file `x_file` that holds it."""

    optional_secrets: ClassVar[frozenset[str]] = frozenset()
    """Secrets that are not required."""
    binary_secrets: ClassVar[frozenset[str]] = frozenset()
    """Secrets whose file may be binary."""

    def secret(self, key: str) -> Secret:
        """The secret `key`, from the configuration or from `<key>_file`."""
        values = dict(self)
        text: SecretStr | None = values[key]
        return Secret(text.get_secret_value() if text else None, values[f"{key}_file"])

    def given(self, secret: str) -> bool:
        """Whether the secret, or a file that holds it, is configured."""
        values = dict(self)
        return values.get(secret) is not None or values[f"{secret}_file"] is not None

    def secret_files(self) -> Mapping[str, Path]:
        """The configured files of its own secrets, by key."""
        return {key: value for key, value in self if key.endswith("_file") and key != "ca_file" and value is not None}

    def findings(self, now: datetime) -> Iterator[Finding]:
        """Problems with the files that the section and those in it name, and with what depends on the time.

        They do not prevent the start, since a file may be created later.
        """
        for key, path in self.secret_files().items():
            if problem := secret_file_error(path, text=key.removesuffix("_file") not in self.binary_secrets):
                yield Finding(key, problem)
        for name, inner in self:
            if isinstance(inner, Secrets):
                for found in inner.findings(now):
                    yield Finding(f"{name}.{found.key}", found.text, found.warning)

    @model_validator(mode="after")
    def _each_secret_once(self) -> "Secrets":
        fields = type(self).model_fields
        for key in (key for key in fields if f"{key}_file" in fields):
            given = [name for name in (key, f"{key}_file") if dict(self)[name] is not None]
            if not given and key not in self.optional_secrets:
                raise invalid(f"{key} or {key}_file is required")
            if len(given) == 2:
                raise invalid(f"{key} and {key}_file exclude each other")
        return self


class Report(Section):
    """One report: whether it is read, and how often; by default as often as its API documents new data."""

    enabled: bool = True
    every: Interval | None = None


class RequestBudget(NamedTuple):
    """Requests per hour that all accounts with the same `key`, such as those of one tenant, share.

    `burst` is the share of them that may be sent without a wait, such as those of a start.
    """

    key: str
    per_hour: float
    burst: float = 0.1

    @property
    def at_once(self) -> int:
        """How many requests may be sent without a wait."""
        return max(1, round(self.per_hour * self.burst))


class AccountSettings(Secrets):
    """One account of one API."""

    name: Annotated[Text | None, Shown.SET] = Field(
        None, description="the `account` label; default: the tenant, the enrollment number, or the end of the scope"
    )
    base_url: WebAddress = Field(description="base URL of the API")
    ca_file: CaFile | None = Field(None, description="PEM file with certificate authorities; default: the public ones")
    timeout: Duration = Field(timedelta(minutes=1), description="maximum duration of one request and its response")
    reports: Any = None

    report_options: ClassVar[Mapping[str, str]] = {}
    """The options that reports require, by report."""
    least_throttled_seconds: ClassVar[float] = 0.0
    """How long a throttled request waits at least, whatever the response states."""

    @property
    def account(self) -> str:
        """The value of the label `account`."""
        return self.name or self.default_name

    @property
    def default_name(self) -> str:
        """The default of `name`."""
        raise NotImplementedError

    def shape(self, *keys: str) -> dict[str, object]:
        """For `Collector.shape`: the source, and those of `keys` (such as `usage.labels`) that differ from the default.

        A new key with a default does not change it.
        """
        chosen: dict[str, Any] = self.model_dump(mode="json", exclude_defaults=True, exclude={"reports"})
        flat = {path: value for name, value in chosen.items() for path, value in _flattened(name, value)}
        return {"base_url": self.base_url, "identity": self.default_name} | {
            key: flat[key] for key in keys if key in flat
        }

    @property
    def login_address(self) -> str:
        """Address of the login host; for an account without tokens that of the API."""
        return self.base_url

    @property
    def budget_names(self) -> tuple[str, ...]:
        """Names of the budgets, whose families several APIs share."""
        return ()

    @property
    def request_budget(self) -> RequestBudget | None:
        """The budget of requests that the account shares with others; None for an account without one."""
        return None

    @property
    def request_id_header(self) -> str:
        """The documented header with the client's id of a request, the same when it is sent again; empty for none."""
        return ""

    @property
    def quotable(self) -> bool:
        """Whether failures may quote what the API says: not where its texts can name persons."""
        return True

    def described(self) -> Mapping[str, str]:
        """The addresses to which credentials and requests are sent, for `check-config`."""
        return {"API": self.base_url}

    def findings(self, now: datetime) -> Iterator[Finding]:
        yield from super().findings(now)
        if self.ca_file and (ends := ca_file_expiry(self.ca_file)) and ends <= now:
            yield Finding("ca_file", f"every authority in it has expired, the last on {ends:%Y-%m-%d}")
        for name, report in self.reports or ():
            if report.every and report.every < SHORT_INTERVAL:
                text = "shorter than 5m; the APIs have new figures every hour at most, and limit requests"
                yield Finding(f"reports.{name}.every", text, warning=True)

    @classmethod
    def needs(cls, report: str) -> str:
        """The options that a report requires, in words; empty for none."""
        return cls.report_options.get(report, "")

    def reads(self, report: str) -> bool:
        """Whether a report is read."""
        return self.report(report).enabled

    def report(self, name: str) -> Report:
        """The settings of one of the API's reports."""
        found: Report = dict(self.reports)[name]
        return found

    @field_validator("base_url")
    @classmethod
    def _without_version(cls, value: str) -> str:
        if found := re.search(r"/v[0-9]+(\.[0-9]+)?$", value):
            raise invalid(f"must not end in {found[0]}: the exporter adds the version")
        return value

    @model_validator(mode="after")
    def _reports_have_their_options(self) -> "AccountSettings":
        for name, report in self.reports or ():
            chosen = report.enabled and "enabled" in report.model_fields_set
            if chosen and (needed := self.needs(name)) and not self.reads(name):
                raise invalid(f"reports.{name} is enabled but needs {needed}")
        return self


def _flattened(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    yield name, value
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield from _flattened(f"{name}.{key}", inner)
