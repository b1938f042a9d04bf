"""Who may read what: the token, the permissions and the query options of a request."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.requests import Request

from exporter.simulator.graph.errors import INVALID_TOKEN, NOT_ALLOWED, graph_refused, permission_missing
from exporter.simulator.graph.limits import Limit
from exporter.simulator.login.tokens import TokenRejected, Tokens
from exporter.simulator.server.answers import Refused
from exporter.simulator.switches import Switches
from exporter.simulator.world import B2cTenant, ExternalTenant, World

AUDIENCES = ("https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000")
REJECTIONS = {
    "missing": "Access token is empty.",
    "malformed": "IDX14100: JWT is not well formed.",
    "expired": "Lifetime validation failed, the token is expired.",
}
REPORTS_PER_SPAN = 5


@dataclass
class Access:
    """The tenants that Microsoft Graph knows, the permissions of their applications, and their limits."""

    world: World
    tokens: Tokens
    switches: Switches
    units: Limit = field(init=False)
    reports: Limit = field(init=False)

    def __post_init__(self) -> None:
        self.units = Limit(self.world.b2c.now, "ResourceUnitLimitExceeded")
        self.reports = Limit(self.world.b2c.now, "RequestLimitExceeded")

    @property
    def now(self) -> datetime:
        """The simulated time."""
        return self.world.b2c.now()

    def admit_object(self, request: Request, role: str) -> B2cTenant | ExternalTenant:
        """The tenant of the caller, which may read the directory with `role`."""
        claims, tenant = self._caller(request)
        if role not in self.switches.graph_roles:
            raise graph_refused(403, "Authorization_RequestDenied", NOT_ALLOWED, self.now)
        if self.switches.graph_resource_units is not None:
            units = 1 if "$select" in request.query_params else 2
            self.units.take(claims["appid"], claims["tid"], units, self.switches.graph_resource_units)
        return tenant

    def admit_report(self, request: Request, *roles: str) -> B2cTenant | ExternalTenant:
        """The tenant of the caller, which may read reports with `roles`."""
        claims, tenant = self._caller(request)
        missing = [role for role in roles if role not in self.switches.graph_roles]
        if missing:
            raise permission_missing(",".join(missing), self.now)
        if self.switches.graph_report_limit:
            self.reports.take(claims["appid"], claims["tid"], 1, REPORTS_PER_SPAN)
        return tenant

    def bad_request(self, text: str, code: str = "Request_BadRequest") -> Refused:
        """400 with `text`."""
        return graph_refused(400, code, text, self.now)

    def options(self, request: Request, *known: str) -> None:
        """Refuse every query option that is not `known`; directories of customers have no advanced queries."""
        for name in request.query_params:
            if name in ("$count", "$search"):
                raise self.bad_request(f"{name} is not currently supported.")
            if name.startswith("$") and name not in known:
                raise self.bad_request(f"Unsupported Query: {name}.", "Request_UnsupportedQuery")

    def top(self, request: Request, usual: int, most: int) -> int:
        """The rows per page that ``$top`` asks for."""
        text = request.query_params.get("$top", str(usual))
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise self.bad_request(f"Invalid page size specified: '{text}'. Must be between 1 and {most} inclusive.")
        return int(text)

    def _caller(self, request: Request) -> tuple[dict[str, Any], B2cTenant | ExternalTenant]:
        try:
            claims = self.tokens.read(request.headers.get("authorization"))
        except TokenRejected as rejected:
            raise graph_refused(401, INVALID_TOKEN, REJECTIONS[rejected.reason], self.now) from None
        if str(claims["aud"]).rstrip("/") not in AUDIENCES:
            text = "Access token validation failure. Invalid audience."
            raise graph_refused(401, INVALID_TOKEN, text, self.now)
        for tenant in (self.world.b2c, self.world.pilot, self.world.external_id):
            if (claims["tid"], claims["appid"]) == (tenant.tenant_id, tenant.client_id):
                return claims, tenant
        raise graph_refused(403, "Authorization_RequestDenied", NOT_ALLOWED, self.now)
