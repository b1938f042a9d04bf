"""Counts what one account sends to one API."""

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client import Counter, Histogram

from exporter.errors import Reason
from exporter.runtime.table import Table
from exporter.transport.stop import Stop


@dataclass(frozen=True, slots=True)
class ApiObserver:
    """Counts the requests of one account to one API."""

    requests: Counter
    failures: Counter
    latency: Histogram
    retries: Counter
    throttled: Counter
    quota: Table
    api: str
    account: str
    stopped: Stop

    def answered(self, status: int, seconds: float) -> None:
        """A response with this status was received."""
        if self.stopped.is_set():  # the account may have been removed, with its series
            return
        self.requests.labels(self.api, str(status)).inc()
        self.latency.observe(seconds)

    def unanswered(self, reason: Reason) -> None:
        """No response was received."""
        if not self.stopped.is_set():
            self.failures.labels(self.api, reason).inc()

    def retried(self, throttled_seconds: float) -> None:
        """A request is retried, `throttled_seconds` later if a throttling response is the cause."""
        self.retries.inc()
        self.throttled.inc(throttled_seconds)

    def put_off(self, throttled_seconds: float) -> None:
        """A throttling response ends the run, and delays the next one."""
        self.throttled.inc(throttled_seconds)

    def quotas_left(self, quotas: Mapping[str, float]) -> None:
        """A response stated how much is left of these quotas."""
        for name, left in quotas.items() if not self.stopped.is_set() else ():
            self.quota.labels(self.api, self.account, name).set(left)
