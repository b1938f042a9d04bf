"""Usage details as JSON pages."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from exporter.apis.costs.selection import Row, Selection
from exporter.apis.ea.refusals import means_no_data
from exporter.apis.ea.usage.columns import COLUMNS
from exporter.apis.ea.usage.csv_stream import TITLE, usage_table
from exporter.apis.ea.usage.periods import custom_path, report_path
from exporter.apis.ea.usage.ranges import Within, shares
from exporter.errors import Malformed, Rejected
from exporter.model.collection import Validators
from exporter.model.periods import DAY, Days
from exporter.transport.ahead import ahead
from exporter.transport.paging import pages
from exporter.transport.parallel import as_they_come
from exporter.transport.response import Response, decode
from exporter.transport.session import Session

COSTS = {"cost": "cost", "cost_v2": "Cost", "cost_v1": "extendedCost"}
"""The names of a row's cost; a row has one of them. (v2's example spells it `Cost`.)"""
EMPTY_MONTH, LEAD = f'"{TITLE}"'.encode(), 40
"""How the predecessor of this API began its answer for a month without data, whatever format was requested."""


@dataclass(frozen=True, slots=True)
class JsonPages:
    """GET `usagedetails`: pages that each name the next one; only the first request is conditional.

    Days by their dates are read in several ranges at once if they have more than one page. A billing period is not:
    which rows belong to it is the service's to decide, and may not depend on their dates alone.
    """

    session: Session
    max_months: ClassVar[int] = 36

    def batches(
        self, root: str, days: Days, selection: Selection, validators: Validators, *, current: bool
    ) -> Iterator[Iterable[Row]]:
        """One batch per page."""
        decoder = msgspec.json.Decoder(usage_page(selection), strict=False)
        values = selection.reader(attrgetter, selection.columns, "tags")
        first = report_path(root, "usagedetails", None if current else days)
        ranges = self._ranges(days) if first == custom_path(root, "usagedetails", days) else []
        for within, page in self._pages(root, first, ranges, validators):
            rows = decode(decoder, page, "usagedetails").data
            yield (
                (row.date, values(row), row.quantity, row.cost if row.cost is not None else _older_cost(row))
                for row in (rows if within is None else filter(within, rows))
            )

    def _pages(
        self, root: str, first: str, ranges: Sequence[Days], validators: Validators
    ) -> Iterator[tuple[Within | None, Response]]:
        """The pages, each with what decides which of its rows count, None for all."""

        def fetch(link: str) -> Response:
            page = self.session.get(link, validators=validators if link == first else None)
            return _without_rows(page) if EMPTY_MONTH in page.content[:LEAD] else page

        if len(ranges) < 2:
            yield from ((None, page) for page in ahead(pages(first, fetch, _next_link)))
            return
        page = fetch(first)
        if not _next_link(page):
            yield None, page
            return
        del page  # its rows are on pages of the ranges again
        at_once = self.session.at_once
        streams = (self._range(root, days, Within(days, ranges), fetch) for days in ranges)
        yield from as_they_come(streams, at_once, ahead=at_once + 1)

    def _ranges(self, days: Days) -> Sequence[Days]:
        """What is read at once of some days, without those to come, for which the service may refuse a request."""
        end, at_once = min(days.end, self.session.clock().date() + DAY), self.session.at_once
        return list(shares(Days(days.start, end), at_once)) if at_once > 1 else ()

    def _range(
        self, root: str, days: Days, within: Within, fetch: Callable[[str], Response]
    ) -> Iterator[tuple[Within, Response]]:
        """The pages of one of several ranges; none for days without data."""
        begun = False
        try:
            for page in pages(custom_path(root, "usagedetails", days), fetch, _next_link):
                begun = True
                yield within, page
        except Rejected as refused:
            if begun or not means_no_data(refused):
                raise


def usage_page(selection: Selection) -> type[msgspec.Struct]:
    """A page of usage details: `data`, whose rows have `date`, `quantity`, `COSTS`, and what is selected.

    A column, or `tags`, that a row does not have are `UNSET`.
    """
    text = str | int | float | bool | None | UnsetType
    fields: list[tuple[str, Any, Any]] = [("date", str | None, None)]
    fields += [(name, Decimal | None, None) for name in ("quantity", *COSTS)]
    fields += [(column, text, UNSET) for column in selection.columns]
    fields += [("tags", str | None | UnsetType, UNSET)] * bool(selection.tag_keys)
    names = {"quantity": "consumedQuantity"} | COSTS | {column: COLUMNS[column] for column in selection.columns}
    row = msgspec.defstruct("UsageDetail", fields, rename=names, gc=False)
    return msgspec.defstruct("UsagePage", [("data", list[row])])  # type: ignore[valid-type]


def _older_cost(row: Any) -> Decimal | None:
    return row.cost_v2 if row.cost_v2 is not None else row.cost_v1  # type: ignore[no-any-return]


def _without_rows(page: Response) -> Response:
    """The predecessor's answer for an empty month, as a page; `Malformed` if it has rows after all."""
    if any(True for _ in usage_table([page.content])[1]):
        raise Malformed(page.described("usagedetails: a CSV with rows instead of JSON"))
    return replace(page, content=b'{"data":[]}')


class Linked(msgspec.Struct, rename="camel", frozen=True):
    """The link of a page to the next one: no link, null and "" all mean that it is the last page."""

    next_link: str | None = None


LINK = msgspec.json.Decoder(Linked)
LINK_AT_END, LONGEST_LINK = re.compile(rb'"nextLink"\s*:\s*(?:null|"[^"]*")\s*}\s*\Z'), 10_000
"""A quote within a text is escaped, and the last brace is the page's own: what matches is the page's property."""


def _next_link(page: Response) -> str | None:
    """Where the next page is; mostly at the end of this one, where it is found much faster than by decoding all."""
    end = LINK_AT_END.search(page.content, max(0, len(page.content) - LONGEST_LINK))
    linked: Linked = decode(LINK, replace(page, content=b"{" + end[0]) if end else page, "usagedetails")
    return linked.next_link
