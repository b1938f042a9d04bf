"""What the costs of a scope can be grouped by: the endpoint ``dimensions``."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from exporter.simulator.cost_management.endpoints import Endpoint, Resource
from exporter.simulator.cost_management.errors import bad_request
from exporter.simulator.cost_management.fields import fields_of
from exporter.simulator.costs.scopes import Scope
from exporter.simulator.server.answers import json_answer

CATEGORY = re.compile(r"properties/category eq '(?P<name>[^']*)'")
EXPANDED = "properties/data"


class Dimensions(Resource):
    """The dimensions of a scope, with their values if they are expanded."""

    def endpoints(self) -> Mapping[tuple[str, str], Endpoint]:
        return {("GET", "Microsoft.CostManagement/dimensions"): self.get}

    async def get(self, request: Request, scope: Scope) -> Response:
        """Those with values in the current month; 204 or an empty list without costs."""
        filtered = request.query_params.get("$filter")
        match = CATEGORY.fullmatch(filtered) if filtered else None
        if filtered and not match:
            raise bad_request(f"Invalid filter: {filtered}.")
        today = self.access.world.ea.now().date()
        rows = scope.rows("ActualCost", today.replace(day=1), today)
        if not rows and self.access.switches.cost_management_no_data == "204":
            return Response(status_code=204)
        found: dict[str, set[str]] = {
            name: {value(row) for row in rows} - {""} for name, value in fields_of(scope.agreement).items() if name
        }
        found["TagKey"] = {key for row in rows for key in row.tags}
        if match:
            found = {name: values for name, values in found.items() if name.lower() == match["name"].lower()}
        dates = f"{today:%Y-%m}-01", f"{today}"
        expanded = request.query_params.get("$expand") == EXPANDED
        return json_answer({"value": list(_dimensions(scope, found, dates, expanded=expanded)) if rows else []})


def _dimensions(
    scope: Scope, found: dict[str, set[str]], dates: tuple[str, str], *, expanded: bool
) -> Iterator[dict[str, Any]]:
    start, end = dates
    for number, (name, values) in enumerate(found.items(), 1):
        full = f"{name}_{start}_{end}_{number}"
        yield {
            "id": f"{scope.path.lstrip('/')}/providers/Microsoft.CostManagement/dimensions/{full}",
            "name": full,
            "type": "Microsoft.CostManagement/dimensions",
            "properties": {
                "category": name,
                "description": name,
                "filterEnabled": name != "TagKey",
                "groupingEnabled": True,
                "total": len(values),
                "nextLink": None,
                "usageStart": f"{start}T00:00:00-07:00",
                "usageEnd": f"{end}T00:00:00-07:00",
                "data": sorted(values) if expanded else [],
            },
        }
