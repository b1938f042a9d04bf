"""The balance of an enrollment, as Microsoft.Consumption has it."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from exporter.simulator.cost_management.endpoints import Endpoint, Resource
from exporter.simulator.cost_management.errors import arm_refused, bad_request
from exporter.simulator.costs.scopes import Scope
from exporter.simulator.server.answers import json_answer
from exporter.simulator.world.periods import period_of


class Balances(Resource):
    """``Microsoft.Consumption/balances``, of the current period or of a named one."""

    def endpoints(self) -> Mapping[tuple[str, str], Endpoint]:
        return {("GET", "Microsoft.Consumption/balances"): self.get}

    async def get(self, request: Request, scope: Scope) -> Response:
        """One object; its currency has trailing blanks, as documented."""
        owner = self.access.world.ea
        if scope.kind != "enrollment":
            raise bad_request("Balances are supported for the scope of an enrollment only.")
        period = request.path_params.get("period") or period_of(owner.now().date())
        try:
            balance = owner.balance(period)
        except ValueError:
            raise arm_refused(404, "404", f"No data found for the billing period {period}.") from None
        path = f"{scope.path}/billingPeriods/{period}/providers/Microsoft.Consumption/balances/balanceId1"
        properties = {
            "currency": f"{owner.currency}  ",
            "beginningBalance": balance.beginning,
            "endingBalance": balance.ending,
            "newPurchases": balance.new_purchases,
            "adjustments": balance.adjusted,
            "utilized": balance.utilized,
            "serviceOverage": balance.service_overage,
            "chargesBilledSeparately": balance.charges_billed_separately,
            "totalOverage": balance.total_overage,
            "totalUsage": balance.total_usage,
            "azureMarketplaceServiceCharges": balance.marketplace,
            "newPurchasesDetails": [{"name": name, "value": amount} for name, amount in balance.purchases],
            "adjustmentDetails": [{"name": name, "value": amount} for name, amount in balance.adjustments],
            "billingFrequency": "Month",
            "priceHidden": False,
            "overageRefund": 0,
        }
        return json_answer(
            {
                "id": path,
                "name": "balanceId1",
                "type": "Microsoft.Consumption/balances",
                "eTag": None,
                "tags": {},
                "properties": properties,
            }
        )
