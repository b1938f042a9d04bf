"""The balance summary of an enrollment."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.ea.access import Access
from exporter.simulator.ea.paths import by_period
from exporter.simulator.server.answers import json_answer
from exporter.simulator.server.reports import Report
from exporter.simulator.switches import Switches
from exporter.simulator.world import Balance


class BalanceSummary(Report[Access]):
    """The report ``balancesummary``."""

    def routes(self) -> list[Route]:
        """For the current billing period and for a named one."""
        return by_period("balancesummary", self.summary)

    async def summary(self, request: Request) -> Response:
        """The balance summary of a period, by default of the current one."""
        self.access.admit(request, ("v1", "v2", "v3"), report="BalanceSummary")
        requested = self.access.range(request)
        if not self.access.has_begun(requested):
            raise self.access.no_data()
        owner = self.access.enrollment
        try:
            balance = owner.balance(requested.period)
        except ValueError:
            raise self.access.no_data() from None
        summary = _summary(balance, owner.enrollment, owner.currency, self.access.switches)
        return json_answer(summary, headers=self.access.validated(request, str(summary)))


def _summary(balance: Balance, enrollment: str, currency: str, switches: Switches) -> object:
    """A balance summary as documented, or in the array that clients observed."""
    number = switches.ea_balance_period == "number"
    summary = {
        "id": f"enrollments/{enrollment}/billingperiods/{balance.period}/balancesummaries",
        "billingPeriodId": int(balance.period) if number else balance.period,
        "currencyCode": currency,
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
    }
    return [summary] if switches.ea_balance_form == "array" else summary
