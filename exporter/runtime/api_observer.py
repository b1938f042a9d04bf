"""Counts what is sent to the APIs, by API and account."""

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram

from exporter.errors import Reason
from exporter.runtime.table import PREFIX, Table
from exporter.transport.stop import Stop

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


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


class ApiMetrics:
    """Counters and durations of requests in `registry`, and what is left of quotas in a table."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.labels: dict[str, tuple[str, ...]] = {f"{PREFIX}_api_request_duration_seconds": ("api",)}
        """The labels of what is in the registry."""

        def counter(name: str, text: str, *labels: str) -> Counter:
            self.labels[f"{PREFIX}_{name}"] = labels
            return Counter(f"{PREFIX}_{name}", text, labels, registry=registry)

        self._requests = counter("api_requests", "HTTP responses, by status code.", "api", "code")
        self._failures = counter(
            "api_request_failures",
            "Requests that got no response, by reason; with the responses they are all requests.",
            "api",
            "reason",
        )
        self._retries = counter("api_retries", "Requests that were retried.", "api")
        self._throttled = counter(
            "api_throttled_seconds", "Seconds by which throttling responses delayed a run, or the one after it.", "api"
        )
        self._latency = Histogram(
            f"{PREFIX}_api_request_duration_seconds",
            "Time from a request to the end of its response, in seconds.",
            ("api",),
            buckets=SECONDS,
            registry=registry,
        )
        self.quota = Table(
            f"{PREFIX}_api_quota_remaining",
            "Requests or query units left of a quota when the API last stated it; absent if the API states none.",
            ("api", "account", "quota"),
        )

    def observer(self, api: str, account: str, stopped: Stop) -> ApiObserver:
        """Counts the requests of one account to one API, until its runs are stopped."""
        return ApiObserver(
            self._requests,
            self._failures,
            self._latency.labels(api),
            self._retries.labels(api),
            self._throttled.labels(api),
            self.quota,
            api,
            account,
            stopped,
        )

    def account_removed(self, api: str, account: str) -> None:
        """An account is no longer configured."""
        self.quota.remove_by_labels({"api": api, "account": account})

    def removed(self, api: str) -> None:
        """No account of an API is configured any more."""
        for by_code in (self._requests, self._failures):
            by_code.remove_by_labels({"api": api})
        for metric in (self._latency, self._retries, self._throttled):
            metric.remove(api)
