"""Pages and entries of the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

SERVICE = "b2c"
NONE = msgspec.Raw(b"null")
UNREADABLE = msgspec.DecodeError, UnicodeDecodeError, RecursionError


class Resource(msgspec.Struct, gc=False):
    """The user that an entry is about."""

    id: str | None = None


class Detail(msgspec.Struct, gc=False):
    """A property of an entry that depends on its activity."""

    key: str
    value: object = None


class Entry(msgspec.Struct, rename="camel", gc=False):
    """An entry of `auditLogs/directoryAudits`, without what is not counted.

    Lists are decoded when they are needed, which is once for most sign-ins.
    """

    activity_display_name: str
    activity_date_time: str
    id: str | None = None
    correlation_id: str | None = None
    logged_by_service: str | None = None
    result: str | None = None
    target_resources: msgspec.Raw = NONE
    additional_details: msgspec.Raw = NONE

    @property
    def is_ours(self) -> bool:
        """Whether the entry is of B2C, or does not say of what service it is."""
        return is_ours(self.logged_by_service)

    @property
    def succeeded(self) -> bool:
        """Whether the entry states a success."""
        return is_success(self.result)


class Page(msgspec.Struct):
    """A page, each of whose entries can be read."""

    value: list[Entry]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)


class Raw(msgspec.Struct):
    """A page whose entries are read one by one."""

    value: list[msgspec.Raw]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)


class Unread(NamedTuple):
    """An entry that may count but can't be read: its instant, None where not even that can be read, and why."""

    at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page; what may count of it and can't be read; how many of its values are not entries at all."""

    page: Page
    unread: Sequence[Unread] = ()
    ignored: int = 0


def parsed(text: str) -> datetime:
    """An instant in UTC; more than six digits of a second are cut off, not rounded; raises `ValueError`."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is UTC:
        return at
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def is_ours(service: str | None) -> bool:
    """Whether a service is B2C, or not stated."""
    return (service or SERVICE).lower() == SERVICE


def is_success(result: str | None) -> bool:
    """Whether a result is a success."""
    return (result or "").lower() == "success"
