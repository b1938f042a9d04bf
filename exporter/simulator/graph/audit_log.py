"""``/auditLogs/directoryAudits``: the entries of seven days."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.graph.access import Access
from exporter.simulator.graph.audit_entries import Entry
from exporter.simulator.graph.filters import Fields, Filter, InvalidFilterError
from exporter.simulator.graph.page_tokens import read_instant, read_token, write_token
from exporter.simulator.graph.rows import rows_answer
from exporter.simulator.server.answers import origin
from exporter.simulator.world import B2cTenant
from exporter.simulator.world.audit_log import minute_of
from exporter.simulator.world.digest import digest

ROLES = ("AuditLog.Read.All", "Directory.Read.All")
KEPT = timedelta(days=7)
LARGEST_PAGE = 1000
ORDERS = {"activitydatetime": "oldest", "activitydatetime asc": "oldest", "activitydatetime desc": "newest"}
SHUFFLE, HOUR = 37, 60
"""A step through the minutes of an hour that meets each of them once."""


@dataclass(frozen=True)
class Reading:
    """A list that is read page by page: what had arrived at `at`.

    A page begins at a place among the minutes of the list, after `skip` matches of that minute.
    """

    at: datetime
    filtered: str
    top: int
    order: str
    place: int = 0
    skip: int = 0

    def token(self) -> str:
        """The ``$skiptoken`` of the page."""
        return write_token(["audit", self.at.isoformat(), self.filtered, self.top, self.order, self.place, self.skip])


@dataclass(frozen=True)
class AuditLogs:
    """The log of the caller's tenant; that of an external tenant is empty."""

    access: Access

    def routes(self) -> list[Route]:
        """One list."""
        return [Route("/v1.0/auditLogs/directoryAudits", self.page)]

    async def page(self, request: Request) -> Response:
        """A page with a next link; the last one can be empty."""
        tenant = self.access.admit_report(request, *ROLES)
        self.access.options(request, "$filter", "$top", "$orderby", "$skiptoken")
        reading = self._reading(request)
        chosen = self._chosen(reading.filtered)
        if not isinstance(tenant, B2cTenant):
            return rows_answer("v1.0/$metadata#auditLogs/directoryAudits", [])
        entries, following = self._entries(tenant, reading, chosen)
        link = None
        if following is not None:
            query = {"$filter": reading.filtered, "$top": str(reading.top), "$skiptoken": following.token()}
            parts = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items() if value)
            link = f"{origin(request)}{request.url.path}?{parts}"
        rows = [entry.fields(tenant, self.access.switches) for entry in entries]
        return rows_answer("v1.0/$metadata#auditLogs/directoryAudits", rows, next_link=link)

    def _reading(self, request: Request) -> Reading:
        query, switches = request.query_params, self.access.switches
        if "$skiptoken" in query:
            match read_token(query["$skiptoken"]):
                case ["audit", str(at), str(filtered), int(top), str(order), int(place), int(skip)]:
                    return Reading(read_instant(at), filtered, top, order, place, skip)
            raise self.access.bad_request("The specified value of $skiptoken is invalid.")
        wanted = " ".join(query.get("$orderby", "").lower().split())
        if wanted and wanted not in ORDERS:
            raise self.access.bad_request(f"Unsupported Query: $orderby={wanted}.", "Request_UnsupportedQuery")
        order = ORDERS[wanted] if wanted else switches.audit_order
        top = self.access.top(request, LARGEST_PAGE, LARGEST_PAGE)
        return Reading(self.access.now, query.get("$filter", ""), min(top, switches.audit_page_size or top), order)

    def _chosen(self, filtered: str) -> Filter[Entry]:
        if not filtered:
            return Filter(lambda entry: True)
        texts = {
            "loggedByService": lambda entry: entry.event.service,
            "activityDisplayName": lambda entry: entry.activity,
            "category": lambda entry: entry.event.category,
            "result": lambda entry: entry.result,
        }
        fields: Fields[Entry] = Fields(
            texts, "activityDateTime", lambda entry: entry.event.time, self.access.switches.audit_filter_case
        )
        try:
            return fields.parse(filtered)
        except InvalidFilterError as error:
            raise self.access.bad_request(f"Invalid filter clause: {error}", "BadRequest") from None

    def _entries(
        self, tenant: B2cTenant, reading: Reading, chosen: Filter[Entry]
    ) -> tuple[list[Entry], Reading | None]:
        """The entries of the page, and where the next one begins, if there are more minutes or entries."""
        kept = reading.at - KEPT
        first = minute_of(max(kept, chosen.first or kept))
        last = minute_of(min(reading.at, chosen.last or reading.at))
        found: list[Entry] = []
        skip = reading.skip
        places = last - first + 1 if reading.order != "shuffled" else -(-(last - first + 1) // HOUR) * HOUR
        for place in range(reading.place, places):
            number = _minute(first, last, place, reading.order)
            matching = [
                one for one in self._minute(tenant, number, reading) if kept <= one.event.time and chosen.matches(one)
            ]
            room = reading.top - len(found)
            found += matching[skip : skip + room]
            if len(matching) - skip > room:
                return found, replace(reading, place=place, skip=skip + room)
            if len(found) == reading.top and place + 1 < places:
                return found, replace(reading, place=place + 1, skip=0)
            skip = 0
        return found, None

    def _minute(self, tenant: B2cTenant, number: int, reading: Reading) -> Iterator[Entry]:
        """The entries of a minute that have arrived, in the order of the list."""
        switches = self.access.switches
        listed = [Entry(event) for event in tenant.audit_log.minute(number) if event.time <= reading.at]
        if reading.order == "newest":
            listed.reverse()
        elif reading.order == "shuffled":
            listed.sort(key=lambda entry: digest(entry.id))
        if switches.audit_duplicates:
            listed += [replace(entry, copy=1) for entry in listed if entry.repeated]
        for entry in listed:
            if not switches.audit_late_hours or entry.event.time + entry.delay(switches.audit_late_hours) <= reading.at:
                yield entry


def _minute(first: int, last: int, place: int, order: str) -> int:
    """The minute at a place of the list; a shuffled list has some before the first or after the last one."""
    if order == "newest":
        return last - place
    return first + (place if order == "oldest" else place // HOUR * HOUR + place * SHUFFLE % HOUR)
