"""What every account's section of the YAML has: strict keys, Prometheus durations, secrets in pairs."""

import ipaddress
import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from exporter.auth.secret import Secret

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
DURATION = re.compile("".join(rf"(?:(?P<{unit}>\d+){unit})?" for unit in ("y", "w", "d", "h", "m", "s", "ms")))

CHINA = "china"
LOGIN_HOSTS = {"usgov": "https://login.microsoftonline.us", CHINA: "https://login.partner.microsoftonline.cn"}
"""The login hosts of the national clouds."""


def mistake(text: str) -> PydanticCustomError:
    """A mistake of the configuration whose text is shown as it is."""
    return PydanticCustomError("mistake", "{text}", {"text": text})


def duration(value: object) -> timedelta:
    """A Prometheus duration: `30s`, `6h`, `1d12h`."""
    if isinstance(value, timedelta):
        return value
    found = DURATION.fullmatch(value) if isinstance(value, str) and value else None
    seconds = sum(int(n) * UNITS[unit] for unit, n in found.groupdict().items() if n) if found else 0
    if not 0 < seconds <= UNITS["y"]:
        raise mistake("must be a duration such as 30s, 15m, 6h or 1d")
    return timedelta(seconds=seconds)


def web_address(value: str) -> str:
    """An https address; plain http for loopback alone, since credentials are sent there."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 (raises for a port that is no number)
    except ValueError:
        raise mistake("must be a web address such as https://example.com") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment or " " in value:
        raise mistake("must be a web address such as https://example.com")
    if parts.username or parts.password:
        raise mistake("must not hold a user or a password")
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise mistake("must be https; plain http is for loopback addresses alone")
    return value.rstrip("/")


def login_address(value: str) -> str:
    """An https address without exception: msal sends secrets to no other."""
    if value.startswith("http:"):
        raise mistake("must be https, on loopback addresses too")
    return web_address(value)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def matching(pattern: str, what: str) -> AfterValidator:
    """Text of a certain form; `what` names it in the mistake."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise mistake(f"must be {what}")
        return value

    return AfterValidator(check)


Duration = Annotated[timedelta, BeforeValidator(duration)]
WebAddress = Annotated[str, AfterValidator(web_address)]
LoginAddress = Annotated[str, AfterValidator(login_address)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Guid = Annotated[str, matching(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a GUID")]
Currency = Annotated[str, matching(r"[A-Z]{3}", "an ISO 4217 code such as EUR")]
Tenant = Annotated[str, matching(r"[A-Za-z0-9][A-Za-z0-9.-]*", "a domain or an id")]


class Section(BaseModel):
    """A part of the configuration: unknown keys are mistakes, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


def money(value: object) -> Decimal:
    """Money as it is written: 0.1 is 0.1 and not the double beside it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise mistake("must be an amount of money")
    try:
        return Decimal(str(value))
    except ArithmeticError:
        raise mistake("must be an amount of money") from None


class Budget(Section):
    """A limit for the month."""

    name: Text = Field(description="the `budget` label")
    amount: Annotated[Decimal, BeforeValidator(money), Field(ge=0, strict=False, allow_inf_nan=False)] = Field(
        description="the limit"
    )


def one_name_each(budgets: tuple[Budget, ...]) -> tuple[Budget, ...]:
    """Budgets that their names tell apart."""
    names = [budget.name for budget in budgets]
    for name in names:
        if names.count(name) > 1:
            raise mistake(f"two are called {name!r}")
    return budgets


OneNameEach = AfterValidator(one_name_each)


def existing(file: Path) -> Path:
    """A file that is there when the configuration is read."""
    if not file.is_file():
        raise mistake("there is no such file")
    return file


class Report(Section):
    """One report: whether it is read, and how often (by default as often as its API documents new data)."""

    enabled: bool = True
    every: Duration | None = None


class AccountSettings(Section):
    """One account of one API."""

    name: Text | None = Field(None, description="the `account` label")
    base_url: WebAddress = Field(description="where the API is")
    ca_file: Annotated[Path, Field(strict=False), AfterValidator(existing)] | None = Field(
        None, description="PEM file with the authority that signs the servers' certificates, instead of the public ones"
    )
    timeout: Duration = Field(timedelta(minutes=1), description="the longest wait for one whole answer")
    reports: Any = None

    optional_secrets: ClassVar[frozenset[str]] = frozenset()
    """Secrets that need not be given."""

    @property
    def account(self) -> str:
        """The value of the label `account`."""
        return self.name or self.identity

    @property
    def identity(self) -> str:
        """What the account is called when nobody names it."""
        raise NotImplementedError

    @property
    def login_address(self) -> str:
        """Where tokens come from; for an account without tokens the API itself."""
        return self.base_url

    def reads(self, report: str) -> bool:
        """Whether a report is read at all."""
        return bool(getattr(self.reports, report).enabled)

    def secret(self, key: str) -> Secret:
        """The secret `key`, from the configuration or from `<key>_file`."""
        text: SecretStr | None = getattr(self, key)
        return Secret(text.get_secret_value() if text else None, getattr(self, f"{key}_file"))

    @model_validator(mode="after")
    def _each_secret_once(self) -> "AccountSettings":
        fields = type(self).model_fields
        for key in (key for key in fields if f"{key}_file" in fields):
            given = [name for name in (key, f"{key}_file") if getattr(self, name) is not None]
            if not given and key not in self.optional_secrets:
                raise mistake(f"{key} or {key}_file is required")
            if len(given) == 2:
                raise mistake(f"{key} and {key}_file exclude each other")
        return self


class EntraSettings(AccountSettings):
    """An account whose tokens come from Microsoft Entra ID."""

    tenant: Tenant = Field(description="domain or id of the tenant")
    client_id: Guid = Field(description="the application's id")
    client_secret: SecretStr | None = Field(None, description="the application's secret", min_length=1)
    client_secret_file: Annotated[Path, Field(strict=False)] | None = Field(
        None, description="a file that holds it; read again at each use"
    )
    authority: LoginAddress = Field(
        "https://login.microsoftonline.com", description="the login host; default: the cloud's"
    )
    cloud: Literal["global", "usgov", "china"] = Field("global", description="Microsoft's cloud that holds the tenant")

    cloud_hosts: ClassVar[Mapping[str, str]] = {}
    """Where the API is in the clouds in which its address is another one than in the global cloud."""

    @model_validator(mode="before")
    @classmethod
    def _addresses_of_the_cloud(cls, given: Any) -> Any:
        """A cloud stands for its addresses; one that is given explicitly wins."""
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
    def tenant_authority(self) -> str:
        """The authority as msal wants it: the login host and the tenant."""
        return self.authority if urlsplit(self.authority).path else f"{self.authority}/{self.tenant}"
