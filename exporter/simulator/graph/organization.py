"""``/organization``: how many objects the directory has."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.graph.access import Access
from exporter.simulator.graph.rows import rows_answer

ROLE = "Organization.Read.All"
TOTALS = (300_000, 1_250_000, 5_000_000)
OTHER_OBJECTS = 41
"""Applications, groups and service principals."""


@dataclass(frozen=True)
class Organization:
    """The caller's tenant; the quota counts objects, users that were deleted lately among them."""

    access: Access

    def routes(self) -> list[Route]:
        """The quota is in the beta version alone."""
        return [Route("/{version}/organization", self.organization)]

    async def organization(self, request: Request) -> Response:
        """One row with the selected properties."""
        tenant = self.access.admit_object(request, ROLE)
        self.access.options(request, "$select")
        version = request.path_params["version"]
        created = tenant.directory.created(self.access.now)
        used = sum(created.values()) + OTHER_OBJECTS
        fields: dict[str, object] = {"id": tenant.tenant_id, "displayName": tenant.tenant.partition(".")[0]}
        if version == "beta":
            total = next((one for one in TOTALS if used < one), used)
            fields["directorySizeQuota"] = {"used": used, "total": total}
        names = request.query_params.get("$select", ",".join(fields)).split(",")
        unknown = [name for name in names if name not in fields]
        if unknown:
            text = f"Could not find a property named '{unknown[0]}' on type 'microsoft.graph.organization'."
            raise self.access.bad_request(text, "BadRequest")
        row = {name: value for name, value in fields.items() if name in names}
        return rows_answer(f"{version}/$metadata#organization({','.join(row)})", [row])
