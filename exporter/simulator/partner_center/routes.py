"""Partner Center's usage records and summaries: permissions and answers."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.login.tokens import TokenRejected, Tokens
from exporter.simulator.partner_center.errors import partner_refused
from exporter.simulator.partner_center.pages import Pages
from exporter.simulator.partner_center.records import subscription_record, usage_summary
from exporter.simulator.server.answers import json_answer
from exporter.simulator.switches import Switches
from exporter.simulator.world import Customer, Partner

AUDIENCE = "https://api.partnercenter.microsoft.com"
REJECTIONS = {
    "missing": ("800001", "Authorization token is missing."),
    "malformed": ("400", "Access denied: the token is invalid."),
    "expired": ("400", "Access denied: the token has expired."),
}


@dataclass(frozen=True)
class PartnerCenter:
    """``api.partnercenter.microsoft.com/v1``."""

    partner: Partner
    tokens: Tokens
    switches: Switches

    def routes(self) -> list[Route]:
        """The usage records and summaries; any other resource is 404."""
        return [
            Route("/v1/customers/usagerecords", self.usage_records),
            Route("/v1/customers/{customer}/subscriptions/usagerecords", self.subscription_usage_records),
            Route("/v1/customers/{customer}/usagesummary", self.usage_summary),
            Route("/v1/{rest:path}", self.nothing),
        ]

    async def nothing(self, request: Request) -> Response:
        """404 with the API's own code."""
        raise partner_refused(404, "1000", "The resource was not found.", _ids(request))

    async def usage_records(self, request: Request) -> Response:
        """A page of customers' monthly usage records."""
        headers = self._admitted(request)
        page = Pages(self.partner, self.switches).page(request, headers)
        return json_answer(page, headers=headers, bom=self.switches.partner_center_bom)

    async def subscription_usage_records(self, request: Request) -> Response:
        """The monthly usage records of one customer's subscriptions, all on one page."""
        headers = self._admitted(request)
        customer = self._customer(request, headers)
        items = [subscription_record(customer, one) for one in self.partner.subscriptions(customer)]
        links = {"self": {"uri": f"/customers/{customer.id}/subscriptions/usagerecords", "method": "GET"}}
        page = {"totalCount": len(items), "items": items, "links": links}
        return json_answer({**page, "attributes": {"objectType": "Collection"}}, headers=headers)

    async def usage_summary(self, request: Request) -> Response:
        """What one customer has spent in its billing period, with the period's bounds."""
        headers = self._admitted(request)
        summary = usage_summary(self._customer(request, headers), self.switches)
        return json_answer(summary, headers=headers, bom=self.switches.partner_center_bom)

    def _customer(self, request: Request, headers: dict[str, str]) -> Customer:
        """The customer that a path names, or 403."""
        for customer in self.partner.customers():
            if customer.id == request.path_params["customer"]:
                return customer
        raise partner_refused(403, "20002", "There is no relation to the customer.", headers)

    def _admitted(self, request: Request) -> dict[str, str]:
        """The headers of an answer; a request without permission is refused."""
        headers = _ids(request)
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


def _ids(request: Request) -> dict[str, str]:
    """The headers that name a call: the caller's correlation id, and a request id of the server."""
    return {
        "MS-CorrelationId": request.headers.get("MS-CorrelationId") or str(uuid4()),
        "MS-RequestId": str(uuid4()),
        "MS-CV": f"{uuid4().hex[:16]}.0",
        "MS-ServerId": "030020344",
    }
