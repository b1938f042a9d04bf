"""The usage records of all customers as they are paged: the records of a page, and the link to the next one."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.partner_center.access import Access
from exporter.simulator.partner_center.amounts import BUDGET_TYPE, budget, currency
from exporter.simulator.partner_center.errors import partner_refused
from exporter.simulator.server.answers import json_answer
from exporter.simulator.server.reports import Report
from exporter.simulator.switches import Switches
from exporter.simulator.world import Customer

TOKEN = "MS-ContinuationToken"
RATED_EVERY = timedelta(hours=6)


class UsageRecords(Report[Access]):
    """The resource ``customers/usagerecords``."""

    def routes(self) -> list[Route]:
        """The one path."""
        return [Route("/v1/customers/usagerecords", self.records)]

    async def records(self, request: Request) -> Response:
        """A page of customers' monthly usage records."""
        headers = self.access.admitted(request)
        page = self._page(request, headers)
        return json_answer(page, headers=headers, bom=self.access.switches.partner_center_bom)

    def _page(self, request: Request, headers: dict[str, str]) -> dict[str, object]:
        """The page that `request` is for; a refusal is sent with `headers`."""
        records, total = self._listed()
        offset = self._offset(request, headers, len(records))
        end = offset + (self.access.switches.partner_center_page_size or len(records))
        uri = f"{self.access.switches.partner_center_link_prefix}/customers/usagerecords"
        links: dict[str, object] = {"self": {"uri": uri, "method": "GET", "headers": []}}
        page: dict[str, object] = {
            "totalCount": total,
            "items": [_record(record, self.access.switches) for record in records[offset:end]],
        }
        more = end < len(records)
        loop = self.access.switches.partner_center_loop and end - offset < len(records)
        token = f"AQ{end if more else offset:06d}=="
        if self.access.switches.partner_center_continuation_token:
            if more or (records and offset == 0):
                page["continuationToken"] = f"AQ{end:06d}=="
        elif more or loop:
            page["continuationToken"] = token
            header = {"key": TOKEN, "value": token}
            links["next"] = {"uri": f"{uri}?seekOperation=Next", "method": "GET", "headers": [header]}
        return {**page, "links": links, "attributes": {"objectType": "Collection"}}

    def _listed(self) -> tuple[list[Customer], int]:
        """The records of all pages in order, and how many the envelope states."""
        customers = [] if self.access.switches.partner_center_empty else list(self.access.partner.customers())
        listed = customers
        if self.access.switches.partner_center_duplicates == "same_page":
            listed = customers = [*map(self._earlier, customers[:1]), *customers]
        if self.access.switches.partner_center_duplicates == "overlapping_pages":
            listed = self._overlapping(customers)
        stated = self.access.switches.partner_center_total_count
        total = len(customers) if stated is None else stated
        return listed[: self.access.switches.partner_center_missing_items], total

    def _overlapping(self, customers: list[Customer]) -> list[Customer]:
        """With the last record of each page once more at the beginning of the next."""
        listed: list[Customer] = []
        size = self.access.switches.partner_center_page_size or len(customers)
        for customer in customers:
            if listed and len(listed) % size == 0:
                again = listed[-1]
                listed[-1:] = [self._earlier(again), again]
            listed.append(customer)
        return listed

    def _earlier(self, customer: Customer) -> Customer:
        """The first of two records of one customer: as it stood when it was rated before, or the same."""
        if self.access.switches.partner_center_duplicates_newer:
            for earlier in self.access.partner.customers_at(self.access.partner.now() - RATED_EVERY):
                if earlier.id == customer.id:
                    return earlier
        return customer

    def _offset(self, request: Request, headers: dict[str, str], count: int) -> int:
        """Where the requested page begins; the first one takes no query parameters at all."""
        query = dict(request.query_params)
        if not query:
            return 0
        paged = (
            self.access.switches.partner_center_page_size is not None
            or self.access.switches.partner_center_continuation_token
        )
        if query != {"seekOperation": "Next"} or not paged:
            raise partner_refused(400, "2012", "Bad request: unknown query parameter.", headers)
        token = request.headers.get(TOKEN)
        if token is None and not self.access.switches.partner_center_continuation_required:
            return 0
        place = (token or "").removeprefix("AQ").removesuffix("==")
        if not place.isdecimal() or int(place) > count:
            raise partner_refused(400, "2012", f"Bad request: header {TOKEN} is missing or invalid.", headers)
        return int(place)


def _record(customer: Customer, switches: Switches) -> dict[str, object]:
    """A customer's monthly usage record."""
    legacy = {} if customer.azure_plan else {"customerSpendingBudget": BUDGET_TYPE}
    return {
        "budget": budget(customer, switches),
        **legacy,
        "percentUsed": customer.percent_used,
        "isUpgraded": customer.azure_plan,
        "resourceId": customer.id,
        "id": customer.id,
        "resourceName": customer.name,
        "name": customer.name,
        "totalCost": customer.total_cost,
        **currency(customer),
        "usdTotalCost": customer.usd_total_cost,
        "lastModifiedDate": customer.last_modified,
        "attributes": {"objectType": "CustomerMonthlyUsageRecord"},
    }
