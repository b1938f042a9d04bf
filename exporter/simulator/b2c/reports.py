"""The rows of the five usage reports of a B2C tenant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from exporter.simulator.b2c.filters import Window
from exporter.simulator.switches import Switches
from exporter.simulator.world import B2cTenant
from exporter.simulator.world.b2c import OPENED
from exporter.simulator.world.chance import chance
from exporter.simulator.world.periods import days

Row = dict[str, object]
Counts = Callable[[date, str | None], dict[str, int]]


@dataclass(frozen=True)
class Reports:
    """The reports by name; a row is a day, or the whole window in the two that count once."""

    tenant: B2cTenant
    switches: Switches

    def rows(self, report: str, window: Window) -> list[Row] | None:
        """The rows of `report` in `window`, oldest first; None for a name that does not exist."""
        sign_ins, second_factors = self.tenant.authentications, self.tenant.mfa_requests
        match report:
            case "tenantUserCount":
                known = self.tenant.now().date() - timedelta(days=self.switches.b2c_users_late_days)
                return [self._users(day) for day in self._days(window) if day <= known]
            case "b2cAuthenticationCountSummary":
                return self._daily(window, sign_ins, "AuthenticationCount", "AuthFlowTypeBreakDown")
            case "b2cAuthenticationCount":
                return self._once(window, sign_ins, "AuthenticationCount", "AuthFlowTypeBreakDown")
            case "b2cMfaRequestCountSummary":
                return self._daily(window, second_factors, "MfaCount", "MfaTypeBreakDown")
            case "b2cMfaRequestCount":
                return self._once(window, second_factors, "MfaCount", "MfaTypeBreakDown")
        return None

    def _users(self, day: date) -> Row:
        users = self.tenant.users(day)
        return {
            "TimeStamp": self._stamp(day),
            "TotalUserCount": users.total,
            "OtherUserCount": users.directory,
            "LocalUserCount": users.local,
            "AlternateIdUserCount": users.alternate,
            "AlternateIdUserBreakDown": self._breakdown(day, users.by_provider),
        }

    def _daily(self, window: Window, counts: Counts, total: str, parts: str) -> list[Row]:
        """A row per day; none at all for an application without a single count (documented)."""
        rows = [(day, counts(day, window.application)) for day in self._days(window)]
        if window.application and not any(found for _, found in rows):
            return []
        return [
            {"Date": self._stamp(day), total: sum(found.values()), parts: self._breakdown(day, found)}
            for day, found in rows
        ]

    def _once(self, window: Window, counts: Counts, total: str, parts: str) -> list[Row]:
        """One row, from the earliest activity to the newest update; none without activity."""
        sums: dict[str, int] = {}
        active = []
        for day in self._days(window):
            found = counts(day, window.application)
            if found:
                active.append(day)
            for key, count in found.items():
                sums[key] = sums.get(key, 0) + count
        if not active:
            return []
        return [
            {
                "StartTimeStamp": self._stamp(active[0], within=timedelta(minutes=9)),
                "EndTimeStamp": self._stamp(active[-1], within=self._newest(active[-1])),
                total: sum(sums.values()),
                parts: sums,
            }
        ]

    def _days(self, window: Window) -> list[date]:
        return list(days(max(window.first, OPENED), window.last))

    def _newest(self, day: date) -> timedelta:
        """When the last count of `day` came in: late in the evening, or within the last hour."""
        now = self.tenant.now()
        if day == now.date():
            return timedelta(hours=now.hour) - timedelta(seconds=1)
        return timedelta(hours=23, seconds=chance(self.tenant.seed, "newest", day).randrange(3600))

    def _breakdown(self, day: date, parts: Mapping[str, int]) -> Mapping[str, int]:
        return {} if self.switches.b2c_empty_breakdown and day.toordinal() % 7 == 0 else parts

    def _stamp(self, day: date, within: timedelta = timedelta()) -> str:
        instant = datetime.combine(day, time(), UTC) + within
        digits = self.switches.b2c_fraction_digits
        fraction = f".{'0' * digits}" if digits else ""
        return f"{instant:%Y-%m-%dT%H:%M:%S}{fraction}{self.switches.b2c_time_zone}"
