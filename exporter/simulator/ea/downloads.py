"""Usage details as CSV: in one stream, or prepared and fetched from a blob on another origin."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.ea.access import Access
from exporter.simulator.ea.errors import ea_refused
from exporter.simulator.ea.paths import ReportRoute
from exporter.simulator.ea.ranges import Range, of_dates, of_period
from exporter.simulator.ea.usage_csv import usage_csv
from exporter.simulator.server.answers import json_answer, origin
from exporter.simulator.world.periods import period_of

LIFE = timedelta(hours=1)
COMPLETED, NO_DATA, READY = 3, 5, 6


@dataclass
class Prepared:
    """A report that was submitted: how often it was polled, and what its blob has."""

    version: str
    requested: Range
    submitted: datetime
    polls: int = 0


@dataclass
class UsageDownloads:
    """`usagedetails/download`, `usagedetails/submit`, and the blobs; `authorizations` are those sent to the blobs."""

    access: Access
    blob_url: Callable[[], str]
    prepared: dict[str, Prepared] = field(default_factory=dict)
    authorizations: list[str] = field(default_factory=list)

    def routes(self) -> list[Route]:
        """The paths that need the API key."""
        return [
            ReportRoute("usagedetails/download", self.download),
            ReportRoute("usagedetails/submit", self.submit, methods=["POST"]),
            ReportRoute("usagedetails/submit/{report}", self.status),
        ]

    def blobs(self) -> list[Route]:
        """The paths that need no key, and refuse one."""
        return [Route("/usage/{report}", self.blob)]

    async def download(self, request: Request) -> Response:
        """The CSV of at most a month."""
        version = self.access.admit(request, ("v2", "v3"))
        requested = self._requested(request, months=1)
        body = self._csv(requested, version)
        headers = self.access.validated(request, body.decode("utf-8-sig"))
        return Response(body, headers=headers, media_type="application/octet-stream")

    async def submit(self, request: Request) -> Response:
        """The status of a new report."""
        version = self.access.admit(request, ("v2", "v3"))
        requested = self._requested(request, months=36)
        name = f"r{len(self.prepared) + 1}"
        self.prepared[name] = Prepared(version, requested, self.access.enrollment.now())
        return self._status(request, name, f"{origin(request)}{request.url.path}/{name}")

    async def status(self, request: Request) -> Response:
        """The status of a report, one step further at each request."""
        self.access.admit(request, ("v2", "v3"))
        name = request.path_params["report"]
        if name not in self.prepared:
            raise ea_refused(404, "Report not found.")
        self.prepared[name].polls += 1
        return self._status(request, name, f"{origin(request)}{request.url.path}")

    async def blob(self, request: Request) -> Response:
        """The CSV, for an hour from `requestedOn`; its shared access signature is the permission."""
        if authorization := request.headers.get("authorization"):
            self.authorizations.append(authorization)
            return Response(status_code=403)
        report = self.prepared.get(request.path_params["report"])
        if report is None or "sig" not in request.query_params:
            return Response(status_code=404)
        if self.access.enrollment.now() >= report.submitted + LIFE:
            return Response(status_code=403)
        return Response(self._csv(report.requested, report.version), media_type="application/octet-stream")

    def _status(self, request: Request, name: str, url: str) -> Response:
        report, steps = self.prepared[name], self.access.switches.ea_report_statuses
        status = steps[min(report.polls, len(steps) - 1)]
        if status == COMPLETED and not self.access.rows(report.requested):
            status = NO_DATA
        ready = status == COMPLETED or (status == READY and self.access.switches.ea_ready_names_blob)
        body = {
            "id": name,
            "enrollmentNumber": request.path_params["enrollment"],
            "requestedOn": f"{report.submitted:%Y-%m-%dT%H:%M:%S}.1290704Z",
            "status": status,
            "blobPath": f"{self.blob_url()}/usage/{name}?sv=2017&sig=made%2Bup" if ready else "",
            "reportUrl": url,
            "startDate": f"{report.requested.start}T00:00:00",
            "endDate": f"{report.requested.end}T00:00:00",
        }
        return json_answer(body, status=self.access.switches.ea_submit_status)

    def _requested(self, request: Request, months: int) -> Range:
        query = {name.lower(): value for name, value in request.query_params.items()}
        requested = of_period(query["billingperiod"]) if "billingperiod" in query else of_dates(request, months)
        if months == 1 and not self.access.rows(requested):
            raise self.access.no_data()
        return requested

    def _csv(self, requested: Range, version: str) -> bytes:
        return usage_csv(self.access.rows(requested), version, period_of(requested.start), self.access.switches)
