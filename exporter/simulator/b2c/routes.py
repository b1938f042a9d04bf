"""Azure AD Graph's usage reports of a B2C tenant: permissions, filters, paging, envelope."""

import json
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.b2c.errors import CONTENT_TYPE, blocked, odata_error
from exporter.simulator.b2c.filters import UnsupportedFilterError, parse_filter
from exporter.simulator.b2c.reports import Reports, Row
from exporter.simulator.login.tokens import TokenRejected, Tokens
from exporter.simulator.server.answers import Refused, json_answer, origin
from exporter.simulator.switches import Switches
from exporter.simulator.world import B2cTenant

AUDIENCES = ("https://graph.windows.net", "00000002-0000-0000-c000-000000000000")
PARAMETERS = {"api-version", "$filter", "$top", "$skiptoken"}
REJECTIONS = {
    "missing": ("Authentication_MissingOrMalformed", "Access Token missing or malformed."),
    "malformed": ("Authentication_MissingOrMalformed", "Access Token missing or malformed."),
    "expired": (
        "Authentication_ExpiredToken",
        "Your access token has expired. Please renew it before submitting.",
    ),
}


@dataclass(frozen=True)
class B2cReports:
    """``graph.windows.net/{tenant}/reports/{report}``."""

    tenant: B2cTenant
    tokens: Tokens
    switches: Switches

    def routes(self) -> list[Route]:
        """One route for every report; names are case-sensitive."""
        return [Route("/{tenant}/reports/{report}", self.report)]

    async def report(self, request: Request) -> Response:
        """A report's rows in an OData envelope, or the documented refusal."""
        self._admit(request)
        query = request.query_params
        if query.get("api-version") != "beta":
            text = "The specified api-version is invalid. The value must exactly match a supported version."
            raise self._refused(400, "Request_DataContractVersionMissing", text)
        unknown = [name for name in query if name.startswith("$") and name not in PARAMETERS]
        if unknown:
            raise self._refused(400, "Request_UnsupportedQuery", f"Unsupported Query: {unknown[0]}.")
        top, offset, filtered = self._top(query.get("$top")), 0, query.get("$filter")
        if "$skiptoken" in query:
            top, offset, filtered = self._read_token(query["$skiptoken"])
        name = request.path_params["report"]
        rows = self._rows(name, filtered)
        shown = rows[offset : offset + top] if top else rows
        token = _write_token(top, offset + top, filtered) if top and offset + top < len(rows) else None
        return json_answer(self._wrapped(request, name, shown, token), content_type=CONTENT_TYPE)

    def _admit(self, request: Request) -> None:
        try:
            claims = self.tokens.read(request.headers.get("authorization"))
        except TokenRejected as rejected:
            raise self._refused(401, *REJECTIONS[rejected.reason]) from None
        if claims["aud"] not in AUDIENCES:
            raise self._refused(401, *REJECTIONS["malformed"])
        if request.path_params["tenant"].lower() not in (self.tenant.tenant, self.tenant.tenant_id):
            raise self._refused(404, "Request_ResourceNotFound", "Tenant could not be found.")
        if claims["tid"] != self.tenant.tenant_id:
            text = "Insufficient privileges to complete the operation."
            raise self._refused(403, "Authorization_RequestDenied", text)
        if self.switches.b2c_blocked:
            raise Refused(blocked(self.switches.b2c_error))

    def _rows(self, name: str, filtered: str | None) -> list[Row]:
        try:
            window = parse_filter(
                filtered,
                self.tenant.now().date(),
                by_application=name != "tenantUserCount",
                bounds_included=self.switches.b2c_bounds_included,
            )
        except UnsupportedFilterError as error:
            text = f"Unsupported or invalid query filter clause specified: '{error}'."
            raise self._refused(400, "Request_UnsupportedQuery", text) from None
        rows = Reports(self.tenant, self.switches).rows(name, window)
        if rows is None:
            raise self._refused(404, "Request_ResourceNotFound", f"Resource '{name}' does not exist.")
        return rows

    def _wrapped(self, request: Request, name: str, rows: list[Row], token: str | None) -> dict[str, object]:
        prefix = "@odata." if self.switches.b2c_envelope == "@odata" else "odata."
        context = f"{AUDIENCES[0]}/{self.tenant.tenant_id}/reports/$metadata#{name}"
        wrapped: dict[str, object] = {f"{prefix}{'context' if prefix[0] == '@' else 'metadata'}": context}
        if token:
            version = "api-version=beta&" if self.switches.b2c_next_link_api_version else ""
            # A relative link is resolved against the tenant's root.
            root = f"{origin(request)}/{request.path_params['tenant']}/"
            link = f"reports/{name}?{version}$skiptoken={quote(token)}"
            wrapped[f"{prefix}nextLink"] = link if self.switches.b2c_next_link == "relative" else root + link
        return {**wrapped, "value": rows}

    def _top(self, text: str | None) -> int:
        """Rows per page, 0 for all of them at once; ``$top`` wins over the switch."""
        if text is None:
            return self.switches.b2c_page_size or 0
        if not text.isdecimal() or not int(text):
            raise self._refused(400, "Request_BadRequest", "Invalid value specified for $top.")
        return int(text)

    def _read_token(self, token: str) -> tuple[int, int, str | None]:
        try:
            top, offset, filtered = json.loads(bytes.fromhex(token.removeprefix("X'").removesuffix("'")))
        except ValueError:
            text = "The specified value of $skiptoken is invalid."
            raise self._refused(400, "Request_BadRequest", text) from None
        return top, offset, filtered

    def _refused(self, status: int, code: str, text: str) -> Refused:
        return Refused(odata_error(status, code, text, self.switches.b2c_error))


def _write_token(top: int, offset: int, filtered: str | None) -> str:
    return f"X'{json.dumps([top, offset, filtered]).encode().hex().upper()}'"
