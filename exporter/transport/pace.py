"""A budget of requests, which several sessions may share."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from exporter.errors import Reason, Transient


class Pace:
    """Spaces requests out: at most `per_minute` of them, or fewer where they have more time; thread-safe."""

    def __init__(
        self, per_minute: float, stopped: threading.Event, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stopped = stopped
        self._clock = clock
        self._least = self._gap = 60 / per_minute
        self._lock = threading.Lock()
        self._next = 0.0

    def spread(self, requests: int, span: timedelta) -> None:
        """Distribute the next `requests` over `span`."""
        self._gap = max(self._least, span.total_seconds() / max(1, requests))

    def wait(self) -> None:
        """Wait until the next request may be sent; raises `Transient` when the exporter stops before."""
        with self._lock:
            now = self._clock()
            turn = max(self._next, now)
            self._next = turn + self._gap
        if self._stopped.wait(turn - now):
            raise Transient("stopped before the next request", Reason.CONNECTION)
