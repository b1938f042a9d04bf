"""The price sheet of an enrollment."""

from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.ea.access import Access
from exporter.simulator.ea.paths import by_period
from exporter.simulator.server.answers import json_answer
from exporter.simulator.server.reports import Report
from exporter.simulator.world.prices import Price, prices


class PriceSheet(Report[Access]):
    """The report ``pricesheet``."""

    def routes(self) -> list[Route]:
        """For the current billing period and for a named one."""
        return by_period("pricesheet", self.prices)

    async def prices(self, request: Request) -> Response:
        """A bare array: each meter, those of Dev/Test once more, and many that are not used."""
        version = self.access.admit(request, ("v1", "v2", "v3"), report="PriceSheet")
        requested = self.access.range(request)
        if not self.access.has_begun(requested):
            raise self.access.no_data()
        owner = self.access.enrollment
        rows = [_price(requested.period, price, owner.currency) for price in prices(owner)]
        for row in rows:
            if version == "v1":
                del row["meterId"]
            if version != "v3":
                del row["offerId"]
        return json_answer(rows, headers=self.access.validated(request, str(rows)))


def _price(period: str, price: Price, currency: str) -> dict[str, object]:
    return {
        "id": "enrollments/57354989/billingperiods/201601/products/343/pricesheets",
        "billingPeriodId": period,
        "meterId": price.meter_id,
        "meterName": price.meter_name,
        "unitOfMeasure": price.unit,
        "includedQuantity": Decimal(0),
        "partNumber": price.part_number,
        "unitPrice": price.price,
        "currencyCode": currency,
        "offerId": price.offer,
    }
