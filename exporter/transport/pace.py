"""A budget of requests, which several sessions may share."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from exporter.errors import Reason, Transient
from exporter.transport.stop import Stop


class Pace:
    """Spaces requests out: at most `per_minute` of them, or fewer where they have more time; thread-safe.

    Up to `at_once` of them may be sent without a wait after a pause, such as those of a start.
    """

    def __init__(
        self,
        per_minute: float,
        stopped: Stop,
        clock: Callable[[], float] = time.monotonic,
        *,
        at_once: int = 1,
    ) -> None:
        self._stopped = stopped
        self._clock = clock
        self._least = self._gap = 60 / per_minute
        self._ahead = self._gap * (at_once - 1)
        self._lock = threading.Lock()
        self._next = 0.0

    def spread(self, requests: int, span: timedelta) -> None:
        """Distribute the next `requests` over `span`."""
        self._gap = max(self._least, span.total_seconds() / max(1, requests))

    def wait(self) -> None:
        """Wait until the next request may be sent; raises `Transient` when the exporter stops before."""
        with self._lock:
            now = self._clock()
            self._next = max(self._next, now)
            wait = max(0.0, self._next - self._ahead - now)
            self._next += self._gap
        if self._stopped.wait(wait):
            raise Transient("stopped before the next request", Reason.CONNECTION)
