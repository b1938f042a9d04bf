"""The exporter's own metrics."""

import platform
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
    """A registry of its own; every method may be called from any thread."""

    def __init__(self, revision: str = "") -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a start time per series would double them and tells nothing here
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._gauge("build_info", "Always 1; which build this is.", "version", "revision", "python_version").labels(
            __version__, revision, platform.python_version()
        ).set(1)
        self._reloaded = self._gauge(
            "config_last_reload_successful",
            "1 when the configuration was last read without a invalid, 0 when the one before stays in force.",
        )
        self._reload_success = self._gauge(
            "config_last_reload_success_timestamp_seconds",
            "When the configuration that runs now was read, in Unix seconds.",
        )
        self._success = self._job_gauge("success", "1 when the last run succeeded, 0 when it failed.")
        self._duration = self._job_gauge("duration_seconds", "How long the last run took.")
        self._records = self._job_gauge("records", "Records that the last successful run read.")
        self._series = self._job_gauge("series", "Series that are published from the last successful run.")
        self._overflow = self._job_gauge(
            "overflow_series", "Label sets beyond the limit that were folded into __other__ by the last successful run."
        )
        self._dropped = self._job_gauge(
            "dropped_records", "Records of the last successful run's answer that are in no sample; the log says why."
        )
        self._running = self._job_gauge("running", "1 while a run is under way, since its last attempt began.")
        self._attempt = self._job_gauge("last_attempt_timestamp_seconds", "When the last run began, in Unix seconds.")
        self._last_success = self._job_gauge(
            "last_success_timestamp_seconds",
            "When a run last succeeded, in Unix seconds; an unchanged source is a success.",
        )
        self._interval = self._job_gauge(
            "interval_seconds", "How often the collector runs while nothing fails, in seconds."
        )
        self._next_run = self._job_gauge("next_run_timestamp_seconds", "When the next run is due, in Unix seconds.")
        self._data_timestamp = self._job_gauge(
            "data_timestamp_seconds", "The instant that the newest published data stands for, in Unix seconds."
        )
        self._changed = self._job_gauge(
            "data_changed_timestamp_seconds", "When the source last delivered something new, in Unix seconds."
        )
        self._expiry = self._gauge(
            "credential_expiry_timestamp_seconds",
            "When the credential ends unless it is used or replaced, in Unix seconds; absent where that is not known.",
            "account",
            "credential",
        )
        self._expiring: dict[tuple[str, str], set[str]] = {}
        self._failures = Counter(
            f"{PREFIX}_collector_failures",
            "Runs that failed, by reason.",
            ("account", "collector", "reason"),
            registry=self.registry,
        )
        self._requests = self._counter("api_requests", "Answers by HTTP status.", "api", "code")
        self._retries = self._counter("api_retries", "Requests that were sent again.", "api")
        self._throttled = self._counter(
            "api_throttled_seconds", "Seconds that throttling answers made a run, or the next one, wait.", "api"
        )
        self._latency = Histogram(
            f"{PREFIX}_api_request_duration_seconds",
            "Time from a request to the end of its answer.",
            ("api",),
            buckets=SECONDS,
            registry=self.registry,
        )

    def configured(self, at: datetime) -> None:
        """A configuration runs from now on."""
        self._reloaded.set(1)
        self._reload_success.set(at.timestamp())

    def reload_failed(self) -> None:
        """A new configuration has errors, and the old one goes on."""
        self._reloaded.set(0)

    def attempted(self, job: Job, at: datetime) -> None:
        """A run begins."""
        self._running.labels(*job.labels).set(1)
        self._attempt.labels(*job.labels).set(at.timestamp())
        for reason in Reason:
            self._failures.labels(*job.labels, reason)

    def succeeded(self, job: Job, collection: Collection, seconds: float) -> None:
        """A run brought, or confirmed, this collection."""
        self._running.labels(*job.labels).set(0)
        self._success.labels(*job.labels).set(1)
        self._duration.labels(*job.labels).set(seconds)
        self.expiring(job)
        self.restored(job, collection)

    def restored(self, job: Job, collection: Collection) -> None:
        """A collection that an earlier process kept is published."""
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
        """A run brought nothing."""
        self._running.labels(*job.labels).set(0)
        self._success.labels(*job.labels).set(0)
        self._duration.labels(*job.labels).set(seconds)
        self._failures.labels(*job.labels, failure.reason).inc()
        self.expiring(job)

    def expiring(self, job: Job) -> None:
        """The account's credentials may have been used or replaced."""
        expiries = job.expiries()
        for credential, at in expiries.items():
            self._expiry.labels(job.account, credential).set(at.timestamp())
        whose = job.api, job.account
        for credential in self._expiring.get(whose, set()) - expiries.keys():
            self._expiry.remove(job.account, credential)
        self._expiring[whose] = set(expiries)

    def scheduled(self, job: Job, at: datetime) -> None:
        """The next run is planned."""
        self._interval.labels(*job.labels).set(job.every.total_seconds())
        self._next_run.labels(*job.labels).set(at.timestamp())

    def observer(self, api: str) -> "ApiObserver":
        """Who counts the answers of one API."""
        return ApiObserver(
            self._requests, self._latency.labels(api), self._retries.labels(api), self._throttled.labels(api), api
        )

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", text, labels, registry=self.registry)

    def _job_gauge(self, name: str, text: str) -> Gauge:
        return self._gauge(f"collector_{name}", text, "account", "collector")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", text, labels, registry=self.registry)


@dataclass(frozen=True, slots=True)
class ApiObserver:
    """Counts the answers of one API."""

    requests: Counter
    latency: Histogram
    retries: Counter
    throttled: Counter
    api: str

    def answered(self, status: int, seconds: float) -> None:
        """An answer came, whatever it says."""
        self.requests.labels(self.api, str(status)).inc()
        self.latency.observe(seconds)

    def retried(self, throttled_seconds: float) -> None:
        """A request is sent again; a throttling answer made us wait for so many seconds."""
        self.retries.inc()
        self.throttled.inc(throttled_seconds)

    def put_off(self, throttled_seconds: float) -> None:
        """A throttling answer ends the run, and the next one waits for so many seconds."""
        self.throttled.inc(throttled_seconds)
