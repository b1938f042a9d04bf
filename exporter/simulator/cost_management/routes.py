"""Every operation below a scope, behind one address."""

import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.cost_management import reports
from exporter.simulator.cost_management.access import Access
from exporter.simulator.cost_management.endpoints import Resource
from exporter.simulator.cost_management.errors import arm_refused
from exporter.simulator.cost_management.faults import THROTTLED
from exporter.simulator.cost_management.operations import Files
from exporter.simulator.cost_management.quotas import Quotas
from exporter.simulator.costs.book import CostBook
from exporter.simulator.costs.scopes import Scopes
from exporter.simulator.login.tokens import Tokens
from exporter.simulator.server.reports import defined
from exporter.simulator.switches import Switches
from exporter.simulator.world import World

PATH = re.compile(
    r"(?P<scope>/.+?)(?:/billingPeriods/(?P<period>\d{6})(?:-\d)?)?"
    r"/providers/(?P<provider>Microsoft\.(?:CostManagement|Consumption|AzureActiveDirectory))/(?P<operation>.+)",
    re.IGNORECASE,
)
METERED = ("query", "forecast", "generatecostdetailsreport")
"""What counts against the bucket of the calling program."""


class CostManagement:
    """``management.azure.com{scope}/providers/…``: CostManagement, Consumption and AzureActiveDirectory."""

    def __init__(self, world: World, tokens: Tokens, switches: Switches, book: CostBook, blob_url: Callable[[], str]):
        self.files = Files(world.ea.now, blob_url)
        self._access = Access(world, tokens, switches, Scopes(book), Quotas(world.ea.now, switches), self.files)
        self._endpoints = {
            (method, path.lower()): endpoint
            for resource in defined(reports, Resource)  # type: ignore[type-abstract]  # it is only compared with
            for (method, path), endpoint in resource(self._access).endpoints().items()
        }

    def routes(self) -> list[Route]:
        """Paths have no case; what they name is decided here, since a scope has any number of parts."""
        return [Route(f"/{root}/{{rest:path}}", self._answer, methods=["GET", "POST"])
                for root in ("providers", "subscriptions")]  # fmt: skip

    async def _answer(self, request: Request) -> Response:
        match = PATH.fullmatch(request.url.path)
        if match is None:
            raise arm_refused(404, "InvalidResourceType", "The resource type could not be found.")
        operation = match["operation"].lower()
        path = f"{match['provider'].lower()}/{operation}"
        endpoint = self._endpoints.get((request.method, path))
        endpoint = endpoint or self._endpoints.get((request.method, path.rpartition("/")[0]))  # with an id at its end
        action = f"{match['provider']}/{match['operation']}/{'read' if request.method == 'GET' else 'action'}"
        scope = self._access.admit(request, match["scope"], action)
        if name := self._access.switches.cost_management_throttled:
            return THROTTLED[name].response()
        if endpoint is None:
            text = f"The resource type '{match['operation']}' could not be found in '{match['provider']}'."
            raise arm_refused(404, "InvalidResourceType", text)
        if operation in METERED:
            self._access.quotas.admit_client(request.headers.get("clienttype"))
        request.path_params.update(match.groupdict())
        return await endpoint(request, scope)
