"""What all reports of a partner share: permissions, customers, the headers of an answer."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.requests import Request

from exporter.simulator.login.tokens import TokenRejected, Tokens
from exporter.simulator.partner_center.errors import partner_refused
from exporter.simulator.switches import Switches
from exporter.simulator.world import Customer, Partner

AUDIENCE = "https://api.partnercenter.microsoft.com"
REJECTIONS = {
    "missing": ("800001", "Authorization token is missing."),
    "malformed": ("400", "Access denied: the token is invalid."),
    "expired": ("400", "Access denied: the token has expired."),
}


@dataclass(frozen=True)
class Access:
    """Who may read a partner's reports, and what there is to read."""

    partner: Partner
    tokens: Tokens
    switches: Switches

    def customer(self, request: Request, headers: dict[str, str]) -> Customer:
        """The customer that a path names, or 403."""
        for customer in self.partner.customers():
            if customer.id == request.path_params["customer"]:
                return customer
        raise partner_refused(403, "20002", "There is no relation to the customer.", headers)

    def admitted(self, request: Request) -> dict[str, str]:
        """The headers of an answer; a request without permission is refused."""
        headers = call_ids(request)
        claims = self._admit(request, headers)
        proved = "mfa" in claims.get("amr", ())
        if request.headers.get("validatemfa", "").lower() == "true" and self.switches.partner_center_mfa_header:
            headers["isMfaCompliant"] = str(proved and self.switches.partner_center_mfa_answer).lower()
        if self.switches.partner_center_enforce_mfa and not proved:
            raise partner_refused(401, "900421", "Unauthorized - MFA required", headers)
        return headers

    def _admit(self, request: Request, headers: dict[str, str]) -> dict[str, Any]:
        """The claims of a token for a person of this partner, made for this API."""
        try:
            claims = self.tokens.read(request.headers.get("authorization"))
        except TokenRejected as rejected:
            raise partner_refused(401, *REJECTIONS[rejected.reason], headers) from None
        if claims["aud"] != AUDIENCE:
            text = f"The audience '{claims['aud']}' in the token is invalid and is no longer supported in "
            text += "Partner Center API."
            raise partner_refused(401, "900420", text, headers)
        if claims["tid"] != self.partner.tenant_id:
            raise partner_refused(403, "2032", "Forbidden: the token is of another tenant.", headers)
        if "upn" not in claims:
            raise partner_refused(403, "2032", "Forbidden: App+User authentication is required.", headers)
        return claims


def call_ids(request: Request) -> dict[str, str]:
    """The headers that name a call: the caller's correlation id, and a request id of the server."""
    return {
        "MS-CorrelationId": request.headers.get("MS-CorrelationId") or str(uuid4()),
        "MS-RequestId": str(uuid4()),
        "MS-CV": f"{uuid4().hex[:16]}.0",
        "MS-ServerId": "030020344",
    }
