"""Price sheets: requested, prepared, and fetched as an archive of CSV files from the blob host."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from exporter.simulator.cost_management.access import Access
from exporter.simulator.cost_management.endpoints import Endpoint, Resource
from exporter.simulator.cost_management.errors import arm_refused, bad_request, plain_not_found
from exporter.simulator.cost_management.operations import LIFE, Operation, accepted
from exporter.simulator.costs.columns import CUSTOMER_PRICES, PRICES
from exporter.simulator.costs.csv_text import csv_bytes, number, us_date
from exporter.simulator.costs.scopes import Scope
from exporter.simulator.server.answers import json_answer
from exporter.simulator.world.periods import first_day, last_day, period_of
from exporter.simulator.world.prices import Price, prices

RESULTS = "operationResults"
PER_FILE = 150


class PriceSheet(Resource):
    """``pricesheets/default/download`` of an enrollment's period and of a billing profile."""

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self.operations: dict[str, tuple[Operation, str]] = {}

    def endpoints(self) -> Mapping[tuple[str, str], Endpoint]:
        return {
            ("POST", "Microsoft.CostManagement/pricesheets/default/download"): self.post,
            ("GET", f"Microsoft.CostManagement/{RESULTS}"): self.get,
        }

    async def post(self, request: Request, scope: Scope) -> Response:
        """202 with the address of the result."""
        period = request.path_params.get("period") or ""
        if scope.kind not in ("enrollment", "billing profile") or (scope.kind == "enrollment" and not period):
            raise plain_not_found()
        try:
            last_day(period or period_of(self.access.world.ea.now().date()))
        except ValueError:
            raise bad_request(f"Invalid billing period {period}.") from None
        operation = Operation(
            str(uuid4()), scope.path, self.access.world.ea.now(), lambda operation: self._done(operation, scope, period)
        )
        operation.address = operation.name
        self.operations[operation.name] = operation, period
        seconds = self.access.switches.cost_details_retry_after
        wait = {} if seconds is None else {"Retry-After": str(seconds)}
        return accepted(request, operation, RESULTS, {"OData-EntityId": operation.name, **wait})

    async def get(self, request: Request, scope: Scope) -> Response:
        """The result, or that it is still being prepared: both are 200."""
        operation, _ = self.operations.get(request.path_params["operation"].rpartition("/")[2], (None, ""))
        if operation is None or operation.scope != scope.path:
            raise arm_refused(404, "NotFound", "The operation was not found.")
        operation.polls += 1
        if operation.polls <= self.access.switches.price_sheet_running:
            return json_answer({**_named(operation), "status": "Running"})
        return operation.finish(operation)

    def _done(self, operation: Operation, scope: Scope, period: str) -> Response:
        path = f"/pricesheets/{operation.name}.zip"
        link = self.access.files.add(path, self._archive(scope, period), "application/zip")
        until = f"{self.access.world.ea.now() + LIFE:%Y-%m-%dT%H:%M:%SZ}"
        if scope.kind == "billing profile":
            return json_answer({"expiryTime": until, "downloadUrl": link})
        old = self.access.switches.price_sheet_fields == "downloadUrl"
        properties = {"downloadUrl": link, "validTill": until} if old else {"reportUrl": link, "validUntil": until}
        return json_answer({**_named(operation), "status": "Completed", "properties": properties})

    def _archive(self, scope: Scope, period: str) -> bytes:
        listed = tuple(prices(self.access.world.ea))
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for place in range(0, len(listed), PER_FILE):
                name = f"pricesheet_{place // PER_FILE}.csv"
                archive.writestr(name, self._csv(listed[place : place + PER_FILE], scope, period))
        return content.getvalue()

    def _csv(self, listed: Sequence[Price], scope: Scope, period: str) -> bytes:
        world = self.access.world
        start = first_day(period or period_of(world.ea.now().date()))
        dates = {"EffectiveStartDate": us_date(start), "EffectiveEndDate": us_date(last_day(period_of(start)))}
        if scope.kind == "enrollment":
            account = {"EnrollmentNumber": world.ea.enrollment, "CurrencyCode": world.ea.currency}
            return csv_bytes(PRICES, ({**_price(one), **account, **dates} for one in listed))
        profile = {
            "BillingAccountId": world.azure.billing_account_name,
            "BillingAccountName": "Pedalwerke GmbH",
            "BillingProfileId": world.azure.billing_profile_name,
            "BillingProfileName": "Pedalwerke Billing",
            "Currency": "USD",
            "BillingCurrency": "EUR",
            "TierMinimumUnits": "0",
        }
        return csv_bytes(CUSTOMER_PRICES, ({**_price(one), **profile, **dates} for one in listed))


def _named(operation: Operation) -> dict[str, str]:
    path = f"{operation.scope}/providers/Microsoft.CostManagement/{RESULTS}/{operation.name}"
    return {"id": path, "name": operation.name}


def _price(price: Price) -> Mapping[str, str]:
    return {
        "MeterID": price.meter_id,
        "MeterId": price.meter_id,
        "MeterName": price.meter_name,
        "MeterType": price.unit,
        "MeterCategory": price.meter_category,
        "MeterSubCategory": price.meter_sub_category,
        "ServiceFamily": price.meter_category,
        "Product": f"{price.meter_category} - {price.meter_name}",
        "SkuID": price.part_number,
        "SkuId": price.part_number,
        "ProductID": price.part_number,
        "ProductId": price.part_number,
        "MeterRegion": price.region,
        "UnitOfMeasure": price.unit,
        "PartNumber": price.part_number,
        "UnitPrice": number(price.price),
        "BasePrice": number(price.price),
        "MarketPrice": number(price.price),
        "IncludedQuantity": "0",
        "OfferID": price.offer,
        "PriceType": "Consumption",
    }
