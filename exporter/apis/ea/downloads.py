"""What every download of usage details is, and the JSON pages."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any, ClassVar, Protocol

import msgspec

from exporter.apis.ea.records import usage_page
from exporter.apis.ea.sums import Row
from exporter.apis.ea.tags import selector
from exporter.apis.ea.usage import Needed
from exporter.errors import Malformed
from exporter.model.collection import Validators
from exporter.model.periods import Days, period_name
from exporter.transport.ahead import ahead
from exporter.transport.paging import pages
from exporter.transport.response import Response, decode
from exporter.transport.session import Session
from exporter.transport.tables import table

REQUIRED, ALIASES = ("date", "cost", "consumedquantity"), {"extendedcost": "cost"}
"""Columns that every CSV has, and the older name of one."""
TITLE = "Usage Data Extract"
EMPTY_MONTH, LEAD = f'"{TITLE}"'.encode(), 40
"""How the predecessor of this API began its answer for a month without data, whatever format was asked for."""


class Download(Protocol):
    """Reads the days, or the current billing period where none are given, in batches of rows."""

    @property
    def most_months(self) -> int:
        """How many months may be asked for at once."""

    def batches(self, path: str, asked: Days | None, needed: Needed, validators: Validators) -> Iterator[Iterable[Row]]:
        """`path` is the enrollment's; raises `NotModified` or a `Failure`."""


@dataclass(frozen=True, slots=True)
class JsonPages:
    """GET `usagedetails`, a page after the other; only the first request is conditional."""

    session: Session
    most_months: ClassVar[int] = 36

    def batches(self, path: str, asked: Days | None, needed: Needed, validators: Validators) -> Iterator[Iterable[Row]]:
        """One batch per page."""
        decoder = msgspec.json.Decoder(usage_page(needed.columns, tags=bool(needed.tag_keys)), strict=False)
        key = key_of(attrgetter, needed.columns, attrgetter("tags"), needed)
        first = self._first(path, asked)

        def fetch(link: str) -> Response:
            page = self.session.get(link, validators=validators if link == first else None)
            return _without_rows(page) if EMPTY_MONTH in page.content[:LEAD] else page

        for page in ahead(pages(first, fetch, _next_link)):
            rows = decode(decoder, page, "usagedetails").data
            yield (
                (row.date, key(row), row.quantity, row.cost if row.cost is not None else _older_cost(row))
                for row in rows
            )

    def _first(self, path: str, asked: Days | None) -> str:
        if asked is None:
            return f"{path}/usagedetails"
        if period := period_name(asked):
            return f"{path}/billingPeriods/{period}/usagedetails"
        return f"{path}/usagedetailsbycustomdate?startTime={asked.start}&endTime={asked.end}"


def _older_cost(row: Any) -> Decimal | None:
    return row.cost_v2 if row.cost_v2 is not None else row.cost_v1  # type: ignore[no-any-return]


def _without_rows(page: Response) -> Response:
    """The predecessor's answer for an empty month, as a page; `Malformed` if it has rows after all."""
    if any(True for _ in table([page.content], REQUIRED, TITLE, ALIASES)[1]):
        raise Malformed(page.described("usagedetails: a CSV with rows instead of JSON"))
    return replace(page, content=b'{"data":[]}')


class Linked(msgspec.Struct, rename="camel", frozen=True):
    """What a page says of its successor: no link, null and "" all mean that it is the last."""

    next_link: str | None = None


LINK = msgspec.json.Decoder(Linked)
LINK_AT_END, LONGEST_LINK = re.compile(rb'"nextLink"\s*:\s*(?:null|"[^"]*")\s*}\s*\Z'), 10_000
"""A quote within a text is not bare, and the last brace is the page's own: what matches is the page's property."""


def _next_link(page: Response) -> str | None:
    """Where the next page is; looked for at the end, where it mostly stands, since to decode a page takes long."""
    end = LINK_AT_END.search(page.content, max(0, len(page.content) - LONGEST_LINK))
    linked: Linked = decode(LINK, replace(page, content=b"{" + end[0]) if end else page, "usagedetails")
    return linked.next_link


def key_of(
    getter: Callable[..., Callable[[Any], Any]], names: Sequence[Any], tags: Callable[[Any], Any], needed: Needed
) -> Callable[[Any], tuple[Any, ...]]:
    """Reads what a row's amounts are summed by."""
    read = getter(*names)
    columns = read if len(names) > 1 else lambda row: (read(row),)
    if not needed.tag_keys:
        return columns
    select = selector(needed.tag_keys)
    return lambda row: (*columns(row), select(tags(row)))
