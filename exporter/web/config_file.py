"""`--web.config.file`: the format of the Prometheus exporter toolkit, read again when a file changes.

Source: docs/web-configuration.md of the exporter toolkit.
"""

import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from exporter.apis.fields import duration, invalid
from exporter.apis.messages import messages
from exporter.apis.settings import Section
from exporter.errors import ConfigError
from exporter.strict_yaml import read
from exporter.web.tls import Tls, TlsServerConfig, tls

log = logging.getLogger(__name__)

BCRYPT = re.compile(r"\$2[aby]\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}")
HEADERS: dict[str, tuple[str, ...]] = {
    "Content-Security-Policy": (),
    "Strict-Transport-Security": (),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-XSS-Protection": (),
}
"""The headers that may be set, and their values if only some are valid."""


def _pause(value: object) -> timedelta:
    return timedelta() if value in (0, "0", "0s") and not isinstance(value, bool) else duration(value)


def _hash(value: SecretStr) -> SecretStr:
    if not BCRYPT.fullmatch(value.get_secret_value()):
        raise invalid("must be a bcrypt hash such as htpasswd -nB prints after the colon")
    return value


class HttpServerConfig(Section):
    """What is added to responses."""

    http2: bool = True
    """Accepted for files that are shared with other exporters: HTTP/2 is not served."""
    headers: dict[str, str] = Field(default_factory=dict)

    @field_validator("headers")
    @classmethod
    def _known(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if name not in HEADERS:
                raise invalid(f"{name[:100]} can't be set; known are {', '.join(HEADERS)}")
            if HEADERS[name] and value not in HEADERS[name]:
                raise invalid(f"{name} must be {' or '.join(HEADERS[name])}")
            if not value.isascii() or not value.isprintable():
                raise invalid(f"{name} must be printable ASCII text")
        return headers


class RateLimit(Section):
    """A token bucket for all requests."""

    interval: Annotated[timedelta, BeforeValidator(_pause)] = timedelta()
    """The time between two requests; 0 for no limit."""
    burst: int = Field(0, ge=0)
    """How many requests may follow one another without that time."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.interval and not self.burst:
            raise invalid("burst must be at least 1, or no request is served")
        return self


class WebConfig(Section):
    """The whole file."""

    tls_server_config: TlsServerConfig | None = None
    http_server_config: HttpServerConfig = HttpServerConfig()
    basic_auth_users: dict[str, Annotated[SecretStr, AfterValidator(_hash)]] = Field(default_factory=dict)
    rate_limit: RateLimit = RateLimit()


def load(path: Path) -> WebConfig:
    """Load the file; relative paths in it are relative to its directory. Raises `ConfigError`."""
    content: Any = read(path)
    if not isinstance(content, dict):
        # Not the same as an empty mapping: a file that is just being written must not switch everything off.
        raise ConfigError([f"{path}: must be a mapping with keys such as tls_server_config or basic_auth_users"])
    try:
        return WebConfig.model_validate(content, context=path.parent)
    except ValidationError as error:
        raise ConfigError([f"{path}: {text}" for text in messages(error, WebConfig)]) from None


Stamp = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True)
class Loaded:
    """The file as it was read; `tls` is None without TLS."""

    config: WebConfig
    tls: Tls | None


class ConfigFile:
    """The current content of the file; a change that is not valid is logged, and does not take effect.

    The constructor raises `ConfigError`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = [path]
        self._loaded = self._load()
        self._files += self._certificates(self._loaded.config)
        self._stamp = self._read_stamp()

    def current(self) -> Loaded:
        """What is in effect; reads the files if one has changed."""
        stamp = self._read_stamp()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                loaded = self._load()
            except ConfigError as error:
                log.error("web configuration not reloaded", extra={"errors": "; ".join(error.errors)})  # noqa: TRY400 (the errors are the user's)
            else:
                self._loaded = loaded
                self._files = [self._path, *self._certificates(loaded.config)]
                self._stamp = self._read_stamp()
                log.info("web configuration reloaded", extra={"file": str(self._path)})
        return self._loaded

    def _load(self) -> Loaded:
        config = load(self._path)
        try:
            return Loaded(config, tls(config.tls_server_config) if config.tls_server_config else None)
        except ConfigError as error:
            raise ConfigError([f"{self._path}: tls_server_config.{text}" for text in error.errors]) from error

    def _certificates(self, config: WebConfig) -> Iterator[Path]:
        if config.tls_server_config:
            yield from config.tls_server_config.files()

    def _read_stamp(self) -> Stamp:
        return tuple(map(_stamp, self._files))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 (called for each request)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
