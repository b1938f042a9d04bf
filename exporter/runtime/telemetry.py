"""The exporter's own metrics."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from exporter import __version__
from exporter.errors import Failure, Reason
from exporter.model.collection import Collection
from exporter.runtime.job import Job

PREFIX = "azure_billing_exporter"
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Telemetry:
    """Has its own registry; every method is thread-safe."""

    def __init__(self, revision: str = "") -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a creation time per counter doubles its series
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._gauge(
            "build_info",
            "A constant 1, labelled with the version, revision and Python version of the exporter.",
            "version",
            "revision",
            "python_version",
        ).labels(__version__, revision, platform.python_version()).set(1)
        self._reloaded = self._gauge(
            "config_last_reload_successful",
            "1 when the configuration was last loaded without errors, 0 when the previous one stays active.",
        )
        self._reload_success = self._gauge(
            "config_last_reload_success_timestamp_seconds",
            "When the active configuration was loaded, in Unix seconds.",
        )
        self._success = self._job_gauge("success", "1 when the last run succeeded, 0 when it failed.")
        self._duration = self._job_gauge("duration_seconds", "Duration of the last run, in seconds.")
        self._records = self._job_gauge("records", "Records that the last successful run read.")
        self._series = self._job_gauge("series", "Series published from the last successful run.")
        self._overflow = self._job_gauge(
            "overflow_series", "Label sets beyond the limit that the last successful run folded into __other__."
        )
        self._dropped = self._job_gauge(
            "dropped_records", "Records of the last successful run that are in no sample; the log has the reasons."
        )
        self._running = self._job_gauge("running", "1 while a run is in progress, 0 otherwise.")
        self._attempt = self._job_gauge("last_attempt_timestamp_seconds", "When the last run started, in Unix seconds.")
        self._last_success = self._job_gauge(
            "last_success_timestamp_seconds",
            "When a run last succeeded, in Unix seconds; a run that finds the data unchanged succeeds.",
        )
        self._interval = self._job_gauge("interval_seconds", "Interval between successful runs, in seconds.")
        self._next_run = self._job_gauge("next_run_timestamp_seconds", "When the next run is due, in Unix seconds.")
        self._data_timestamp = self._job_gauge(
            "data_timestamp_seconds", "Data timestamp of the newest published record, in Unix seconds."
        )
        self._changed = self._job_gauge(
            "data_changed_timestamp_seconds", "When the published samples last changed, in Unix seconds."
        )
        self._expiry = self._gauge(
            "credential_expiry_timestamp_seconds",
            "When the credential expires unless it is used or replaced, in Unix seconds; absent if unknown.",
            "account",
            "credential",
        )
        self._expiring: dict[tuple[str, str], Mapping[str, datetime]] = {}
        self._failures = Counter(
            f"{PREFIX}_collector_failures",
            "Failed runs, by reason.",
            ("account", "collector", "reason"),
            registry=self.registry,
        )
        self._requests = self._counter("api_requests", "HTTP responses, by status code.", "api", "code")
        self._retries = self._counter("api_retries", "Requests that were retried.", "api")
        self._throttled = self._counter(
            "api_throttled_seconds", "Seconds by which throttling responses delayed a run, or the one after it.", "api"
        )
        self._quota = self._gauge(
            "api_quota_remaining",
            "Requests or query units left of a quota when the API last stated it; absent if the API states none.",
            "api",
            "account",
            "quota",
        )
        self._latency = Histogram(
            f"{PREFIX}_api_request_duration_seconds",
            "Time from a request to the end of its response, in seconds.",
            ("api",),
            buckets=SECONDS,
            registry=self.registry,
        )

    def configured(self, at: datetime) -> None:
        """A configuration was loaded and is active."""
        self._reloaded.set(1)
        self._reload_success.set(at.timestamp())

    def reload_failed(self) -> None:
        """A new configuration has errors, and the previous one stays active."""
        self._reloaded.set(0)

    def attempted(self, job: Job, at: datetime) -> None:
        """A run starts."""
        self._running.labels(*job.labels).set(1)
        self._attempt.labels(*job.labels).set(at.timestamp())
        for reason in Reason:
            self._failures.labels(*job.labels, reason)

    def succeeded(self, job: Job, collection: Collection, seconds: float) -> None:
        """A run produced, or confirmed, this collection."""
        self._running.labels(*job.labels).set(0)
        self._success.labels(*job.labels).set(1)
        self._duration.labels(*job.labels).set(seconds)
        self.expiring(job)
        self.restored(job, collection)

    def restored(self, job: Job, collection: Collection) -> None:
        """A collection was restored from the archive."""
        self._records.labels(*job.labels).set(collection.records)
        self._series.labels(*job.labels).set(collection.series)
        self._overflow.labels(*job.labels).set(collection.overflow)
        self._last_success.labels(*job.labels).set(collection.collected.timestamp())
        self._changed.labels(*job.labels).set(collection.changed.timestamp())
        self._dropped.labels(*job.labels).set(collection.dropped)
        if collection.data_timestamp:
            self._data_timestamp.labels(*job.labels).set(collection.data_timestamp.timestamp())
        else:
            self._data_timestamp.remove(*job.labels)

    def failed(self, job: Job, failure: Failure, seconds: float) -> None:
        """A run failed."""
        self._running.labels(*job.labels).set(0)
        self._success.labels(*job.labels).set(0)
        self._duration.labels(*job.labels).set(seconds)
        self._failures.labels(*job.labels, failure.reason).inc()
        self.expiring(job)

    def expiring(self, job: Job) -> None:
        """Update the expiry of the account's credentials."""
        expiries = job.expiries()
        for credential, at in expiries.items():
            self._expiry.labels(job.account, credential).set(at.timestamp())
        account = job.api, job.account
        for credential in self._expiring.get(account, {}).keys() - expiries.keys():
            self._expiry.remove(job.account, credential)
        self._expiring[account] = dict(expiries)

    @property
    def expiries(self) -> Mapping[tuple[str, str], Mapping[str, datetime]]:
        """When the credentials of each account expire, as last published; by API and account, and their names."""
        return dict(self._expiring)

    def scheduled(self, job: Job, at: datetime) -> None:
        """The next run is scheduled."""
        self._interval.labels(*job.labels).set(job.every.total_seconds())
        self._next_run.labels(*job.labels).set(at.timestamp())

    def observer(self, api: str, account: str) -> "ApiObserver":
        """Counts the requests of one account to one API."""
        return ApiObserver(
            self._requests,
            self._latency.labels(api),
            self._retries.labels(api),
            self._throttled.labels(api),
            self._quota,
            api,
            account,
        )

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", text, labels, registry=self.registry)

    def _job_gauge(self, name: str, text: str) -> Gauge:
        return self._gauge(f"collector_{name}", text, "account", "collector")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", text, labels, registry=self.registry)


@dataclass(frozen=True, slots=True)
class ApiObserver:
    """Counts the requests of one account to one API."""

    requests: Counter
    latency: Histogram
    retries: Counter
    throttled: Counter
    quota: Gauge
    api: str
    account: str

    def answered(self, status: int, seconds: float) -> None:
        """A response with this status was received."""
        self.requests.labels(self.api, str(status)).inc()
        self.latency.observe(seconds)

    def retried(self, throttled_seconds: float) -> None:
        """A request is retried, `throttled_seconds` later if a throttling response is the cause."""
        self.retries.inc()
        self.throttled.inc(throttled_seconds)

    def put_off(self, throttled_seconds: float) -> None:
        """A throttling response ends the run, and delays the next one."""
        self.throttled.inc(throttled_seconds)

    def quotas_left(self, quotas: Mapping[str, float]) -> None:
        """A response stated how much is left of these quotas."""
        for name, left in quotas.items():
            self.quota.labels(self.api, self.account, name).set(left)
