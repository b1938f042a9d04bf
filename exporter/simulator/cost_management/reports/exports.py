"""The exports of a scope, with the newest run of each if it is requested."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from exporter.simulator.cost_management.endpoints import Endpoint, Resource
from exporter.simulator.costs.scopes import Scope
from exporter.simulator.server.answers import json_answer
from exporter.simulator.world.chance import guid

NAMES = {"enrollment": ("ea-actual", "ea-amortized"), "billing profile": ("mca-focus",)}
HOUR = timedelta(hours=4)
"""When exports run, after midnight (UTC)."""


class Exports(Resource):
    """``Microsoft.CostManagement/exports``; each runs once a day."""

    def endpoints(self) -> Mapping[tuple[str, str], Endpoint]:
        return {("GET", "Microsoft.CostManagement/exports"): self.get}

    async def get(self, request: Request, scope: Scope) -> Response:
        """All of them in one answer; the newest run only with ``$expand=runHistory``."""
        expanded = request.query_params.get("$expand") == "runHistory"
        return json_answer({"value": [self._export(scope, name, expanded) for name in NAMES.get(scope.kind, ())]})

    def _export(self, scope: Scope, name: str, expanded: bool) -> dict[str, Any]:
        now = self.access.world.ea.now()
        last = (now - HOUR).replace(hour=0, minute=0, second=0, microsecond=0) + HOUR
        path = f"{scope.path}/providers/Microsoft.CostManagement/exports/{name}"
        run = {
            "executionType": "Scheduled",
            "status": "Completed",
            "submittedBy": "System",
            "submittedTime": f"{last:%Y-%m-%dT%H:%M:%S}.0000000Z",
            "processingStartTime": f"{last:%Y-%m-%dT%H:%M:%S}.0000000Z",
            "processingEndTime": f"{last + timedelta(minutes=5):%Y-%m-%dT%H:%M:%S}.0000000Z",
        }
        properties: dict[str, Any] = {
            "schedule": {"status": "Active", "recurrence": "Daily"},
            "format": "Csv",
            "nextRunTimeEstimate": f"{last + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        }
        if expanded:
            number = guid(1, name, last)
            properties["runHistory"] = {"value": [{"id": f"{path}/run/{number}", "name": number, "properties": run}]}
        return {"id": path, "name": name, "type": "Microsoft.CostManagement/exports", "properties": properties}
