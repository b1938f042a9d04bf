"""The reports of an enrollment behind one address."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.ea import reports
from exporter.simulator.ea.access import Access
from exporter.simulator.ea.downloads import UsageDownloads
from exporter.simulator.ea.paths import ReportRoute
from exporter.simulator.server.reports import report_routes
from exporter.simulator.switches import Switches
from exporter.simulator.world import Enrollment


class EnterpriseReports:
    """``consumption.azure.com/{version}/enrollments/{enrollment}/…``; blobs are behind another address."""

    def __init__(self, enrollment: Enrollment, switches: Switches, blob_url: Callable[[], str]) -> None:
        self._access = Access(enrollment, switches)
        self.downloads = UsageDownloads(self._access, blob_url)

    def routes(self) -> list[Route]:
        """The paths of the reports and of the downloads; anything else below an enrollment is 404."""
        unknown = ReportRoute("{rest:path}", self._unknown)
        return [*report_routes(reports, self._access), *self.downloads.routes(), unknown]

    async def _unknown(self, request: Request) -> Response:
        """404 for a report that does not exist, to those who have a key."""
        self._access.admit(request, ())
        raise AssertionError("no version of an unknown report is served")
