"""``graph.microsoft.com``: users, audit log and reports, each at its documented version."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.graph.access import Access
from exporter.simulator.graph.audit_log import AuditLogs
from exporter.simulator.graph.organization import Organization
from exporter.simulator.graph.user_insights import UserInsights
from exporter.simulator.graph.users import Users
from exporter.simulator.graph.users_delta import UsersDelta
from exporter.simulator.login.tokens import Tokens
from exporter.simulator.switches import Switches
from exporter.simulator.world import World


class MicrosoftGraph:
    """The services of both customer directories; the token says which one a request is about."""

    def __init__(self, world: World, tokens: Tokens, switches: Switches) -> None:
        self._access = Access(world, tokens, switches)

    def reset_limits(self) -> None:
        """Forget the requests that count against the limits."""
        self._access.units.reset()
        self._access.reports.reset()

    def routes(self) -> list[Route]:
        """Every known path, then what is below the versions and unknown."""
        services = (
            UsersDelta(self._access),
            Users(self._access),
            Organization(self._access),
            AuditLogs(self._access),
            UserInsights(self._access),
        )
        known = [route for service in services for route in service.routes()]
        return [*known, *(Route(f"/{version}/{{rest:path}}", self._unknown) for version in ("v1.0", "beta"))]

    async def _unknown(self, request: Request) -> Response:
        segment = request.path_params["rest"].rpartition("/")[2]
        raise self._access.bad_request(f"Resource not found for the segment '{segment}'.", "BadRequest")
