"""Who may ask for what: the token, the version, the quotas and the scope of a request."""

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.requests import Request

from exporter.simulator.cost_management.errors import (
    access_denied,
    arm_refused,
    authorization_failed,
    costs_hidden,
    unauthorized,
)
from exporter.simulator.cost_management.operations import Files
from exporter.simulator.cost_management.quotas import Quotas
from exporter.simulator.costs.scopes import Scope, Scopes
from exporter.simulator.login.tokens import TokenRejected, Tokens
from exporter.simulator.switches import Switches
from exporter.simulator.world import World

AUDIENCES = ("https://management.azure.com", "https://management.core.windows.net")
VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
GROUP = re.compile(r"(?P<subscription>/subscriptions/[^/]+)/resourcegroups/(?P<name>[^/]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Access:
    """The tenant's roles: its readers may read every scope of the company."""

    world: World
    tokens: Tokens
    switches: Switches
    scopes: Scopes
    quotas: Quotas
    files: Files

    def admit(self, request: Request, path: str, action: str) -> Scope:
        """The scope of `path`, once the token, the version and the caller's role are good."""
        principal = self._principal(request)
        version = request.query_params.get("api-version", "")
        if not version:
            text = "The api-version query parameter (?api-version=) is required for all requests."
            raise arm_refused(400, "MissingApiVersionParameter", text)
        if not VERSION.fullmatch(version):
            raise arm_refused(400, "InvalidApiVersionParameter", f"The api-version '{version}' is invalid.")
        scope = self.scopes.find(path)
        if scope is None:
            raise self._unknown(path, principal, action)
        match self.switches.cost_management_refusal:
            case "Unauthorized":
                raise unauthorized()
            case "RBACAccessDenied":
                raise access_denied()
            case "AuthorizationFailed":
                raise authorization_failed(principal, action, path)
            case "IndirectCostDisabled":
                raise costs_hidden()
        return scope

    def _principal(self, request: Request) -> str:
        """The object id of the caller."""
        try:
            claims = self.tokens.read(request.headers.get("authorization"))
        except TokenRejected as rejected:
            raise _bad_token(rejected.reason) from None
        if str(claims["aud"]).rstrip("/") not in AUDIENCES or claims["appid"] not in self.world.azure.readers:
            raise _bad_token("malformed")
        if claims["tid"] != self.world.azure.tenant_id:
            text = "The access token is from the wrong issuer. It must match the tenant of this subscription."
            raise arm_refused(401, "InvalidAuthenticationTokenTenant", text)
        return str(claims["oid"])

    def _unknown(self, path: str, principal: str, action: str) -> Exception:
        tenant = self.world.azure
        if path.lower() == tenant.sponsored.lower():
            text = (
                "Cost Management supports only Enterprise Agreement, Web direct and Microsoft Customer Agreement offer "
                "types. offerId: MS-AZR-0036P is associated with offerType: None"
            )
            return arm_refused(400, "400", f"{text} (Request ID: {uuid4()})")
        if (group := GROUP.fullmatch(path)) and self.scopes.find(group["subscription"]):
            text = f"Resource group '{group['name']}' could not be found."
            return arm_refused(404, "ResourceGroupNotFound", text)
        if path.lower().startswith("/subscriptions/"):
            text = f"The subscription '{path.split('/')[2]}' could not be found."
            return arm_refused(404, "SubscriptionNotFound", text)
        if "/billingaccounts/" in path.lower():
            return unauthorized()
        return authorization_failed(principal, action, path)


async def json_body(request: Request) -> dict[str, Any]:
    """The body of a POST; 415 for another content type, an empty object for what is no JSON object."""
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise arm_refused(415, "UnsupportedMediaType", "The content media type is not supported. Use application/json.")
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _bad_token(reason: str) -> Exception:
    if reason == "missing":
        return arm_refused(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
    if reason == "expired":
        return arm_refused(401, "ExpiredAuthenticationToken", "The access token expiry time is earlier than now.")
    return arm_refused(401, "InvalidAuthenticationToken", "The access token is invalid.")
