"""Decodes pages of records: what is wrong with a record costs nothing else on the page."""

from itertools import chain
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import structs

from exporter.apis.partner_center.reading.envelope import PagedResourceCollection
from exporter.apis.partner_center.reading.findings import Findings
from exporter.apis.partner_center.reading.money import all_sane, sane
from exporter.apis.partner_center.records import MonthlyUsageRecord
from exporter.errors import Malformed
from exporter.transport.response import Response, decode

R = TypeVar("R", bound=MonthlyUsageRecord)
ESSENTIAL = frozenset({"total_cost", "budget"})
"""Amounts without which the rest of a record would mislead."""


class PageReader(Generic[R]):
    """Decodes pages of one kind of record: at once where all is as documented, else record by record."""

    def __init__(self, kind: type[R]) -> None:
        self.typed = msgspec.json.Decoder(PagedResourceCollection[kind])  # type: ignore[valid-type]
        self._raw = msgspec.json.Decoder(PagedResourceCollection[msgspec.Raw])
        self._kind = kind

    def read(self, response: Response, findings: Findings) -> PagedResourceCollection[R]:
        """The page; raises `Malformed` where its envelope is not as documented, or leads to no next page."""
        page = self._page(response, findings)
        if page.next and not page.next.sendable:
            raise Malformed(
                response.described(f"{findings.what}: the link to the next page has a header that can't be sent")
            )
        if page.continuation_token and not page.next:
            raise Malformed(response.described(f"{findings.what}: there are more pages, but no link to them"))
        return page

    def _page(self, response: Response, findings: Findings) -> PagedResourceCollection[R]:
        try:
            page: PagedResourceCollection[R] = decode(self.typed, response, findings.what)
            if all_sane(chain.from_iterable(map(attrgetter("amounts"), page.items))):
                return page
        except Malformed as failure:
            if not isinstance(failure.__cause__, msgspec.ValidationError):
                raise
        envelope: PagedResourceCollection[Any] = decode(self._raw, response, findings.what)
        items = (self._record(raw, place, findings) for place, raw in enumerate(envelope.items))
        return structs.replace(envelope, items=[item for item in items if item is not None])

    def _record(self, raw: msgspec.Raw, place: int, findings: Findings) -> R | None:
        try:
            return _sane(msgspec.json.decode(raw, type=self._kind))
        except msgspec.ValidationError:
            pass
        try:
            stated = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        except msgspec.ValidationError:
            findings.drop("since it is no record", f"record {place}")
            return None
        valid: dict[str, Any] = {}
        invalid: list[structs.FieldInfo] = []
        for field in (field for field in structs.fields(self._kind) if field.encode_name in stated):
            try:
                value = msgspec.json.decode(stated[field.encode_name], type=field.type)
                _sane(self._kind(**{field.name: value}))
            except msgspec.ValidationError:
                invalid.append(field)
            else:
                valid[field.name] = value
        identity = valid.get("resource_id") or valid.get("id") or f"record {place}"
        for field in invalid:
            if field.name in ESSENTIAL:
                findings.drop(f"since {field.encode_name} is not an amount of money", identity)
                return None
        for field in invalid:
            findings.warn(f"{field.encode_name} is not as documented and counts as not stated", identity)
        return self._kind(**valid)


def _sane(record: R) -> R:
    if not all(map(sane, record.amounts)):
        raise msgspec.ValidationError
    return record
