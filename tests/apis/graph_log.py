"""An audit log on loopback, with entries that a test writes, and a tenant that is read from it."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, quote, urlsplit

from exporter.apis.b2c.graph.client import GraphReports
from exporter.apis.b2c.graph.counts import DailyCounts
from exporter.apis.b2c.records import DailyAuthentications, DayRow, Unreadable, UserCount
from exporter.model.collection import Run
from tests.harness import NOON
from tests.transport.sessions import Observer, session

PATH = "/v1.0/auditLogs/directoryAudits"
TOKEN, CODE = "Issue an id_token to the application", "Issue an authorization code to the application"
ACCESS, EXCHANGE = "Issue an access token to the application", "Exchange token"
SMS, CALL = "Send SMS to verify phone number", "Make phone call to verify phone number"
SHOP, PORTAL = "01fa64b4-7e4b-472d-ad2c-35b85e652244", "25b2a24f-c5d8-442c-98c5-9303552f852f"
BOUND = re.compile(r"activityDateTime (ge|le) (\S+)")
Entry = dict[str, Any]


def entry(
    number: int,
    at: datetime,
    activity: str = TOKEN,
    *,
    sign_in: str = "",
    user: str | None = "anna",
    flow: str | None = "B2C_1_signin",
    application: str | None = SHOP,
    result: str = "success",
) -> Entry:
    """An entry as Microsoft Graph writes it; the personal data in it is made up."""
    details = {
        "TenantId": "contosob2c.onmicrosoft.com",
        "PolicyId": flow,
        "ApplicationId": application,
        "Client": "Mozilla/5.0 (X11; Linux x86_64)",
        "ClientIpAddress": "203.0.113.77",
        "PhoneNumber": "+15550100123",
    }
    return {
        "id": f"B2C_AB1CD_{number}",
        "category": "Authentication",
        "correlationId": sign_in or f"cccc0001-0000-4000-8000-{number:012d}",
        "result": result,
        "resultReason": "N/A",
        "activityDisplayName": activity,
        "activityDateTime": f"{at:%Y-%m-%dT%H:%M:%S.%f}7Z",
        "loggedByService": "B2C",
        "operationType": "",
        "initiatedBy": {"user": None, "app": {"servicePrincipalName": application}},
        "targetResources": [{"id": f"uuuu-{user}", "displayName": f"{user}@mail.example", "type": "User"}]
        if user
        else [],
        "additionalDetails": [{"key": key, "value": value} for key, value in details.items() if value is not None],
    }


@dataclass
class Recorded:
    """An entry, or what is in its place, and when the log has it."""

    entry: object
    at: datetime
    seen: datetime


class LogService:
    """Serves entries of the last seven days of `now`, newest first or as recorded, `page` at a time."""

    def __init__(self) -> None:
        self.now = NOON
        self.page = 1_000
        self.newest_first = True
        self.recorded: list[Recorded] = []
        self.filters: list[str] = []
        self.received: list[str] = []
        self.refuse: Callable[[int], tuple[int, object] | None] = lambda number: None
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                status, answer = service.respond(self.path)
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def record(self, *entries: Entry, late: timedelta = timedelta()) -> None:
        """Write entries, which appear `late` after their time."""
        for written in entries:
            text = str(written["activityDateTime"])
            at = datetime.fromisoformat(text)
            self.recorded.append(Recorded(written, at, at + late))

    def record_value(self, written: object, at: datetime) -> None:
        """Write a value that may not be an entry, or has no time, among the entries of an instant."""
        self.recorded.append(Recorded(written, at, at))

    def clear(self) -> None:
        """An empty log, which refuses nothing."""
        self.recorded, self.filters, self.received, self.page = [], [], [], 1_000
        self.refuse = lambda number: None

    def take(self, each: timedelta) -> None:
        """Let each request last so long by the clock."""

        def advance(number: int) -> None:
            self.now += each

        self.refuse = advance

    def respond(self, path: str) -> tuple[int, object]:
        self.received.append(path)
        if refused := self.refuse(len(self.received)):
            return refused
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        self.filters.append(query["$filter"])
        bounds = {name: datetime.fromisoformat(text) for name, text in BOUND.findall(query["$filter"])}
        oldest = max(bounds["ge"], self.now - timedelta(days=7))
        known = [recorded for recorded in self.recorded if recorded.seen <= self.now]
        found = [recorded for recorded in known if oldest <= recorded.at <= bounds["le"]]
        if self.newest_first:
            found.sort(key=lambda recorded: recorded.at, reverse=True)
        start = int(query.get("$skiptoken", 0))
        page: dict[str, object] = {"value": [recorded.entry for recorded in found[start : start + self.page]]}
        if start + self.page < len(found):
            token = f"$skiptoken={start + self.page}"
            page["@odata.nextLink"] = f"{self.url}{PATH}?$filter={quote(query['$filter'])}&{token}"
        return 200, page

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class NoUsers:
    """A tenant whose users are not counted."""

    def rows(self, after: date, run: Run) -> Iterator[UserCount]:
        return iter(())


@dataclass
class LogTenant:
    """A tenant that is read from a log; `restarted` is the same after the process was killed."""

    log: LogService
    file: Path
    final_after: timedelta = timedelta(days=1)
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.counts = DailyCounts(self.file)
        found = session(self.log.url, Observer())
        found.clock = lambda: self.log.now
        self.reports = GraphReports(found, self.counts, NoUsers(), final_after=self.final_after)

    def restarted(self) -> "LogTenant":
        self.counts.close()
        return LogTenant(self.log, self.file, self.final_after)

    def daily(self, kind: type[DayRow]) -> dict[date, dict[str, int] | None]:
        """The breakdown of each day, None for a day that is not known; warnings are those of this run."""
        run = Run(self.log.now)
        rows = list(self.reports.daily(kind, self.log.now.date() - timedelta(days=45), run))
        self.warnings = run.warnings
        return {
            row.day: None if isinstance(row, Unreadable) else {key: count for key, count in row.parts() if count}
            for row in rows
            if row.day
        }

    def active_users(self) -> int | None:
        run = Run(self.log.now)
        found = self.reports.active_users(run)
        self.warnings = run.warnings
        return found.users if found else None


def logins(tenant: LogTenant) -> dict[date, dict[str, int] | None]:
    """The authentications of each day by flow."""
    return tenant.daily(DailyAuthentications)


def run_daily(tenant: LogTenant, until: date) -> None:
    """Two runs a day, until the noon of a day."""
    while tenant.log.now.date() < until:
        tenant.log.now += timedelta(hours=12)
        logins(tenant)
