"""Partner Center in its own words: endpoints in, typed records out."""

import uuid
from collections.abc import Callable, Iterator
from uuid import UUID

import msgspec

from exporter.apis.partner_center.records import CustomerMonthlyUsageRecord
from exporter.transport.paging import pages
from exporter.transport.retry import decode
from exporter.transport.session import Session

Pairs = tuple[tuple[str, str], ...]


class Header(msgspec.Struct, frozen=True):
    """A header that a link asks to be sent with it."""

    key: str
    value: str


class Link(msgspec.Struct, frozen=True):
    """Where another page is: a URI, with or without `/v1`, and headers."""

    uri: str
    headers: tuple[Header, ...] = ()


class Links(msgspec.Struct, frozen=True):
    """The links of a collection."""

    next: Link | None = None


class PagedResourceCollection(msgspec.Struct):
    """The envelope; `totalCount` is not to be trusted, the items are."""

    items: list[CustomerMonthlyUsageRecord]
    links: Links = Links()


class Client:
    """GETs below `/v1`, with the headers that Partner Center documents."""

    def __init__(self, session: Session, new_id: Callable[[], UUID] = uuid.uuid4) -> None:
        self._session = session
        self._new_id = new_id
        self._decoder = msgspec.json.Decoder(PagedResourceCollection)

    def customer_usage_records(self) -> Iterator[CustomerMonthlyUsageRecord]:
        """Every customer's spending in the current billing period.

        No continuation was ever seen on this resource; one in the documented form is followed.
        """
        for page in pages(Link("/v1/customers/usagerecords"), self._page, lambda page: page.links.next):
            yield from page.items

    def _page(self, link: Link) -> PagedResourceCollection:
        path = link.uri if link.uri.startswith(("https://", "/v1/")) else f"/v1/{link.uri.lstrip('/')}"
        headers = {
            "MS-RequestId": str(self._new_id()),
            "MS-CorrelationId": str(self._new_id()),
            "X-Locale": "en-US",
            **{header.key: header.value for header in link.headers},
        }
        page = self._session.get(path.removeprefix("/"), headers=headers)
        return decode(self._decoder, page.content, "customers/usagerecords")  # type: ignore[no-any-return]
