"""Pages of records: a record that is not as documented costs the page nothing but what is wrong with it."""

from typing import Any, Generic, TypeVar

import msgspec
from msgspec import structs

from exporter.apis.partner_center.findings import Findings
from exporter.apis.partner_center.records import MonthlyUsageRecord
from exporter.errors import Malformed
from exporter.transport.response import Response, decode

R = TypeVar("R", bound=MonthlyUsageRecord)
T = TypeVar("T")
ESSENTIAL = frozenset({"total_cost", "budget"})
"""Amounts without which a record would say something wrong."""


class Header(msgspec.Struct, frozen=True):
    """A header that a link wants to be sent with it."""

    key: str
    value: str


class Link(msgspec.Struct, frozen=True):
    """Where another page is: a URI, with or without `/v1`, and headers."""

    uri: str
    headers: tuple[Header, ...] | None = None


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
        """How many items the envelope states in all; 0 where it does not."""
        return self.total_count if isinstance(self.total_count, int) else 0


class PageReader(Generic[R]):
    """Decodes pages of one kind of record: quickly where all is as documented, else record by record."""

    def __init__(self, kind: type[R]) -> None:
        self.typed = msgspec.json.Decoder(PagedResourceCollection[kind])  # type: ignore[valid-type]
        self._raw = msgspec.json.Decoder(PagedResourceCollection[msgspec.Raw])
        self._kind = kind

    def read(self, answer: Response, findings: Findings) -> PagedResourceCollection[R]:
        """The page; raises `Malformed` where not even its envelope is as documented."""
        try:
            page: PagedResourceCollection[R] = decode(self.typed, answer, findings.what)
        except Malformed as failure:
            if not isinstance(failure.__cause__, msgspec.ValidationError):
                raise
        else:
            return page
        envelope: PagedResourceCollection[msgspec.Raw] = decode(self._raw, answer, findings.what)
        items = [self._item(raw, place, findings) for place, raw in enumerate(envelope.items)]
        return PagedResourceCollection(
            [item for item in items if item is not None],
            envelope.links,
            envelope.total_count,
            envelope.continuation_token,
        )

    def _item(self, raw: msgspec.Raw, place: int, findings: Findings) -> R | None:
        try:
            return msgspec.json.decode(raw, type=self._kind)
        except msgspec.ValidationError:
            pass
        try:
            stated = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        except msgspec.ValidationError:
            findings.drop("since it is no record", f"record {place}")
            return None
        found: dict[str, Any] = {}
        wrong: list[structs.FieldInfo] = []
        for field in (field for field in structs.fields(self._kind) if field.encode_name in stated):
            try:
                found[field.name] = msgspec.json.decode(stated[field.encode_name], type=field.type)
            except msgspec.ValidationError:
                wrong.append(field)
        identity = found.get("resource_id") or found.get("id") or f"record {place}"
        for field in wrong:
            if field.name in ESSENTIAL:
                findings.drop(f"since {field.encode_name} is not an amount of money", identity)
                return None
        for field in wrong:
            findings.warn(f"{field.encode_name} is not as documented and counts as not stated", identity)
        return self._kind(**found)
