"""The usage records of a customer's subscriptions."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.partner_center.access import Access
from exporter.simulator.partner_center.amounts import currency
from exporter.simulator.server.answers import json_answer
from exporter.simulator.server.reports import Report
from exporter.simulator.world import Customer, Subscription


class SubscriptionUsageRecords(Report[Access]):
    """The resource ``subscriptions/usagerecords`` of a customer."""

    def routes(self) -> list[Route]:
        """The one path."""
        return [Route("/v1/customers/{customer}/subscriptions/usagerecords", self.records)]

    async def records(self, request: Request) -> Response:
        """The monthly usage records of one customer's subscriptions, all on one page."""
        headers = self.access.admitted(request)
        customer = self.access.customer(request, headers)
        items = [_record(customer, one) for one in self.access.partner.subscriptions(customer)]
        links = {"self": {"uri": f"/customers/{customer.id}/subscriptions/usagerecords", "method": "GET"}}
        page = {"totalCount": len(items), "items": items, "links": links}
        return json_answer({**page, "attributes": {"objectType": "Collection"}}, headers=headers)


def _record(customer: Customer, subscription: Subscription) -> dict[str, object]:
    """A subscription's usage record; its name identifies nothing, since every Azure plan has the same."""
    return {
        "status": "active",
        **({"partnerOnRecord": "1234567"} if customer.azure_plan else {}),
        "offerId": subscription.offer,
        "resourceId": subscription.id,
        "id": subscription.id,
        "resourceName": subscription.name,
        "name": subscription.name,
        "totalCost": subscription.total_cost,
        **currency(customer),
        "usdTotalCost": subscription.usd_total_cost,
        "lastModifiedDate": customer.last_modified,
        "attributes": {"objectType": "SubscriptionMonthlyUsageRecord"},
    }
