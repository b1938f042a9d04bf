"""The customer directories that are linked to a subscription, and the price model of each."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from exporter.simulator.cost_management.endpoints import Endpoint, Resource
from exporter.simulator.costs.scopes import Scope
from exporter.simulator.server.answers import json_answer

PROVIDER = "Microsoft.AzureActiveDirectory"


class Directories(Resource):
    """Lists of at most one directory; a subscription that none is linked to has an empty list."""

    def endpoints(self) -> Mapping[tuple[str, str], Endpoint]:
        return {("GET", f"{PROVIDER}/b2cDirectories"): self.b2c, ("GET", f"{PROVIDER}/ciamDirectories"): self.external}

    async def b2c(self, request: Request, scope: Scope) -> Response:
        """The B2C tenant: active users, premium P1."""
        tenant = self.access.world.b2c
        return self._list(scope, "b2cDirectories", "rg-b2c", tenant.tenant, "PremiumP1", "2020-11-01", {
            "tenantId": tenant.tenant_id,
            "isGoLocalTenant": False,
        })  # fmt: skip

    async def external(self, request: Request, scope: Scope) -> Response:
        """The External ID tenant."""
        tenant = self.access.world.external_id
        return self._list(scope, "ciamDirectories", "rg-ciam", tenant.tenant, "Standard", "2025-06-01", {
            "tenantId": tenant.tenant_id,
            "domainName": tenant.tenant,
            "provisioningState": "Succeeded",
        })  # fmt: skip

    def _list(
        self, scope: Scope, kind: str, group: str, domain: str, sku: str, start: str, more: dict[str, object]
    ) -> Response:
        if scope.path.lower() != self.access.world.azure.identity.lower():
            return json_answer({"value": []})
        billing = {"billingType": "MAU", "effectiveStartDateUtc": f"{start}T00:00:00Z"}
        directory = {
            "id": f"{scope.path}/resourceGroups/{group}/providers/{PROVIDER}/{kind}/{domain}",
            "name": domain,
            "type": f"{PROVIDER}/{kind}",
            "location": "Europe",
            "sku": {"name": sku, "tier": "A0"},
            "tags": {},
            "properties": {"billingConfig": billing, **more},
        }
        return json_answer({"value": [directory]})
