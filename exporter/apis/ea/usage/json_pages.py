"""Usage details as JSON pages."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from exporter.apis.costs.selection import Row, Selection
from exporter.apis.ea.usage.columns import COLUMNS
from exporter.apis.ea.usage.csv_stream import TITLE, usage_table
from exporter.apis.ea.usage.periods import report_path
from exporter.errors import Malformed
from exporter.model.collection import Validators
from exporter.model.periods import Days
from exporter.transport.ahead import ahead
from exporter.transport.paging import pages
from exporter.transport.response import Response, decode
from exporter.transport.session import Session

COSTS = {"cost": "cost", "cost_v2": "Cost", "cost_v1": "extendedCost"}
"""The names of a row's cost; a row has one of them. (v2's example spells it `Cost`.)"""
EMPTY_MONTH, LEAD = f'"{TITLE}"'.encode(), 40
"""How the predecessor of this API began its answer for a month without data, whatever format was requested."""


@dataclass(frozen=True, slots=True)
class JsonPages:
    """GET `usagedetails`, one page after the other; only the first request is conditional."""

    session: Session
    max_months: ClassVar[int] = 36

    def batches(
        self, root: str, days: Days, selection: Selection, validators: Validators, *, current: bool
    ) -> Iterator[Iterable[Row]]:
        """One batch per page."""
        decoder = msgspec.json.Decoder(usage_page(selection), strict=False)
        values = selection.reader(attrgetter, selection.columns, "tags")
        first = report_path(root, "usagedetails", None if current else days)

        def fetch(link: str) -> Response:
            page = self.session.get(link, validators=validators if link == first else None)
            return _without_rows(page) if EMPTY_MONTH in page.content[:LEAD] else page

        for page in ahead(pages(first, fetch, _next_link)):
            rows = decode(decoder, page, "usagedetails").data
            yield (
                (row.date, values(row), row.quantity, row.cost if row.cost is not None else _older_cost(row))
                for row in rows
            )


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
