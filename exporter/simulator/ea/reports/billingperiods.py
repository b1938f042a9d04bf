"""The billing periods of an enrollment."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.ea.access import Access
from exporter.simulator.ea.paths import ReportRoute
from exporter.simulator.server.answers import json_answer
from exporter.simulator.server.reports import Report
from exporter.simulator.world.periods import first_day, last_day


class BillingPeriods(Report[Access]):
    """The report ``billingperiods``."""

    def routes(self) -> list[Route]:
        """The one path."""
        return [ReportRoute("billingperiods", self.periods)]

    async def periods(self, request: Request) -> Response:
        """The billing periods, newest first."""
        self.access.admit(request, ("v1", "v2"))
        current = self.access.current_period()
        periods = [self._period(period) for period in self.access.enrollment.billing_periods() if period <= current]
        return json_answer(periods, headers=self.access.validated(request, str(periods)))

    def _period(self, period: str) -> dict[str, object]:
        """As documented: links begin with /v1 whatever the version, and it ends at noon."""
        owner = self.access.enrollment
        root = f"/v1/enrollments/{owner.enrollment}/billingperiods/{period}"
        return {
            "billingPeriodId": period,
            "billingStart": f"{first_day(period)}T00:00:00Z",
            "billingEnd": f"{last_day(period)}T11:59:59Z",
            "balanceSummary": f"{root}/balancesummary",
            "usageDetails": f"{root}/usagedetails" if owner.has_usage(period) else None,
            "marketplaceCharges": f"{root}/marketplacecharges" if owner.marketplace(period) else None,
            "priceSheet": f"{root}/pricesheet",
        }
