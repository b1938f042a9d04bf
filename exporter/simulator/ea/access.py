"""What all reports of an enrollment share: keys, versions, billing periods, ETags."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from exporter.simulator.ea.errors import ea_refused
from exporter.simulator.ea.ranges import Range, of_dates, of_period
from exporter.simulator.server.answers import Refused
from exporter.simulator.switches import Switches
from exporter.simulator.world import Enrollment, UsageRow
from exporter.simulator.world.keys import read_key
from exporter.simulator.world.periods import period_of


@dataclass(frozen=True)
class Access:
    """Who may read an enrollment, and what there is to read."""

    enrollment: Enrollment
    switches: Switches

    def admit(self, request: Request, versions: Iterable[str], report: str = "") -> str:
        """The requested version in lower case, once the key, the enrollment and the version are good."""
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
        """The days that a path names, by default those of the current billing period."""
        if request.url.path.lower().endswith("bycustomdate"):
            return of_dates(request)
        return of_period(request.path_params.get("period", self.current_period()))

    def current_period(self) -> str:
        """The billing period that the service calls current; its calendar lags by `ea_calendar_lag_hours`."""
        return period_of((self.enrollment.now() - timedelta(hours=self.switches.ea_calendar_lag_hours)).date())

    def has_begun(self, requested: Range) -> bool:
        """Whether the service's calendar has reached a billing period that was requested by its name."""
        return requested.period <= self.current_period()

    def rows(self, requested: Range, now: datetime | None = None) -> tuple[UsageRow, ...]:
        """The rows of `requested` that are known at `now`, with `ea_stray_days` around them if there are any.

        There are none for a billing period that has not begun.
        """
        found = self.enrollment.usage_between(requested.start, requested.end, now) if self.has_begun(requested) else ()
        stray = timedelta(days=self.switches.ea_stray_days)
        if found and stray:
            return self.enrollment.usage_between(requested.start - stray, requested.end + stray, now)
        return found

    def no_data(self) -> Refused:
        """The refusal of a range without data, in either of its documented statuses."""
        return ea_refused(self.switches.ea_no_rows, "No data found for the requested range.")

    def validated(self, request: Request, *stated: str | Iterable[str]) -> dict[str, str]:
        """The ETag of an answer with the content `stated`; 304 to a client that has it (RFC 9110, section 13.1.2)."""
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
