"""A customer's spending in its billing period."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.partner_center.access import Access
from exporter.simulator.partner_center.amounts import budget, currency
from exporter.simulator.server.answers import json_answer
from exporter.simulator.server.reports import Report
from exporter.simulator.switches import Switches
from exporter.simulator.world import Customer


class UsageSummary(Report[Access]):
    """The resource ``usagesummary`` of a customer."""

    def routes(self) -> list[Route]:
        """The one path."""
        return [Route("/v1/customers/{customer}/usagesummary", self.summary)]

    async def summary(self, request: Request) -> Response:
        """What one customer has spent in its billing period, with the period's bounds."""
        headers = self.access.admitted(request)
        summary = _summary(self.access.customer(request, headers), self.access.switches)
        return json_answer(summary, headers=headers, bom=self.access.switches.partner_center_bom)


def _summary(customer: Customer, switches: Switches) -> dict[str, object]:
    """A customer's usage summary, with the bounds of its billing period.

    An Azure plan's end is the first instant after the period; a legacy customer's is its last day, and its record has
    the documented sample's spelling of the budget, `id` and `name` alone, and a link.
    """
    stated = {
        "billingStartDate": customer.period.start.isoformat(),
        "billingEndDate": (customer.period.end if customer.azure_plan else customer.period.last_day).isoformat(),
        "totalCost": customer.total_cost,
        **currency(customer),
    }
    last = {
        "lastModifiedDate": customer.last_modified,
        "attributes": {"objectType": "CustomerUsageSummary"},
    }
    if customer.azure_plan:
        named = {"resourceId": customer.id, "resourceName": customer.name}
        return {
            "budget": budget(customer, switches),
            **named,
            **stated,
            "usdTotalCost": customer.usd_total_cost,
            **last,
        }
    uri = f"/customers/{customer.id}/usagesummary"
    return {
        "budget": budget(customer, switches, name="ammount"),
        "id": customer.id,
        "name": customer.name,
        **stated,
        "links": {"self": {"uri": uri, "method": "GET", "headers": []}},
        **last,
    }
