"""Usage details as CSV: in one stream, or prepared and fetched from a blob on another origin."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.ea.csv import usage_csv
from exporter.simulator.ea.errors import ea_refused
from exporter.simulator.ea.ranges import Range, of_dates, of_period
from exporter.simulator.ea.routes import AnyCaseRoute, EnterpriseReports
from exporter.simulator.server.answers import json_answer, origin
from exporter.simulator.world.periods import period_of

LIFE = timedelta(hours=1)
COMPLETED, NO_DATA, READY = 3, 5, 6


@dataclass
class Prepared:
    """A report that was submitted: how often it was asked for, and what its blob holds."""

    version: str
    asked: Range
    requested: datetime
    polls: int = 0


@dataclass
class EnterpriseDownloads:
    """`usagedetails/download`, `usagedetails/submit`, and the blobs; `authorizations` are those that came there."""

    reports: EnterpriseReports
    blob_url: Callable[[], str]
    prepared: dict[str, Prepared] = field(default_factory=dict)
    authorizations: list[str] = field(default_factory=list)

    def routes(self) -> list[Route]:
        """What needs the API key."""
        root = "/{version}/enrollments/{enrollment}/usagedetails"
        return [
            AnyCaseRoute(f"{root}/download", self.download),
            AnyCaseRoute(f"{root}/submit", self.submit, methods=["POST"]),
            AnyCaseRoute(root + "/submit/{report}", self.status),
        ]

    def blobs(self) -> Starlette:
        """What needs no key, and refuses one."""
        return Starlette(routes=[Route("/usage/{report}", self.blob)])

    async def download(self, request: Request) -> Response:
        """The CSV of at most a month."""
        version = self.reports.admit(request, ("v2", "v3"))
        asked = self._asked(request, months=1)
        body = self._csv(asked, version)
        headers = self.reports.validated(request, body.decode("utf-8-sig"))
        return Response(body, headers=headers, media_type="application/octet-stream")

    async def submit(self, request: Request) -> Response:
        """The status of a new report."""
        version = self.reports.admit(request, ("v2", "v3"))
        asked = self._asked(request, months=36)
        name = f"r{len(self.prepared) + 1}"
        self.prepared[name] = Prepared(version, asked, self.reports.enrollment.now())
        return self._told(request, name, f"{origin(request)}{request.url.path}/{name}")

    async def status(self, request: Request) -> Response:
        """The status of a report, a step further at each request."""
        self.reports.admit(request, ("v2", "v3"))
        name = request.path_params["report"]
        if name not in self.prepared:
            raise ea_refused(404, "Report not found.")
        self.prepared[name].polls += 1
        return self._told(request, name, f"{origin(request)}{request.url.path}")

    async def blob(self, request: Request) -> Response:
        """The CSV, for an hour from `requestedOn`; its shared access signature is the permission."""
        if authorization := request.headers.get("authorization"):
            self.authorizations.append(authorization)
            return Response(status_code=403)
        report = self.prepared.get(request.path_params["report"])
        if report is None or "sig" not in request.query_params:
            return Response(status_code=404)
        if self.reports.enrollment.now() >= report.requested + LIFE:
            return Response(status_code=403)
        return Response(self._csv(report.asked, report.version), media_type="application/octet-stream")

    def _told(self, request: Request, name: str, url: str) -> Response:
        report, steps = self.prepared[name], self.reports.switches.ea_report_statuses
        status = steps[min(report.polls, len(steps) - 1)]
        if status == COMPLETED and not self.reports.rows(report.asked):
            status = NO_DATA
        ready = status == COMPLETED or (status == READY and self.reports.switches.ea_ready_names_blob)
        body = {
            "id": name,
            "enrollmentNumber": request.path_params["enrollment"],
            "requestedOn": f"{report.requested:%Y-%m-%dT%H:%M:%S}.1290704Z",
            "status": status,
            "blobPath": f"{self.blob_url()}/usage/{name}?sv=2017&sig=made%2Bup" if ready else "",
            "reportUrl": url,
            "startDate": f"{report.asked.start}T00:00:00",
            "endDate": f"{report.asked.end}T00:00:00",
        }
        return json_answer(body, status=self.reports.switches.ea_submit_status)

    def _asked(self, request: Request, months: int) -> Range:
        query = {name.lower(): value for name, value in request.query_params.items()}
        asked = of_period(query["billingperiod"]) if "billingperiod" in query else of_dates(request, months)
        if months == 1 and not self.reports.rows(asked):
            raise self.reports.no_data()
        return asked

    def _csv(self, asked: Range, version: str) -> bytes:
        return usage_csv(self.reports.rows(asked), version, period_of(asked.start), self.reports.switches)
