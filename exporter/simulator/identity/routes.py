"""The endpoints from which processes get tokens without a credential; plain HTTP, as on the machines themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.identity.faults import FAULTS
from exporter.simulator.identity.issuing import Issuing
from exporter.simulator.server.answers import Refused, json_answer

APP_SERVICE_VERSION, OLD_APP_SERVICE_VERSION = "2019-08-01", "2017-09-01"


@dataclass(frozen=True)
class ManagedIdentities:
    """IMDS (``/metadata/identity/oauth2/token``) and App Service (``/msi/token``)."""

    issuing: Issuing
    clock: Callable[[], datetime]

    def routes(self) -> list[Route]:
        """The two endpoints; every other path is not found."""
        return [Route("/metadata/identity/oauth2/token", self.imds), Route("/msi/token", self.app_service)]

    async def imds(self, request: Request) -> Response:
        """A token; every value is a text."""
        if name := self.issuing.switches.managed_identity_fault:
            return FAULTS[name].response()
        if request.headers.get("metadata", "").lower() != "true":
            raise _imds_refused("invalid_request", "Required metadata header not specified")
        if "x-forwarded-for" in request.headers:
            raise _imds_refused("invalid_request", "The request came through a proxy")
        if not request.query_params.get("api-version"):
            raise _imds_refused("invalid_request", "Required query variable 'api-version' is missing")
        resource = request.query_params.get("resource", "")
        if not resource:
            raise _imds_refused("invalid_request", "Required query variable 'resource' is missing")
        identity = self.issuing.identity(request.query_params, "msi_res_id")
        if identity is None:
            raise _imds_refused("invalid_request", "Identity not found")
        if not self.issuing.knows(resource):
            text = f"AADSTS500011: The resource principal named {resource} was not found in the tenant."
            raise _imds_refused("invalid_resource", text)
        lifetime = self.issuing.switches.managed_identity_lifetime
        now = int(self.clock().timestamp())
        return json_answer(
            {
                "access_token": self.issuing.token(identity, resource),
                "client_id": identity.client_id,
                "expires_in": str(lifetime),
                "expires_on": str(now + lifetime),
                "ext_expires_in": str(lifetime),
                "not_before": str(now),
                "resource": resource,
                "token_type": "Bearer",
            }
        )

    async def app_service(self, request: Request) -> Response:
        """A token with the instant at which it expires; older versions write that as a date."""
        version = request.query_params.get("api-version", "")
        header = {APP_SERVICE_VERSION: "x-identity-header", OLD_APP_SERVICE_VERSION: "secret"}.get(version)
        if header is None:
            raise _app_service_refused(400, "The api-version is not supported.")
        if request.headers.get(header) != self.issuing.world.azure.identity_header:
            raise _app_service_refused(401, "The header with the secret of this app is missing or wrong.")
        identity = self.issuing.identity(request.query_params, "mi_res_id")
        if identity is None:
            text = "No Managed Identity found for specified ClientId/ResourceId/PrincipalId."
            raise _app_service_refused(400, text)
        resource = request.query_params.get("resource", "")
        if not self.issuing.knows(resource):
            raise _app_service_refused(400, f"The resource {resource} was not found.")
        expires = int(self.clock().timestamp()) + self.issuing.switches.managed_identity_lifetime
        new = version == APP_SERVICE_VERSION
        answer = {
            "access_token": self.issuing.token(identity, resource),
            "expires_on": str(expires) if new else _date_text(expires),
            "resource": resource,
            "token_type": "Bearer",
        }
        return json_answer({**answer, "client_id": identity.client_id} if new else answer)


def _imds_refused(error: str, text: str) -> Refused:
    return Refused(json_answer({"error": error, "error_description": text}, status=400))


def _app_service_refused(status: int, text: str) -> Refused:
    return Refused(json_answer({"statusCode": status, "message": text}, status=status))


def _date_text(instant: int) -> str:
    """``11/22/2026 5:47:27 AM +00:00``."""
    moment = datetime.fromtimestamp(instant, UTC)
    hour = (moment.hour + 11) % 12 + 1
    return f"{moment:%m/%d/%Y} {hour}:{moment:%M:%S %p} +00:00"
