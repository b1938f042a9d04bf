"""Who may read the container: a token for storage, or a shared access signature."""

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request

from exporter.simulator.login.tokens import TokenRejected, Tokens
from exporter.simulator.storage.errors import storage_refused
from exporter.simulator.switches import Switches
from exporter.simulator.world import World

AUDIENCE = "https://storage.azure.com"
FIRST_VERSION_WITH_TOKENS = "2017-11-09"


@dataclass(frozen=True)
class Permission:
    """The account's access control; `authorizations` are those that came with a signature, where none belong."""

    world: World
    tokens: Tokens
    switches: Switches
    authorizations: list[str]

    def admit(self, request: Request, needed: str) -> None:
        """Refuse a request that may not do `needed`: ``r`` reads a blob, ``l`` lists."""
        if "sig" in request.query_params:
            self._by_signature(request, needed)
        else:
            self._by_token(request)
        if self.switches.storage_refusal == "role":
            raise self._refused("AuthorizationPermissionMismatch", request)
        if self.switches.storage_refusal == "firewall":
            raise self._refused("AuthorizationFailure", request)

    def _by_signature(self, request: Request, needed: str) -> None:
        if authorization := request.headers.get("authorization"):
            self.authorizations.append(authorization)
            raise self._refused("InvalidAuthenticationInfo", request)
        fields = request.query_params
        if fields["sig"] != self.world.azure.sas_signature(fields):
            raise self._refused("AuthenticationFailed", request)
        expires = datetime.strptime(fields["se"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if self.world.ea.now() >= expires:
            raise self._refused("AuthenticationFailed", request)
        if needed not in fields["sp"]:
            raise self._refused("AuthorizationPermissionMismatch", request)

    def _by_token(self, request: Request) -> None:
        try:
            claims = self.tokens.read(request.headers.get("authorization"))
        except TokenRejected:
            raise self._refused("InvalidAuthenticationInfo", request) from None
        if request.headers.get("x-ms-version", "") < FIRST_VERSION_WITH_TOKENS:
            raise self._refused("InvalidAuthenticationInfo", request)
        tenant = self.world.azure
        audiences = (AUDIENCE, f"https://{tenant.storage_account}.blob.core.windows.net")
        if str(claims["aud"]).rstrip("/") not in audiences or claims["tid"] != tenant.tenant_id:
            raise self._refused("AuthenticationFailed", request)
        if claims["appid"] not in tenant.readers:
            raise self._refused("AuthorizationPermissionMismatch", request)

    def _refused(self, code: str, request: Request) -> Exception:
        return storage_refused(code, request, self.world.ea.now())
