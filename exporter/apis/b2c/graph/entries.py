"""Pages of the audit log as typed entries."""

from datetime import date

import msgspec

from exporter.errors import Malformed
from exporter.model.periods import day_of
from exporter.transport.response import Response

WHAT = "audit log"
SERVICE = "b2c"
NONE = msgspec.Raw(b"null")
UNREADABLE = msgspec.DecodeError, UnicodeDecodeError, RecursionError
BOM = b"\xef\xbb\xbf"


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
        return (self.logged_by_service or SERVICE).lower() == SERVICE

    @property
    def succeeded(self) -> bool:
        """Whether the entry states a success."""
        return (self.result or "").lower() == "success"


class Page(msgspec.Struct):
    """A page, each of whose entries can be read."""

    value: list[Entry]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)


class Raw(msgspec.Struct):
    """A page whose entries are read one by one."""

    value: list[msgspec.Raw]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)


class Dated(msgspec.Struct, rename="camel"):
    """The time of an entry whose other properties can't be read."""

    activity_date_time: object = None


class PageDecoder:
    """Decodes pages; entries that can't be read do not hide the others."""

    def __init__(self) -> None:
        self._pages = msgspec.json.Decoder(Page)
        self._raw = msgspec.json.Decoder(Raw)
        self._entries = msgspec.json.Decoder(Entry)

    def decode(self, response: Response) -> tuple[Page, list[date | None]]:
        """The page, and a day for each entry that can't be read, None where not even that can; raises `Malformed`."""
        content = response.content.removeprefix(BOM)
        try:
            return self._pages.decode(content), []
        except UNREADABLE:
            page = self._raw_page(response, content)
        readable, unreadable = [], []
        for raw in page.value:
            try:
                readable.append(self._entries.decode(raw))
            except UNREADABLE:
                unreadable.append(stated_day(raw))
        return Page(readable, page.next_link), unreadable

    def _raw_page(self, response: Response, content: bytes) -> Raw:
        """The page with entries that are not decoded; a failure never quotes it, because entries are about users."""
        try:
            return self._raw.decode(content)
        except UNREADABLE as error:
            stated = response.soft_error or str(error)
            raise Malformed(response.described(f"{WHAT}: {stated}")) from error


def stated_day(raw: msgspec.Raw) -> date | None:
    """The day of an entry that can't be read as a whole."""
    try:
        at = msgspec.json.decode(raw, type=Dated).activity_date_time
        return day_of(at) if isinstance(at, str) else None
    except (*UNREADABLE, Malformed):
        return None
