"""Cost details as CSV: requested, prepared, and fetched from the blob host."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from exporter.simulator.cost_management.access import Access, json_body
from exporter.simulator.cost_management.endpoints import Endpoint, Resource
from exporter.simulator.cost_management.errors import arm_refused, bad_request, plain_not_found
from exporter.simulator.cost_management.operations import LIFE, Operation, accepted
from exporter.simulator.costs.agreements import ea_csv, mca_csv
from exporter.simulator.costs.rows import CostRow, Metric
from exporter.simulator.costs.scopes import Scope
from exporter.simulator.server.answers import json_answer
from exporter.simulator.world.periods import first_day, last_day, period_of

RESULTS = "costDetailsOperationResults"
PERIODS = ("timePeriod", "billingPeriod", "invoiceId")
MONTHS_BACK = 13


class CostDetails(Resource):
    """``generateCostDetailsReport`` and its results."""

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self.operations: dict[str, Operation] = {}

    def endpoints(self) -> Mapping[tuple[str, str], Endpoint]:
        return {
            ("POST", "Microsoft.CostManagement/generateCostDetailsReport"): self.post,
            ("GET", f"Microsoft.CostManagement/{RESULTS}"): self.get,
        }

    async def post(self, request: Request, scope: Scope) -> Response:
        """Start a report; it is done at once if the switch says so."""
        if scope.kind in ("management group", "resource group"):
            raise plain_not_found()
        if scope.agreement == "WebDirect":
            text = "Unsupported request. offer type: WebDirect for get detailed report request is not supported."
            raise arm_refused(422, "422", f"{text}{text} (Request ID: {uuid4()})")
        body = await json_body(request)
        metric, start, end = self._requested(body, scope)
        headers = self.access.quotas.take(1)

        def finish(operation: Operation) -> Response:
            return self._result(operation, scope, scope.rows(metric, start, end), body)

        name = str(uuid4())
        operation = Operation(name, scope.path, self.access.world.ea.now(), finish, address=name)
        self.operations[name] = operation
        return self._step(request, operation, headers)

    async def get(self, request: Request, scope: Scope) -> Response:
        """Poll; an address that has moved, or that nobody was given, is not found."""
        operation = self.operations.get(request.path_params["operation"].rpartition("/")[2])
        if operation is None or operation.scope != scope.path:
            raise plain_not_found()
        return self._step(request, operation, {})

    def _step(self, request: Request, operation: Operation, headers: dict[str, str]) -> Response:
        operation.polls += 1
        switches = self.access.switches
        if operation.polls > switches.cost_details_accepted:
            return operation.finish(operation)
        if switches.cost_details_moves:
            self.operations.pop(operation.address)
            operation.address = str(uuid4())
            self.operations[operation.address] = operation
        seconds = switches.cost_details_retry_after
        wait = {} if seconds is None else {"Retry-After": str(seconds)}
        return accepted(request, operation, RESULTS, {**headers, **wait})

    def _requested(self, body: dict[str, Any], scope: Scope) -> tuple[Metric, date, date]:
        stated = [name for name in PERIODS if body.get(name) is not None]
        if len(stated) > 1:
            raise bad_request("Request can only have either timePeriod or invoiceId or billingPeriod.")
        metric = body.get("metric", "ActualCost")
        if metric not in ("ActualCost", "AmortizedCost"):
            raise bad_request("Invalid metric.")
        today = self.access.world.ea.now().date()
        start, end = today.replace(day=1), last_day(period_of(today))
        if stated == ["billingPeriod"]:
            if scope.agreement != "EA":
                raise bad_request("billingPeriod is supported for Enterprise Agreement only.")
            try:
                start = first_day(str(body["billingPeriod"]))
            except ValueError:
                raise bad_request("Invalid billingPeriod.") from None
            end = last_day(period_of(start))
        if stated == ["invoiceId"]:
            raise bad_request("Invalid invoiceId.")
        if stated == ["timePeriod"]:
            start, end = _day(body["timePeriod"], "start"), _day(body["timePeriod"], "end")
        self._check(start, end, today)
        return ("AmortizedCost" if metric == "AmortizedCost" else "ActualCost"), start, end

    def _check(self, start: date, end: date, today: date) -> None:
        if start > end:
            raise bad_request("Start date must not be after the end date.")
        first = today.replace(day=1)
        for _ in range(MONTHS_BACK):
            first = (first - timedelta(days=1)).replace(day=1)
        if start < first:
            raise bad_request(f"Start date must be after {first:%m/%d/%Y}.")
        if end > last_day(period_of(start)) and (end - start).days > 30:
            raise bad_request("The maximum allowed date range is 1 months.")

    def _result(self, operation: Operation, scope: Scope, rows: Sequence[CostRow], body: dict[str, Any]) -> Response:
        switches = self.access.switches
        path = f"{scope.path}/providers/Microsoft.CostManagement/{RESULTS}/{operation.name}"
        answer: dict[str, object] = {"id": path, "name": operation.name}
        if switches.cost_details_failed:
            error = {"code": "InternalServerError", "message": "Report generation failed."}
            return json_answer({**answer, "status": "Failed", "error": error})
        if not rows:
            if switches.cost_details_no_data == "204":
                return Response(status_code=204)
            return json_answer({**answer, "status": "NoDataFound", "manifest": None, "validTill": None})
        size = switches.cost_details_rows_per_part
        metric: Metric = "AmortizedCost" if body.get("metric") == "AmortizedCost" else "ActualCost"
        parts = [self._file(rows[place : place + size], metric, scope) for place in range(0, len(rows), size)]
        folder = f"/armreports/{operation.requested:%Y%m%d}/{operation.name}"
        blobs = [
            {"blobLink": self.access.files.add(f"{folder}-part{number}.csv", part, "application/octet-stream"),
             "byteCount": len(part)}
            for number, part in enumerate(parts)
        ]  # fmt: skip
        manifest = {
            "manifestVersion": "2022-05-01",
            "dataFormat": "Csv",
            "blobCount": len(blobs),
            # As in the documented sample, this is not the sum of the blobs.
            "byteCount": 160_769,
            "compressData": False,
            "requestContext": {
                "requestScope": scope.path.lstrip("/"),
                "requestBody": {"metric": metric, **{name: body.get(name) for name in PERIODS}},
            },
            "blobs": blobs,
        }
        until = self.access.world.ea.now() + LIFE
        return json_answer({**answer, "status": "Completed", "manifest": manifest,
                            "validTill": f"{until:%Y-%m-%dT%H:%M:%S}.0000000Z"})  # fmt: skip

    def _file(self, rows: Sequence[CostRow], metric: Metric, scope: Scope) -> bytes:
        switches, world = self.access.switches, self.access.world
        if scope.agreement == "EA":
            bom = bool(switches.cost_details_bom)
            return ea_csv(rows, metric, world, columns=switches.cost_details_columns, bom=bom)
        return mca_csv(rows, metric, world, bom=switches.cost_details_bom is not False)


def _day(period: Mapping[str, object], name: str) -> date:
    try:
        return date.fromisoformat(str(period[name])[:10])
    except (ValueError, KeyError, TypeError):
        raise bad_request("Invalid timePeriod.") from None
