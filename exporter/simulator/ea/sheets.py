"""Marketplace charges and the price sheet of an enrollment."""

from dataclasses import dataclass
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.ea.ranges import Range, of_dates
from exporter.simulator.ea.routes import AnyCaseRoute, EnterpriseReports
from exporter.simulator.server.answers import json_answer
from exporter.simulator.world.marketplace import MarketplaceCharge

UNUSED = 200
"""Meters on the price sheet that nobody uses."""
VERSIONS = ("v1", "v2", "v3")


@dataclass(frozen=True)
class EnterpriseSheets:
    """Reports that answer with a bare array."""

    reports: EnterpriseReports

    def routes(self) -> list[Route]:
        """Both reports, for the current period and for a given one; charges by custom dates, too."""
        root = "/{version}/enrollments/{enrollment}"
        return [
            AnyCaseRoute(f"{root}/marketplacecharges", self.charges),
            AnyCaseRoute(root + "/billingPeriods/{period}/marketplacecharges", self.charges),
            AnyCaseRoute(f"{root}/marketplacechargesbycustomdate", self.charges),
            AnyCaseRoute(f"{root}/pricesheet", self.prices),
            AnyCaseRoute(root + "/billingPeriods/{period}/pricesheet", self.prices),
        ]

    async def charges(self, request: Request) -> Response:
        """The marketplace charges, 25 fields each."""
        self.reports.admit(request, VERSIONS)
        by_dates = request.url.path.lower().endswith("bycustomdate")
        asked: Range = of_dates(request) if by_dates else self.reports.range(request)
        found = self.reports.enrollment.marketplace_charges(asked.start, asked.end)
        if not found or not self.reports.has_begun(asked):
            raise self.reports.no_data()
        text = self.reports.switches.ea_recurring == "text"
        rows = [_charge(number, charge, text=text) for number, charge in enumerate(found)]
        return json_answer(rows, headers=self.reports.validated(request, str(rows)))

    async def prices(self, request: Request) -> Response:
        """The price sheet: each meter, those of Dev/Test once more, and many that nobody uses."""
        version = self.reports.admit(request, VERSIONS, report="PriceSheet")
        asked = self.reports.range(request)
        if not self.reports.has_begun(asked):
            raise self.reports.no_data()
        owner = self.reports.enrollment
        used = {(row.meter_id, row.offer_id): row for row in owner.usage_between(*owner.last_days(60))}
        rows = [
            _price(
                asked.period, meter, row.meter_name, row.unit_of_measure, row.resource_rate * 10, offer, row.part_number
            )
            for (meter, offer), row in sorted(used.items())
        ]
        for n in range(UNUSED):
            meter = f"{n:08x}-0000-4000-8000-000000000000"
            rows.append(
                _price(asked.period, meter, f"Meter {n}", "100 Hours", Decimal(n), "MS-AZR-0017P", f"AAA-{n:05}")
            )
        for row in rows:
            if version == "v1":
                del row["meterId"]
            if version != "v3":
                del row["offerId"]
        return json_answer(rows, headers=self.reports.validated(request, str(rows)))


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
