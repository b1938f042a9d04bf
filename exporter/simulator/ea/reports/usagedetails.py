"""Usage details of an enrollment as JSON, page by page."""

import base64
import json
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.ea.access import Access
from exporter.simulator.ea.errors import ea_refused
from exporter.simulator.ea.paths import ReportRoute, by_period
from exporter.simulator.ea.ranges import Range
from exporter.simulator.ea.usage_rows import usage_json
from exporter.simulator.server.answers import json_answer, origin
from exporter.simulator.server.reports import Report
from exporter.simulator.world import UsageRow


class UsageDetails(Report[Access]):
    """The report ``usagedetails``."""

    def routes(self) -> list[Route]:
        """By billing period and by custom dates."""
        return [*by_period("usagedetails", self.usage), ReportRoute("usagedetailsbycustomdate", self.usage)]

    async def usage(self, request: Request) -> Response:
        """A page of usage details: ``{id, data, nextLink}``."""
        access, switches = self.access, self.access.switches
        version = access.admit(request, ("v1", "v2", "v3"))
        token = request.query_params.get("skiptoken")
        now, offset = access.enrollment.now(), 0
        if token is None:
            requested = access.range(request)
        else:
            requested, offset, now = _read_token(token)
        # Every page shows the rows as of the first page's request, so that none is skipped or doubled.
        rows = access.rows(requested, now)
        if not rows:
            raise access.no_data()
        headers = {}
        if token is None:
            stated = (f"{row.date} {row.instance_id} {row.meter_id} {row.cost}" for row in rows)
            headers = access.validated(request, version, stated)
        end = self._page_end(rows, offset)
        period = f"{requested.start:%Y%m}"
        page: dict[str, object] = {
            "id": f"enrollments/{access.enrollment.enrollment}/billingperiods/{period}/usagedetails",
            "data": [usage_json(row, version, switches) for row in rows[offset:end]],
        }
        if end < len(rows):
            page["nextLink"] = f"{origin(request)}{request.url.path}?skiptoken={_write_token(requested, end, now)}"
        elif switches.ea_last_link != "missing":
            page["nextLink"] = "" if switches.ea_last_link == "empty" else None
        return json_answer(page, headers=headers)

    def _page_end(self, rows: tuple[UsageRow, ...], offset: int) -> int:
        end = min(offset + self.access.switches.ea_page_size, len(rows))
        if self.access.switches.ea_repeat_across_pages:
            while end < len(rows) and rows[end] != rows[end - 1]:
                end += 1
        return end


def _write_token(requested: Range, offset: int, now: datetime) -> str:
    place = [requested.start.isoformat(), requested.end.isoformat(), offset, now.isoformat()]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _read_token(token: str) -> tuple[Range, int, datetime]:
    try:
        start, end, offset, now = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        return Range(date.fromisoformat(start), date.fromisoformat(end)), int(offset), datetime.fromisoformat(now)
    except (ValueError, TypeError):
        raise ea_refused(400, "Invalid skiptoken.") from None
