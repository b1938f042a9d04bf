"""Types of values in the YAML: durations, addresses, paths, money and secrets, with their error messages."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, SecretStr
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from exporter.apis.checks import ca_file_error, secret_error

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
DURATION = re.compile(
    "".join(rf"(?:(?P<{unit}>[0-9]{{1,12}}){unit})?" for unit in ("y", "w", "d", "h", "m", "s", "ms"))
)
GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class Shown(Enum):
    """How `config.example.yaml` shows an optional key, if not commented out; a marker in its type."""

    SET = "set, so that the file is a valid configuration"
    INSTEAD = "as an alternative to other keys"


def invalid(text: str) -> PydanticCustomError:
    """An error of the configuration with exactly this message."""
    return PydanticCustomError("invalid", "{text}", {"text": text})


def duration(value: object) -> timedelta:
    """A Prometheus duration: `30s`, `6h`, `1d12h`."""
    if isinstance(value, timedelta):
        return value
    found = DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if not found:
        raise invalid("must be a duration such as 30s, 15m, 6h or 1d")
    seconds = sum(int(n) * UNITS[unit] for unit, n in found.groupdict().items() if n)
    if not 0 < seconds <= UNITS["y"]:
        raise invalid("must be longer than 0s and at most 1y (365d)")
    return timedelta(seconds=seconds)


def format_duration(span: timedelta) -> str:
    """A duration as `duration` parses it: `1d12h`, `30s`."""
    rest = round(span.total_seconds())
    text = ""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        count, rest = divmod(rest, size)
        text += f"{count}{unit}" if count else ""
    return text or f"{span.total_seconds():g}s"


def interval(value: timedelta) -> timedelta:
    """A duration of at least a second."""
    if value < timedelta(seconds=1):
        raise invalid("must be at least 1s and at most 1y (365d)")
    return value


def web_address(value: str) -> str:
    """An https address; plain http for loopback only, since credentials are sent there."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 (raises for a port that is no number)
    except ValueError:
        raise invalid("must be a web address such as https://example.com") from None
    if (
        parts.scheme not in ("https", "http")
        or not parts.hostname
        or parts.query
        or parts.fragment
        or not _without_spaces(value)
    ):
        raise invalid("must be a web address such as https://example.com")
    if parts.username or parts.password:
        raise invalid("must not contain a user or a password")
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise invalid("must be https; plain http is allowed for loopback addresses only")
    return value.rstrip("/")


def login_address(value: str) -> str:
    """An https address, for loopback too: msal requires it."""
    if value.startswith("http:"):
        raise invalid("must be https, for loopback addresses too")
    return web_address(value)


def _without_spaces(value: str) -> bool:
    return value.isprintable() and not any(map(str.isspace, value))


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True)
class Stated(AfterValidator):
    """A check of a text, with what a JSON Schema says of it."""

    schema: Mapping[str, Any] = field(hash=False)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(core) | dict(self.schema)


def matching(pattern: str, what: str) -> Stated:
    """Text that matches `pattern`; `what` describes it in the message."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise invalid(f"must be {what}")
        return value

    return Stated(check, {"pattern": f"^({pattern})$"})


def currency_code(value: str) -> str:
    """An ISO 4217 code in capitals, as the APIs write it."""
    if re.fullmatch(r"[A-Z]{3}", value):
        return value
    capitals = value.upper()
    hint = f"in capitals: {capitals}" if re.fullmatch(r"[A-Z]{3}", capitals) else "an ISO 4217 code such as EUR"
    raise invalid(f"must be {hint}")


def secret_text(value: SecretStr) -> SecretStr:
    """A secret that is neither a placeholder nor a whole header."""
    if problem := secret_error(value.get_secret_value().strip()):
        raise invalid(problem)
    return value


def file_path(value: Path) -> Path:
    """A path that is valid for the system."""
    if "\0" in str(value):
        raise invalid("must be the path of a file")
    return value


Duration = Annotated[timedelta, BeforeValidator(duration)]
Interval = Annotated[timedelta, BeforeValidator(duration), AfterValidator(interval)]
WebAddress = Annotated[str, Stated(web_address, {"pattern": "^https?://"})]
LoginAddress = Annotated[str, Stated(login_address, {"pattern": "^https://"})]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Guid = Annotated[
    str,
    matching(GUID, "a GUID"),
    Field(examples=["00000000-0000-0000-0000-000000000000"]),
]
Currency = Annotated[str, Stated(currency_code, {"pattern": "^[A-Z]{3}$"}), Field(examples=["EUR"])]
Tenant = Annotated[
    str, matching(r"[A-Za-z0-9][A-Za-z0-9.-]*", "a domain or an id"), Field(examples=["contoso.onmicrosoft.com"])
]
SecretText = Annotated[SecretStr, AfterValidator(secret_text)]
FilePath = Annotated[Path, Field(strict=False), AfterValidator(file_path)]


def is_guid(text: str) -> bool:
    """Whether a text is an id, as those of tenants, applications and client secrets."""
    return re.fullmatch(GUID, text) is not None


def managed_identity(value: object) -> object:
    """Whether the machine's identity is used, or the client id of a user-assigned one."""
    if value is None or isinstance(value, bool) or (isinstance(value, str) and is_guid(value)):
        return value
    raise invalid("must be true, or the client id of a user-assigned identity")


def money(value: object, what: str = "an amount of money") -> Decimal:
    """Money with exactly the written digits: 0.1 is not rounded to a double; `what` names it in the message."""
    try:
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            return Decimal(str(value))
    except ArithmeticError:
        pass
    raise invalid(f"must be {what}")


def authorities(file: Path) -> Path:
    """A file that has certificates when the configuration is loaded."""
    if problem := ca_file_error(file):
        raise invalid(problem)
    return file


CaFile = Annotated[FilePath, AfterValidator(authorities), Field(examples=["/etc/ssl/private-ca.pem"])]
