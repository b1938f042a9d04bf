"""The envelope of a page of records, and its link to the next page."""

import re
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")
OURS = frozenset(
    {"authorization", "connection", "content-length", "cookie", "host", "proxy-authorization", "transfer-encoding"}
)
"""Headers that no link may set."""
HEADER_NAME, HEADER_VALUE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}"), re.compile(r"[\x20-\x7e]{0,8192}")
"""RFC 9110 5.1 and 5.5, printable ASCII alone."""


class Header(msgspec.Struct, frozen=True):
    """A header of the request that a link describes."""

    key: str
    value: str


class Link(msgspec.Struct, frozen=True):
    """The request for another page: a URI, with or without `/v1`, and headers."""

    uri: str
    headers: tuple[Header, ...] | None = None

    @property
    def url(self) -> str:
        """The address, absolute or relative to the API's."""
        absolute = self.uri.startswith(("https://", "http://"))
        return self.uri if absolute else f"v1/{self.uri.lstrip('/').removeprefix('v1/')}"

    @property
    def own_headers(self) -> Mapping[str, str]:
        """The headers of the link, without those that are the client's to set."""
        return {header.key: header.value for header in self.headers or () if header.key.lower() not in OURS}

    @property
    def sendable(self) -> bool:
        """Whether every header may be sent."""
        headers = self.headers or ()
        return all(HEADER_NAME.fullmatch(header.key) and HEADER_VALUE.fullmatch(header.value) for header in headers)


class Links(msgspec.Struct, frozen=True):
    """The links of a collection."""

    next: Link | None = None


class PagedResourceCollection(msgspec.Struct, Generic[T], rename="camel"):
    """The envelope; `totalCount` need not be the number of items."""

    items: list[T]
    links: Links | None = None
    total_count: Any = None
    continuation_token: Any = None

    @property
    def next(self) -> Link | None:
        """The link to the next page."""
        return self.links.next if self.links else None

    @property
    def stated(self) -> int:
        """The number of items in all pages that the envelope states; 0 where it states none."""
        return self.total_count if isinstance(self.total_count, int) else 0
