"""Partner Center's reports behind one address."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.login.tokens import Tokens
from exporter.simulator.partner_center import reports
from exporter.simulator.partner_center.access import Access, call_ids
from exporter.simulator.partner_center.errors import partner_refused
from exporter.simulator.server.reports import report_routes
from exporter.simulator.switches import Switches
from exporter.simulator.world import Partner


class PartnerCenter:
    """``api.partnercenter.microsoft.com/v1``."""

    def __init__(self, partner: Partner, tokens: Tokens, switches: Switches) -> None:
        self._access = Access(partner, tokens, switches)

    def routes(self) -> list[Route]:
        """The paths of the reports; any other resource is 404."""
        return [*report_routes(reports, self._access), Route("/v1/{rest:path}", self._nothing)]

    async def _nothing(self, request: Request) -> Response:
        """404 with the API's own code."""
        raise partner_refused(404, "1000", "The resource was not found.", call_ids(request))
