"""The Enterprise Agreement reporting APIs: keys, paging, ETags."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporter.simulator.ea.errors import ea_refused
from exporter.simulator.ea.json import balance_json, period_json, usage_json
from exporter.simulator.ea.ranges import Range, of_dates, of_period
from exporter.simulator.server.answers import Refused, json_answer, origin
from exporter.simulator.switches import Switches
from exporter.simulator.world import Enrollment, UsageRow
from exporter.simulator.world.keys import read_key
from exporter.simulator.world.periods import period_of


class AnyCaseRoute(Route):
    """A route that matches without regard to case, as this service's paths do."""

    def __init__(self, path: str, endpoint: object, methods: list[str] | None = None) -> None:
        super().__init__(path, endpoint, methods=methods)  # type: ignore[arg-type]
        self.path_regex = re.compile(self.path_regex.pattern, re.IGNORECASE)


@dataclass(frozen=True)
class EnterpriseReports:
    """``consumption.azure.com/{version}/enrollments/{enrollment}/…``."""

    enrollment: Enrollment
    switches: Switches

    def routes(self) -> list[Route]:
        """The documented paths; any other report below an enrollment is 404."""
        root = "/{version}/enrollments/{enrollment}"
        return [
            AnyCaseRoute(f"{root}/usagedetails", self.usage),
            AnyCaseRoute(root + "/billingPeriods/{period}/usagedetails", self.usage),
            AnyCaseRoute(f"{root}/usagedetailsbycustomdate", self.usage),
            AnyCaseRoute(f"{root}/balancesummary", self.balance),
            AnyCaseRoute(root + "/billingPeriods/{period}/balancesummary", self.balance),
            AnyCaseRoute(f"{root}/billingperiods", self.periods),
            AnyCaseRoute(root + "/{rest:path}", self.nothing),
        ]

    async def usage(self, request: Request) -> Response:
        """A page of usage details: ``{id, data, nextLink}``."""
        version = self.admit(request, ("v1", "v2", "v3"))
        token = request.query_params.get("skiptoken")
        now, offset = self.enrollment.now(), 0
        if token is None:
            asked = self.range(request)
        else:
            asked, offset, now = _read_token(token)
        # Every page shows the rows as of the first page's request, so that none is skipped or doubled.
        rows = self.rows(asked, now)
        if not rows:
            raise self.no_data()
        headers = {}
        if token is None:
            stated = (f"{row.date} {row.instance_id} {row.meter_id} {row.cost}" for row in rows)
            headers = self.validated(request, version, stated)
        size = self._page_end(rows, offset)
        identity = f"enrollments/{self.enrollment.enrollment}/billingperiods/{asked.start:%Y%m}/usagedetails"
        page: dict[str, object] = {
            "id": identity,
            "data": [usage_json(row, version, self.switches) for row in rows[offset:size]],
        }
        if size < len(rows):
            page["nextLink"] = f"{origin(request)}{request.url.path}?skiptoken={_write_token(asked, size, now)}"
        elif self.switches.ea_last_link != "missing":
            page["nextLink"] = "" if self.switches.ea_last_link == "empty" else None
        return json_answer(page, headers=headers)

    async def balance(self, request: Request) -> Response:
        """The balance summary of a period, by default of the current one."""
        self.admit(request, ("v1", "v2", "v3"), report="BalanceSummary")
        asked = self.range(request)
        if not self.has_begun(asked):
            raise self.no_data()
        try:
            balance = self.enrollment.balance(asked.period)
        except ValueError:
            raise self.no_data() from None
        owner = self.enrollment
        summary = balance_json(balance, owner.enrollment, owner.currency, self.switches)
        return json_answer(summary, headers=self.validated(request, str(summary)))

    async def periods(self, request: Request) -> Response:
        """The billing periods, newest first."""
        self.admit(request, ("v1", "v2"))
        found = [
            period_json(
                period,
                self.enrollment.enrollment,
                has_usage=self.enrollment.has_usage(period),
                has_marketplace=bool(self.enrollment.marketplace(period)),
            )
            for period in self.enrollment.billing_periods()
            if period <= self.current_period()
        ]
        return json_answer(found, headers=self.validated(request, str(found)))

    async def nothing(self, request: Request) -> Response:
        """404 for a report that does not exist, to those who hold a key."""
        self.admit(request, ())
        raise AssertionError("no version of an unknown report is served")

    def admit(self, request: Request, versions: Iterable[str], report: str = "") -> str:
        """The asked version in lower case, once the key, the enrollment and the version are good."""
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        key = read_key(self.enrollment.seed, text.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            raise ea_refused(401, "API key is missing or invalid.")
        if not key.not_before <= self.enrollment.now() < key.expires:
            raise ea_refused(401, "API key has expired.")
        if report and key.view != "Enterprise":
            text = "Report type and report view are not compatible."
            raise ea_refused(401, f"{text} Report Type: {report}, Report View: {key.view}")
        number: str = request.path_params["enrollment"]
        version: str = request.path_params["version"].lower()
        if not number.isdecimal():
            raise ea_refused(400, f"Invalid enrollment number {number}.")
        if number != key.enrollment:
            raise ea_refused(404, f"Enrollment {number} was not found.")
        if version not in versions:
            raise ea_refused(404, "Report endpoint not found.")
        return version

    def range(self, request: Request) -> Range:
        """The days that a path is about."""
        if request.url.path.lower().endswith("usagedetailsbycustomdate"):
            return of_dates(request)
        return of_period(request.path_params.get("period", self.current_period()))

    def current_period(self) -> str:
        """The billing period that the service calls current; its calendar lags by `ea_calendar_lag_hours`."""
        return period_of((self.enrollment.now() - timedelta(hours=self.switches.ea_calendar_lag_hours)).date())

    def has_begun(self, asked: Range) -> bool:
        """Whether the service's calendar has reached a billing period that was requested by its name."""
        return asked.period <= self.current_period()

    def rows(self, asked: Range, now: datetime | None = None) -> tuple[UsageRow, ...]:
        """The rows of `asked` that are known now (or were at `now`), with `ea_stray_days` around them if there are any.

        None for a billing period that has not begun.
        """
        found = self.enrollment.usage_between(asked.start, asked.end, now) if self.has_begun(asked) else ()
        stray = timedelta(days=self.switches.ea_stray_days)
        if found and stray:
            return self.enrollment.usage_between(asked.start - stray, asked.end + stray, now)
        return found

    def no_data(self) -> Refused:
        """The refusal of a range without data, in either of its documented statuses."""
        return ea_refused(self.switches.ea_no_rows, "No data found for the requested range.")

    def _page_end(self, rows: tuple[UsageRow, ...], offset: int) -> int:
        end = min(offset + self.switches.ea_page_size, len(rows))
        if self.switches.ea_repeat_across_pages:
            while end < len(rows) and rows[end] != rows[end - 1]:
                end += 1
        return end

    def validated(self, request: Request, *stated: str | Iterable[str]) -> dict[str, str]:
        """The ETag of an answer that says `stated`, or 304 to who has it (RFC 9110, section 13.1.2)."""
        if self.switches.ea_etag == "absent":
            return {}
        digest = hashlib.sha256(request.url.path.lower().encode())
        for part in stated:
            for text in [part] if isinstance(part, str) else part:
                digest.update(text.encode())
        tag = f'{"W/" if self.switches.ea_etag == "weak" else ""}"{digest.hexdigest()[:32]}"'
        known = request.headers.get("if-none-match", "")
        if tag.removeprefix("W/") in [one.strip().removeprefix("W/") for one in known.split(",")]:
            raise Refused(Response(status_code=304, headers={"ETag": tag}))
        return {"ETag": tag}


def _write_token(asked: Range, offset: int, now: datetime) -> str:
    place = [asked.start.isoformat(), asked.end.isoformat(), offset, now.isoformat()]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _read_token(token: str) -> tuple[Range, int, datetime]:
    try:
        start, end, offset, now = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        asked = Range(date.fromisoformat(start), date.fromisoformat(end))
        return asked, int(offset), datetime.fromisoformat(now)
    except (ValueError, TypeError):
        raise ea_refused(400, "Invalid skiptoken.") from None
