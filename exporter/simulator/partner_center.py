"""Partner Center's usage records of all customers."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.answers import json_answer
from exporter.simulator.partner_center_errors import partner_refused
from exporter.simulator.switches import Switches
from exporter.simulator.tokens import TokenRejected, Tokens
from exporter.simulator.world import Customer, Partner, Subscription

AUDIENCE = "https://api.partnercenter.microsoft.com"
TOKEN = "MS-ContinuationToken"
BUDGET_TYPE = {"attributes": {"objectType": "SpendingBudget"}}
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
        """The usage records; any other resource is 404."""
        return [
            Route("/v1/customers/usagerecords", self.usage_records),
            Route("/v1/customers/{customer}/subscriptions/usagerecords", self.subscription_usage_records),
            Route("/v1/{rest:path}", self.nothing),
        ]

    async def nothing(self, request: Request) -> Response:
        """404 with the API's own code."""
        raise partner_refused(404, "1000", "The resource was not found.", _ids(request))

    async def usage_records(self, request: Request) -> Response:
        """A page of customers' monthly usage records."""
        headers = self._admitted(request)
        records = [] if self.switches.partner_center_empty else list(self.partner.customers())
        offset = self._offset(request, headers, len(records))
        size = self.switches.partner_center_page_size or len(records)
        return json_answer(self._page(records, offset, size), headers=headers, bom=self.switches.partner_center_bom)

    async def subscription_usage_records(self, request: Request) -> Response:
        """The monthly usage records of one customer's subscriptions, all on one page."""
        headers = self._admitted(request)
        asked = request.path_params["customer"]
        for customer in self.partner.customers():
            if customer.id == asked:
                items = [subscription_record(customer, one) for one in self.partner.subscriptions(customer)]
                links = {"self": {"uri": f"/customers/{asked}/subscriptions/usagerecords", "method": "GET"}}
                page = {"totalCount": len(items), "items": items, "links": links}
                return json_answer({**page, "attributes": {"objectType": "Collection"}}, headers=headers)
        raise partner_refused(403, "20002", "There is no relation to the customer.", headers)

    def _admitted(self, request: Request) -> dict[str, str]:
        """The headers of the answer to somebody who may read; refuses everybody else."""
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

    def _offset(self, request: Request, headers: dict[str, str], count: int) -> int:
        """Where the asked page begins; the first one takes no query parameters at all."""
        query = dict(request.query_params)
        if not query:
            return 0
        if query != {"seekOperation": "Next"} or self.switches.partner_center_page_size is None:
            raise partner_refused(400, "2012", "Bad request: unknown query parameter.", headers)
        token = request.headers.get(TOKEN)
        if token is None and not self.switches.partner_center_continuation_required:
            return 0
        place = (token or "").removeprefix("AQ").removesuffix("==")
        if not place.isdecimal() or int(place) > count:
            raise partner_refused(400, "2012", f"Bad request: header {TOKEN} is missing or invalid.", headers)
        return int(place)

    def _page(self, records: list[Customer], offset: int, size: int) -> dict[str, object]:
        end = offset + size
        prefix, total = self.switches.partner_center_link_prefix, self.switches.partner_center_total_count
        uri = f"{prefix}/customers/usagerecords"
        links: dict[str, object] = {"self": {"uri": uri, "method": "GET", "headers": []}}
        page: dict[str, object] = {
            "totalCount": len(records) if total is None else total,
            "items": [self._record(record) for record in records[offset:end]],
        }
        if end < len(records) or (self.switches.partner_center_loop and size < len(records)):
            place = end if end < len(records) else offset
            token = f"AQ{place:06d}=="
            page["continuationToken"] = token
            header = {"key": TOKEN, "value": token}
            links["next"] = {"uri": f"{uri}?seekOperation=Next", "method": "GET", "headers": [header]}
        return {**page, "links": links, "attributes": {"objectType": "Collection"}}

    def _record(self, customer: Customer) -> dict[str, object]:
        amount: dict[str, object] = {"amount": customer.budget}
        if customer.budget is None and not self.switches.partner_center_null_budget:
            amount = {}
        legacy = {} if customer.azure_plan else {"customerSpendingBudget": BUDGET_TYPE}
        money = {"currencyCode": customer.currency} if customer.currency else {"currencyLocale": customer.locale}
        return {
            "budget": {**amount, **BUDGET_TYPE},
            **legacy,
            "percentUsed": customer.percent_used,
            "isUpgraded": customer.azure_plan,
            "resourceId": customer.id,
            "id": customer.id,
            "resourceName": customer.name,
            "name": customer.name,
            "totalCost": customer.total_cost,
            **money,
            "usdTotalCost": customer.usd_total_cost,
            "lastModifiedDate": customer.last_modified,
            "attributes": {"objectType": "CustomerMonthlyUsageRecord"},
        }


def subscription_record(customer: Customer, subscription: Subscription) -> dict[str, object]:
    """A subscription's usage record; its name tells nothing, since every Azure plan has the same."""
    money = {"currencyCode": customer.currency} if customer.currency else {"currencyLocale": customer.locale}
    return {
        "status": "active",
        **({"partnerOnRecord": "1234567"} if customer.azure_plan else {}),
        "offerId": subscription.offer,
        "resourceId": subscription.id,
        "id": subscription.id,
        "resourceName": subscription.name,
        "name": subscription.name,
        "totalCost": subscription.total_cost,
        **money,
        "usdTotalCost": subscription.usd_total_cost,
        "lastModifiedDate": customer.last_modified,
        "attributes": {"objectType": "SubscriptionMonthlyUsageRecord"},
    }


def _ids(request: Request) -> dict[str, str]:
    """The headers that name a call: the caller's correlation id, and a request id of the server's own."""
    return {
        "MS-CorrelationId": request.headers.get("MS-CorrelationId") or str(uuid4()),
        "MS-RequestId": str(uuid4()),
        "MS-CV": f"{uuid4().hex[:16]}.0",
        "MS-ServerId": "030020344",
    }
