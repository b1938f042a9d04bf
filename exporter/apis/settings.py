"""Settings that the accounts of all APIs share."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from exporter.apis.checks import Finding, secret_file_error
from exporter.apis.fields import (
    CaFile,
    Duration,
    FilePath,
    Guid,
    Interval,
    LoginAddress,
    SecretText,
    Shown,
    Tenant,
    Text,
    WebAddress,
    invalid,
    money,
)
from exporter.auth.secret import Secret

SHORT_INTERVAL = timedelta(minutes=5)
"""Shorter intervals are a warning: no API has new figures more often than every hour."""

USGOV, CHINA = "usgov", "china"
LOGIN_HOSTS = {USGOV: "https://login.microsoftonline.us", CHINA: "https://login.partner.microsoftonline.cn"}
"""The login hosts of the national clouds."""


class Section(BaseModel):
    """A section of the configuration: immutable, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    advice: ClassVar[str] = ""
    """What `config.example.yaml` says above the section, in paragraphs."""
    examples: ClassVar[Mapping[str, Any]] = {}
    """Values of inherited keys in `config.example.yaml`."""


class Budget(Section):
    """A monthly budget."""

    name: Text = Field(description="the `budget` label", examples=["sign-ins"])
    amount: Annotated[Decimal, BeforeValidator(money), Field(ge=0, strict=False, allow_inf_nan=False)] = Field(
        description="the monthly limit", examples=[Decimal("400.00")]
    )


def one_name_each(budgets: tuple[Budget, ...]) -> tuple[Budget, ...]:
    """Requires unique names of budgets."""
    for name, count in Counter(budget.name for budget in budgets).items():
        if count > 1:
            raise invalid(f"{count} budgets have the name {name!r}")
    return budgets


OneNameEach = AfterValidator(one_name_each)


class Report(Section):
    """One report: whether it is read, and how often; by default as often as its API documents new data."""

    enabled: bool = True
    every: Interval | None = None


class AccountSettings(Section):
    """One account of one API."""

    name: Annotated[Text | None, Shown.SET] = Field(
        None, description="the `account` label; default: the tenant or the enrollment number"
    )
    base_url: WebAddress = Field(description="base URL of the API")
    ca_file: CaFile | None = Field(None, description="PEM file with certificate authorities; default: the public ones")
    timeout: Duration = Field(timedelta(minutes=1), description="maximum duration of one request and its response")
    reports: Any = None

    optional_secrets: ClassVar[frozenset[str]] = frozenset()
    """Secrets that are not required."""
    binary_secrets: ClassVar[frozenset[str]] = frozenset()
    """Secrets whose file may be binary."""
    report_options: ClassVar[Mapping[str, str]] = {}
    """The options that reports require, by report."""

    @property
    def account(self) -> str:
        """The value of the label `account`."""
        return self.name or self.identity

    @property
    def identity(self) -> str:
        """The default of `name`."""
        raise NotImplementedError

    def shape(self, *keys: str) -> dict[str, object]:
        """For `Collector.shape`: the source, and those of `keys` (such as `usage.labels`) that differ from the default.

        A new key with a default does not change it.
        """
        chosen: dict[str, Any] = self.model_dump(mode="json", exclude_defaults=True, exclude={"reports"})
        flat = {path: value for name, value in chosen.items() for path, value in _flattened(name, value)}
        return {"base_url": self.base_url, "identity": self.identity} | {key: flat[key] for key in keys if key in flat}

    @property
    def login_address(self) -> str:
        """Address of the login host; for an account without tokens that of the API."""
        return self.base_url

    @property
    def budget_names(self) -> tuple[str, ...]:
        """Names of the budgets, whose families several APIs share."""
        return ()

    def described(self) -> Mapping[str, str]:
        """The addresses to which credentials and requests are sent, for `check-config`."""
        return {"API": self.base_url}

    def secret_files(self) -> Mapping[str, Path]:
        """The configured files of secrets, by key."""
        return {key: value for key, value in self if key.endswith("_file") and key != "ca_file" and value is not None}

    def findings(self, now: datetime) -> Iterator[Finding]:
        """Problems with the files that the account names, and with what depends on the time.

        They do not prevent the start, since a file may be created later.
        """
        for key, path in self.secret_files().items():
            if problem := secret_file_error(path, text=key.removesuffix("_file") not in self.binary_secrets):
                yield Finding(key, problem)
        for name, report in self.reports or ():
            if report.every and report.every < SHORT_INTERVAL:
                text = "shorter than 5m; the APIs have new figures every hour at most, and limit requests"
                yield Finding(f"reports.{name}.every", text, warning=True)

    def reads(self, report: str) -> bool:
        """Whether a report is read."""
        return self.report(report).enabled

    def report(self, name: str) -> Report:
        """The settings of one of the API's reports."""
        found: Report = dict(self.reports)[name]
        return found

    def secret(self, key: str) -> Secret:
        """The secret `key`, from the configuration or from `<key>_file`."""
        values = dict(self)
        text: SecretStr | None = values[key]
        return Secret(text.get_secret_value() if text else None, values[f"{key}_file"])

    @field_validator("base_url")
    @classmethod
    def _without_version(cls, value: str) -> str:
        if found := re.search(r"/v[0-9]+(\.[0-9]+)?$", value):
            raise invalid(f"must not end in {found[0]}: the exporter adds the version")
        return value

    @model_validator(mode="after")
    def _reports_have_their_options(self) -> "AccountSettings":
        for name, report in self.reports or ():
            if report.enabled and "enabled" in report.model_fields_set and not self.reads(name):
                raise invalid(f"reports.{name} is enabled but needs {self.report_options[name]}")
        return self

    @model_validator(mode="after")
    def _each_secret_once(self) -> "AccountSettings":
        fields = type(self).model_fields
        for key in (key for key in fields if f"{key}_file" in fields):
            given = [name for name in (key, f"{key}_file") if dict(self)[name] is not None]
            if not given and key not in self.optional_secrets:
                raise invalid(f"{key} or {key}_file is required")
            if len(given) == 2:
                raise invalid(f"{key} and {key}_file exclude each other")
        return self


class EntraSettings(AccountSettings):
    """An account whose tokens come from Microsoft Entra ID."""

    tenant: Tenant = Field(description="domain or id of the tenant")
    client_id: Guid = Field(description="id of the application")
    client_secret: SecretText | None = Field(None, description="client secret of the application", min_length=1)
    client_secret_file: Annotated[FilePath | None, Shown.SET] = Field(None, description="file with the client secret")
    authority: LoginAddress = Field(
        "https://login.microsoftonline.com", description="login host; default: that of `cloud`"
    )
    cloud: Literal["global", "usgov", "china"] = Field("global", description="cloud of the tenant; sets the addresses")

    cloud_hosts: ClassVar[Mapping[str, str]] = {}
    """Base URLs of the API in national clouds, if they differ from the global one."""

    @model_validator(mode="before")
    @classmethod
    def _addresses_of_the_cloud(cls, given: Any) -> Any:
        """Addresses default to those of the cloud."""
        cloud = given.get("cloud") if isinstance(given, dict) else None
        if not isinstance(cloud, str):
            return given
        addresses = {"authority": LOGIN_HOSTS.get(cloud), "base_url": cls.cloud_hosts.get(cloud)}
        return {name: address for name, address in addresses.items() if address} | given

    @property
    def identity(self) -> str:
        return self.tenant

    @property
    def login_address(self) -> str:
        return self.authority

    @property
    def scope(self) -> str:
        """The scope of the token."""
        raise NotImplementedError

    def described(self) -> Mapping[str, str]:
        return {**super().described(), "login": self.tenant_authority, "scope": self.scope}

    @property
    def tenant_authority(self) -> str:
        """The authority for msal: the login host and the tenant."""
        return self.authority if urlsplit(self.authority).path else f"{self.authority}/{self.tenant}"


def _flattened(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    yield name, value
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield from _flattened(f"{name}.{key}", inner)
