"""Marketplace charges of an enrollment."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.ea.access import Access
from exporter.simulator.ea.paths import ReportRoute, by_period
from exporter.simulator.server.answers import json_answer
from exporter.simulator.server.reports import Report
from exporter.simulator.world.marketplace import MarketplaceCharge


class MarketplaceCharges(Report[Access]):
    """The report ``marketplacecharges``."""

    def routes(self) -> list[Route]:
        """By billing period and by custom dates."""
        return [
            *by_period("marketplacecharges", self.charges),
            ReportRoute("marketplacechargesbycustomdate", self.charges),
        ]

    async def charges(self, request: Request) -> Response:
        """The marketplace charges, a bare array of 25 fields each."""
        self.access.admit(request, ("v1", "v2", "v3"))
        requested = self.access.range(request)
        charges = self.access.enrollment.marketplace_charges(requested.start, requested.end)
        if not charges or not self.access.has_begun(requested):
            raise self.access.no_data()
        text = self.access.switches.ea_recurring == "text"
        rows = [_charge(number, charge, text=text) for number, charge in enumerate(charges)]
        return json_answer(rows, headers=self.access.validated(request, str(rows)))


def _charge(number: int, charge: MarketplaceCharge, *, text: bool) -> dict[str, object]:
    return {
        "id": f"{charge.day:%Y%m%d}-{number}",
        "subscriptionGuid": charge.subscription_guid,
        "subscriptionName": charge.subscription_name,
        "meterId": "2core",
        "usageStartDate": f"{charge.day}T00:00:00Z",
        "usageEndDate": f"{charge.day}T23:59:59Z",
        "offerName": charge.offer,
        "resourceGroup": "rg-marketplace",
        "instanceId": f"/subscriptions/{charge.subscription_guid}/providers/Microsoft.Marketplace/{charge.plan}",
        "additionalInfo": "{}",
        "tags": "",
        "orderNumber": "order-1",
        "unitOfMeasure": "",
        "costCenter": charge.cost_center,
        "accountId": 100,
        "accountName": charge.account,
        "accountOwnerId": charge.owner,
        "departmentId": 101,
        "departmentName": charge.department,
        "publisherName": charge.publisher,
        "planName": charge.plan,
        "consumedQuantity": charge.quantity,
        "resourceRate": charge.extended_cost / charge.quantity,
        "extendedCost": charge.extended_cost,
        "isRecurringCharge": str(charge.recurring) if text else charge.recurring,
    }
