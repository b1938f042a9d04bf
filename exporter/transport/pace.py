"""A budget of requests per minute."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from exporter.errors import Reason, Transient


class Pace:
    """Spaces requests out: at most `per_minute` of them, or fewer where they have more time."""

    def __init__(
        self, per_minute: float, stopped: threading.Event, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stopped = stopped
        self._clock = clock
        self._least = self._gap = 60 / per_minute
        self._next = 0.0

    def spread(self, requests: int, span: timedelta) -> None:
        """Distribute the next `requests` over `span`."""
        self._gap = max(self._least, span.total_seconds() / max(1, requests))

    def wait(self) -> None:
        """Wait until the next request may be sent; raises `Transient` when the exporter stops before."""
        if self._stopped.wait(max(0.0, self._next - self._clock())):
            raise Transient("stopped before the next request", Reason.CONNECTION)
        self._next = max(self._next, self._clock()) + self._gap
