"""What is left of the quotas, counted by the simulated clock."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from exporter.simulator.cost_management.errors import arm_body
from exporter.simulator.server.answers import Refused, json_answer
from exporter.simulator.switches import Switches

PREFIX = "x-ms-ratelimit-microsoft.costmanagement"
REMAINING = "x-ms-ratelimit-remaining-microsoft.costmanagement"
TOO_MANY = arm_body("429", "Too many requests. Please retry.")
QUOTAS = (
    ("QueriesPerHour", timedelta(hours=1), 600),
    ("QueriesPerMin", timedelta(minutes=1), 60),
    ("QueriesPer10Sec", timedelta(seconds=10), 12),
)


@dataclass
class Quotas:
    """The query processing units (QPU) of the tenant; a request takes about one per month of data."""

    now: Callable[[], datetime]
    switches: Switches
    used: deque[tuple[datetime, int]] = field(default_factory=deque)

    def admit_client(self, client_type: str | None) -> None:
        """429 for a request that does not name its program, if the shared bucket is used up."""
        if self.switches.cost_management_client_type_required and not client_type:
            headers = {
                f"{REMAINING}-clienttype-requests": "DefaultQuota:0",
                f"{PREFIX}-clienttype-retry-after": "3",
                "x-ms-ratelimit-remaining-subscription-resource-requests": "1099",
            }
            raise Refused(json_answer(TOO_MANY, status=429, headers=headers))

    def take(self, units: int) -> dict[str, str]:
        """The informative headers of an answer that took `units`; 429 if quotas are enforced and used up."""
        now = self.now()
        while self.used and self.used[0][0] <= now - timedelta(hours=1):
            self.used.popleft()
        waits = [self._wait(span, most, now) for _, span, most in QUOTAS if self._left(span, most, now) < units]
        if waits and self.switches.cost_management_quota_enforced:
            headers = {f"{PREFIX}-qpu-retry-after": str(max(waits)), **self._headers(0, now)}
            raise Refused(json_answer(TOO_MANY, status=429, headers=headers))
        self.used.append((now, units))
        return self._headers(units, now) if self.switches.cost_management_quota_headers else {}

    def _headers(self, units: int, now: datetime) -> dict[str, str]:
        left = ",".join(f"{name}:{max(self._left(span, most, now), 0)}" for name, span, most in QUOTAS)
        return {
            f"{PREFIX}-qpu-consumed": str(units),
            f"{PREFIX}-qpu-remaining": left,
            f"{REMAINING}-entity-requests": "DefaultQuota:3",
            f"{REMAINING}-tenant-requests": "DefaultQuota:19",
            "x-ms-ratelimit-remaining-subscription-resource-requests": "1099",
        }

    def _left(self, span: timedelta, most: int, now: datetime) -> int:
        return most - sum(units for time, units in self.used if time > now - span)

    def _wait(self, span: timedelta, most: int, now: datetime) -> int:
        within = [time for time, _ in self.used if time > now - span]
        return int((within[0] + span - now).total_seconds()) + 1 if within else 1
