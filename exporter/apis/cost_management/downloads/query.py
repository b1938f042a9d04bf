"""Costs by query: sums for each day, which the service groups by the selected columns and tags."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from exporter.apis.cost_management.arm import Arm
from exporter.apis.cost_management.columns import COMMITMENT_QUERY
from exporter.apis.cost_management.downloads.download import FIRST_DAY, METRICS, Cost
from exporter.apis.cost_management.downloads.groupings import Groupings
from exporter.apis.cost_management.downloads.pages import COST, PAGE, QUANTITY, Page, rows
from exporter.apis.costs.selection import Row, Selection
from exporter.errors import Malformed, Rejected
from exporter.model.collection import Validators
from exporter.model.periods import DAY, Days
from exporter.transport.origins import public
from exporter.transport.paging import pages
from exporter.transport.response import decode

RESOURCE = "Microsoft.CostManagement/query"
FUTURE = "because it is in the future"


@dataclass(slots=True)
class Query:
    """POST `query`: one request for all days, and one for each further page of 1,000 rows.

    Names of groupings depend on the agreement: those that the service has accepted are stored for the next query.
    """

    arm: Arm
    _names: Mapping[str, str] = field(default_factory=dict, init=False)

    always: ClassVar[tuple[str, ...]] = ("publisher_type", "currency")
    commitments: ClassVar[tuple[str, ...]] = COMMITMENT_QUERY

    def oldest(self, today: date) -> date:
        return FIRST_DAY

    def batches(self, days: Days, selection: Selection, cost: Cost, validators: Validators) -> Iterator[Iterable[Row]]:
        """One batch per page; no request is conditional."""
        first = self.arm.url(RESOURCE)
        groupings, body, answer = self._accepted(first, days, selection, cost)

        def fetch(link: str) -> Page | None:
            return answer if link == first else self._page(link, body)

        for page in pages(first, fetch, _next_link):
            if page:
                yield rows(page.properties, selection, groupings)

    def _accepted(
        self, url: str, days: Days, selection: Selection, cost: Cost
    ) -> tuple[Groupings, Mapping[str, Any], Page | None]:
        """The groupings and the body that the service accepts, and the first page; None for no data."""
        groupings = Groupings.from_selection(selection, self.arm.scope, self._names)
        attempts = 1 + len(groupings.dimensions)
        while True:
            body = definition(days, selection, cost, groupings)
            try:
                page = self._page(url, body)
            except Rejected as refused:
                if self._not_begun(refused, days):
                    return groupings, body, None
                attempts -= 1
                if not attempts:
                    raise
                groupings = groupings.renamed(refused)
            else:
                self._names = {**self._names, **groupings.dimensions}
                return groupings, body, page

    def _page(self, url: str, body: Mapping[str, Any]) -> Page | None:
        answer = self.arm.post(url, body)
        page: Page | None = decode(PAGE, answer, "query") if answer else None
        return page

    def _not_begun(self, refused: Rejected, days: Days) -> bool:
        """Whether the service's day has not begun yet: in the first hours of a month its clock may be behind."""
        return FUTURE in str(refused) and days.start >= self.arm.session.clock().date() - DAY


def definition(days: Days, selection: Selection, cost: Cost, groupings: Groupings) -> Mapping[str, Any]:
    """The body of a query; an aggregation is what gives its rows a cost."""
    aggregation = {COST: {"name": "Cost", "function": "Sum"}}
    if "unit_of_measure" in selection.columns:
        aggregation[QUANTITY] = {"name": "UsageQuantity", "function": "Sum"}
    return {
        "type": METRICS[cost],
        "timeframe": "Custom",
        "timePeriod": {"from": f"{days.start}T00:00:00+00:00", "to": f"{days.end}T23:59:59+00:00"},
        "dataset": {"granularity": "Daily", "aggregation": aggregation, "grouping": groupings.requested},
    }


def _next_link(page: Page | None) -> str | None:
    """Where the next page is; the body is posted there again, so it must be a query."""
    link = page.properties.next_link if page else None
    if link and not public(link).lower().endswith(f"/{RESOURCE.lower()}"):
        raise Malformed("query: the link of the next page is not that of a query; nothing was sent there")
    return link
