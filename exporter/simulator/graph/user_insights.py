"""``/reports/userInsights``: the daily and monthly reports of an External ID tenant."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.graph.access import Access
from exporter.simulator.graph.errors import not_premium
from exporter.simulator.graph.filters import Fields, InvalidFilterError
from exporter.simulator.graph.insight_rows import INSIGHTS, Row, user_counts
from exporter.simulator.graph.page_tokens import read_token, write_token
from exporter.simulator.graph.rows import rows_answer
from exporter.simulator.server.answers import origin
from exporter.simulator.world import ExternalTenant
from exporter.simulator.world.insights import Cell
from exporter.simulator.world.periods import days, first_day, last_day, period_of, previous_period

ROLE = "Insights-UserMetric.Read.All"
DAYS, MONTHS = 30, 12
LARGEST_PAGE = 1000
PATH = "/beta/reports/userInsights/{span:str}/{name:str}"


@dataclass(frozen=True)
class UserInsights:
    """Facts of whole days and months, until yesterday; a B2C tenant is refused."""

    access: Access

    def routes(self) -> list[Route]:
        """One path for both spans and every relationship."""
        return [Route(PATH, self.page)]

    async def page(self, request: Request) -> Response:
        """A page of rows with a next link, which has a token alone."""
        tenant = self.access.admit_report(request, ROLE)
        if not isinstance(tenant, ExternalTenant):
            raise not_premium(self.access.now)
        self.access.options(request, "$filter", "$top", "$skiptoken")
        span, name = request.path_params["span"], request.path_params["name"]
        filtered, top, start = self._query(request)
        rows = self._filtered(name, filtered, self._rows(tenant, span, name))
        link, end = None, start + top
        if end < len(rows):
            token = write_token(["insights", filtered, top, end])
            link = f"{origin(request)}{request.url.path}?$skiptoken={quote(token)}"
        shown = f"beta/$metadata#reports/userInsights/{span}/{name}"
        return rows_answer(shown, rows[start:end], next_link=link)

    def _query(self, request: Request) -> tuple[str, int, int]:
        """The filter, the size of a page, and where it begins."""
        query = request.query_params
        if "$skiptoken" not in query:
            top = self.access.top(request, self.access.switches.insights_page_size, LARGEST_PAGE)
            return query.get("$filter", ""), top, 0
        match read_token(query["$skiptoken"]):
            case ["insights", str(filtered), int(top), int(start)]:
                return filtered, top, start
        raise self.access.bad_request("The specified value of $skiptoken is invalid.")

    def _rows(self, tenant: ExternalTenant, span: str, name: str) -> list[Row]:
        yesterday = self.access.now.date() - timedelta(days=1)
        if span == "daily" and name == "userCount":
            return user_counts(tenant, days(yesterday - timedelta(days=DAYS - 1), yesterday))
        if name not in INSIGHTS or span not in ("daily", "monthly"):
            segment = span if span not in ("daily", "monthly") else name
            raise self.access.bad_request(f"Resource not found for the segment '{segment}'.", "BadRequest")
        if span == "daily":
            found = days(yesterday - timedelta(days=DAYS - 1), yesterday)
            return INSIGHTS[name].rows(span + name, ((day, tenant.activity.day(day)) for day in found))
        return INSIGHTS[name].rows(span + name, self._months(tenant, yesterday))

    def _months(self, tenant: ExternalTenant, yesterday: date) -> Iterator[tuple[date, list[Cell]]]:
        """The months that are over; the current one by switch."""
        current = period = period_of(self.access.now.date())
        for _ in range(MONTHS + 1):
            if period != current or self.access.switches.insights_current_month:
                month = days(first_day(period), min(last_day(period), yesterday))
                yield first_day(period), [cell for day in month for cell in tenant.activity.day(day)]
            period = previous_period(period)

    def _filtered(self, name: str, text: str, rows: list[Row]) -> list[Row]:
        if not text:
            return rows
        if name not in INSIGHTS or not INSIGHTS[name].filtered:
            raise self.access.bad_request(f"The query option $filter is not supported for '{name}'.", "BadRequest")
        insight = INSIGHTS[name]
        fields: Fields[Row] = Fields(
            {field: _reader(field) for field in (insight.application, *insight.dimensions)}, "factDate", _fact
        )
        try:
            chosen = fields.parse(text)
        except InvalidFilterError as error:
            raise self.access.bad_request(f"Invalid filter clause: {error}", "BadRequest") from None
        return [row for row in rows if chosen.matches(row)]


def _reader(field: str) -> Callable[[Row], str]:
    return lambda row: str(row.get(field, ""))


def _fact(row: Row) -> datetime:
    return datetime.fromisoformat(str(row["factDate"])).replace(tzinfo=UTC)
