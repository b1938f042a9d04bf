"""The exporter's own metrics."""

import platform
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Metric, ProcessCollector, disable_created_metrics

from exporter import __version__
from exporter.errors import Failure, Reason
from exporter.model.collection import Collection
from exporter.runtime.api_observer import ApiMetrics
from exporter.runtime.job import Job, Plan
from exporter.runtime.reload import Reload
from exporter.runtime.table import PREFIX, Table
from exporter.sharding import Shard


class Telemetry:
    """Gauges and counters by job are `tables`, the rest is in `registry`; every method is thread-safe."""

    def __init__(self, revision: str = "") -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a creation time per counter doubles its series
        self.registry = CollectorRegistry()
        self._job_gauges: list[Table] = []
        self.tables: list[Table] = []
        ProcessCollector(registry=self.registry)
        self._gauge(
            "build_info",
            "A constant 1, labelled with the version, revision and Python version of the exporter.",
            "version",
            "revision",
            "python_version",
        ).labels(__version__, revision, platform.python_version()).set(1)
        self._shard = self._gauge(
            "shard_info", "A constant 1, labelled with the shard of this exporter, which counts from 0.", "shard"
        )
        self._total_shards = self._gauge("total_shards", "Shards that have the accounts of the configuration.")
        self._shard_accounts = self._gauge("shard_accounts", "Accounts of the configuration on this shard.")
        self._reloaded = self._gauge(
            "config_last_reload_successful",
            "1 when the configuration was last loaded without errors, 0 when the previous one stays active.",
        )
        self._reload_success = self._gauge(
            "config_last_reload_success_timestamp_seconds",
            "When the active configuration was loaded, in Unix seconds.",
        )
        self._reload_collectors = self._gauge(
            "config_last_reload_collectors",
            "Collectors that the last successful reload kept, changed, added or removed.",
            "change",
        )
        self._storage_writable = self._gauge(
            "storage_writable", "1 when collections can be stored, 0 when a restart would lose them."
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
        self._failures = self._table(
            "collector_failures",
            "Failed runs, by reason; the series of a collector start with its first failed run.",
            "account",
            "collector",
            "reason",
            kind="counter",
        )
        self.apis = ApiMetrics(self.registry)
        self.tables.append(self.apis.quota)
        self._storage_ignored = Counter(
            f"{PREFIX}_storage_ignored",
            "Stored collections, plans and whole files that were not valid and so not used.",
            registry=self.registry,
        )

    def collect(self) -> Iterator[Metric]:
        """All families, for client_python's functions that take a registry."""
        for table in self.tables:
            yield from table.collect()
        yield from self.registry.collect()

    def storage_ignored(self) -> None:
        """Stored data was not valid."""
        self._storage_ignored.inc()

    def sharded(self, shard: Shard, accounts: int) -> None:
        """Which part of the configuration is active, and how many accounts that is."""
        self._shard.labels(str(shard.number)).set(1)
        self._total_shards.set(shard.total)
        self._shard_accounts.set(accounts)

    def configured(self, reload: Reload) -> None:
        """A configuration was loaded and is active, or has errors and the previous one stays active."""
        self._reloaded.set(0 if reload.errors else 1)
        if reload.errors:
            return
        self._reload_success.set(reload.at.timestamp())
        for change, number in reload.collectors.items():
            self._reload_collectors.labels(change).set(number)

    def storage_writable(self, writable: bool) -> None:
        """Whether the last write to the storage succeeded."""
        self._storage_writable.set(writable)

    def attempted(self, job: Job, at: datetime) -> None:
        """A run starts."""
        self._running.labels(*job.labels).set(1)
        self._attempt.labels(*job.labels).set(at.timestamp())

    def succeeded(self, job: Job, collection: Collection, seconds: float) -> None:
        """A run produced, or confirmed, this collection."""
        self._running.labels(*job.labels).set(0)
        self._success.labels(*job.labels).set(1)
        self._duration.labels(*job.labels).set(seconds)
        self.expiring(job)
        self.published(job, collection)

    def resumed(self, job: Job, collection: Collection | None, plan: Plan) -> None:
        """A job continues from what an earlier process has stored, with all series that it had."""
        self.expiring(job)
        self.planned(job, plan)
        attempt = plan.last_attempt or (collection.collected if collection else None)
        if attempt is None:
            return
        self._attempt.labels(*job.labels).set(attempt.timestamp())
        if plan.failures or collection:
            self._success.labels(*job.labels).set(0 if plan.failures else 1)
        if plan.last_seconds is not None:
            self._duration.labels(*job.labels).set(plan.last_seconds)
        if plan.failures:
            self._begin_failures(job)
        if collection:
            self.published(job, collection)

    def published(self, job: Job, collection: Collection) -> None:
        """A collection is published: a new one, a confirmed one, or one that was stored."""
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

    def withdrawn(self, job: Job) -> None:
        """The collection of a job is no longer published."""
        for gauge in (self._records, self._series, self._overflow, self._changed, self._dropped, self._data_timestamp):
            gauge.remove(*job.labels)

    def removed(self, jobs: Iterable[Job], remaining: Iterable[Job]) -> None:
        """These jobs are no longer configured; series that `remaining` jobs have in common with them stay.

        Those of an API go with its last account.
        """
        remaining = tuple(remaining)
        labels = {job.labels for job in remaining}
        accounts = {(job.api, job.account) for job in remaining}
        apis = {job.api for job in remaining}
        for job in jobs:
            if job.labels not in labels:
                for gauge in self._job_gauges:
                    gauge.remove(*job.labels)
                for reason in Reason:
                    self._failures.remove(*job.labels, reason)
            account = job.api, job.account
            if account not in accounts:
                for credential in self._expiring.pop(account, {}):
                    self._expiry.remove(job.account, credential)
                self.apis.account_removed(*account)
            if job.api not in apis:
                self.apis.removed(job.api)

    def failed(self, job: Job, failure: Failure, seconds: float) -> None:
        """A run failed."""
        self._running.labels(*job.labels).set(0)
        self._success.labels(*job.labels).set(0)
        self._duration.labels(*job.labels).set(seconds)
        self._begin_failures(job)
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

    def planned(self, job: Job, plan: Plan) -> None:
        """The next run is scheduled, and none is in progress."""
        self._running.labels(*job.labels).set(0)
        self._interval.labels(*job.labels).set(job.every.total_seconds())
        self._next_run.labels(*job.labels).set(plan.next_run.timestamp())

    def _begin_failures(self, job: Job) -> None:
        """Without a series that starts at 0 the second failure for another reason would be no increase."""
        for reason in Reason:
            self._failures.labels(*job.labels, reason)

    def _table(self, name: str, text: str, *labels: str, kind: str = "gauge") -> Table:
        self.tables.append(Table(f"{PREFIX}_{name}", text, labels, kind))
        return self.tables[-1]

    def _gauge(self, name: str, text: str, *labels: str) -> Table:
        return self._table(name, text, *labels)

    def _job_gauge(self, name: str, text: str) -> Table:
        self._job_gauges.append(self._gauge(f"collector_{name}", text, "account", "collector"))
        return self._job_gauges[-1]
