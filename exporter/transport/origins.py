"""Which URLs are followed, and which get credentials, according to the parser of the library that sends."""

import re
from typing import NamedTuple
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from exporter.errors import Malformed

UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
"""What no valid link contains and parsers disagree about: a backslash, blanks and control characters."""
AUTHORITY = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//([^/?#]*)", re.IGNORECASE)
PORTS = {"https": 443, "http": 80}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Origin(NamedTuple):
    """Scheme, host in lower case and port (RFC 6454)."""

    scheme: str
    host: str
    port: int | None

    @classmethod
    def from_url(cls, url: str) -> "Origin":
        """The origin that a request for `url` is sent to; raises `Malformed`."""
        parts = _parsed(url)
        scheme = parts.scheme or ""
        return cls(scheme, parts.host or "", parts.port or PORTS.get(scheme))

    def __str__(self) -> str:
        port = "" if self.port == PORTS.get(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    def require(self, url: str) -> None:
        """Raises `Malformed` unless a request for `url` is sent to this origin."""
        other = Origin.from_url(url)
        if other != self:
            raise Malformed(f"a link leads away from {self} to {other}; nothing was sent there")


def link(base_url: str, url: str) -> str:
    """`url` as an absolute address, relative to `base_url`; raises `Malformed` for anything that is not a link."""
    if UNSAFE.search(url):
        raise Malformed("not a link: it holds a backslash, a blank or a control character")
    try:
        absolute = urljoin(f"{base_url}/", url)
    except ValueError as error:
        raise Malformed(f"not a link: {error}") from error
    authority = AUTHORITY.match(absolute)
    if authority and "@" in authority[1]:
        raise Malformed("not a link: it holds user information")
    _parsed(absolute)
    return absolute


def blob(url: str) -> str:
    """The address of a blob, whose query is its permission; raises `Malformed` unless it is https or loopback."""
    absolute = link("", url)
    origin = Origin.from_url(absolute)
    if not origin.host or (origin.scheme != "https" and not (origin.scheme == "http" and origin.host in LOOPBACK)):
        raise Malformed(f"a link is not https: {public(absolute)[:100]}")
    return absolute


def public(url: str) -> str:
    """The part of a URL that messages may show: without query, user and password."""
    try:
        parts = parse_url(url)
    except LocationParseError:
        return "(not a URL)"
    return Url(parts.scheme, None, parts.host, parts.port, parts.path).url


def _parsed(url: str) -> Url:
    try:
        return parse_url(url)
    except LocationParseError as error:
        raise Malformed("not a link: it has no valid host or port") from error
