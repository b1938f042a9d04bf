"""The price sheet of an enrollment."""

from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.ea.access import Access
from exporter.simulator.ea.paths import by_period
from exporter.simulator.server.answers import json_answer
from exporter.simulator.server.reports import Report

UNUSED = 200
"""Meters on the price sheet that are not used."""


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
        used = {(row.meter_id, row.offer_id): row for row in owner.usage_between(*owner.last_days(60))}
        rows = [
            _price(
                requested.period,
                meter,
                row.meter_name,
                row.unit_of_measure,
                row.resource_rate * 10,
                offer,
                row.part_number,
            )
            for (meter, offer), row in sorted(used.items())
        ]
        for n in range(UNUSED):
            meter = f"{n:08x}-0000-4000-8000-000000000000"
            rows.append(
                _price(requested.period, meter, f"Meter {n}", "100 Hours", Decimal(n), "MS-AZR-0017P", f"AAA-{n:05}")
            )
        for row in rows:
            if version == "v1":
                del row["meterId"]
            if version != "v3":
                del row["offerId"]
        return json_answer(rows, headers=self.access.validated(request, str(rows)))


def _price(
    period: str, meter_id: str, name: str, unit: str, price: Decimal, offer: str, part: str
) -> dict[str, object]:
    return {
        "id": "enrollments/57354989/billingperiods/201601/products/343/pricesheets",
        "billingPeriodId": period,
        "meterId": meter_id,
        "meterName": name,
        "unitOfMeasure": unit,
        "includedQuantity": Decimal(0),
        "partNumber": part,
        "unitPrice": price,
        "currencyCode": "EUR",
        "offerId": offer,
    }
