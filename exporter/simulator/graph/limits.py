"""What is left of the limits per application and tenant, counted by the simulated clock."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from exporter.simulator.graph.errors import graph_refused

SPAN = timedelta(seconds=10)


@dataclass
class Limit:
    """At most so many units in 10 seconds of one tenant's application."""

    now: Callable[[], datetime]
    information: str
    _used: dict[tuple[str, str], deque[tuple[datetime, int]]] = field(default_factory=dict)

    def take(self, application: str, tenant: str, units: int, most: int) -> None:
        """Count a request; 429 if it exceeds the limit."""
        now, used = self.now(), self._used.setdefault((application, tenant), deque())
        while used and not now - SPAN < used[0][0] <= now:
            used.popleft()
        if sum(taken for _, taken in used) + units > most:
            wait = int((used[0][0] + SPAN - now).total_seconds()) + 1 if used else 10
            headers = {
                "Retry-After": str(wait),
                "x-ms-throttle-scope": f"Tenant_Application/ReadWrite/{application}/{tenant}",
                "x-ms-throttle-information": self.information,
            }
            raise graph_refused(429, "TooManyRequests", "Too many requests.", now, headers)
        used.append((now, units))

    def reset(self) -> None:
        """Forget the requests that have been counted."""
        self._used.clear()
