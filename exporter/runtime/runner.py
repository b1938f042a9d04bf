"""Runs a job once, and publishes, stores and logs the result."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from exporter.errors import Emptied, Failure, Malformed, NotModified, Reason
from exporter.model.collection import Collection, Run
from exporter.model.evidence import NEGLIGIBLE, NOTHING, Vanished, vanished
from exporter.model.families import BATCH, Samples, fold
from exporter.model.limits import limited
from exporter.runtime.archive import Archive
from exporter.runtime.causes import Causes
from exporter.runtime.job import Job
from exporter.runtime.store import SnapshotStore
from exporter.runtime.telemetry import Telemetry

log = logging.getLogger(__name__)


class Runner:
    """The only place that catches the exceptions of collectors."""

    def __init__(
        self, store: SnapshotStore, archive: Archive, telemetry: Telemetry, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._archive = archive
        self._telemetry = telemetry
        self._clock = clock
        self._causes = Causes()
        self._unconfirmed: dict[Job, Vanished] = {}

    def restore(self, jobs: Iterable[Job]) -> None:
        """Publish the stored collections of these jobs."""
        stored: dict[Job, Collection] = {}
        for job in jobs:
            self._telemetry.expiring(job)
            if collection := self._archive.read(job):
                stored[job] = collection
        refused = self._store.publish_all(stored)
        for job, collection in stored.items():
            if job not in refused:
                self._telemetry.restored(job, collection)
        for job, error in refused.items():
            account, collector = job.labels
            log.warning("archive ignored", extra={"account": account, "collector": collector, "error": str(error)})

    def run(self, job: Job) -> Failure | None:
        """Run a job once; returns the failure, None for success."""
        started = time.monotonic()
        account, collector = job.labels
        context: dict[str, Any] = {"account": account, "collector": collector}
        self._telemetry.attempted(job, self._clock())
        published = self._store.collection(job)
        try:
            collection = self.collection(job)
            self._store.publish(job, collection)
        except Failure as raised:
            failure = raised
            self._log(job, failure)
        except Exception as error:
            failure = Failure(f"internal error: {type(error).__name__}", Reason.INTERNAL)
            log.exception("collection failed", extra=context | {"reason": failure.reason})
        else:
            seconds = time.monotonic() - started
            self._causes.forget(job)
            self._telemetry.succeeded(job, collection, seconds)
            log.info(
                "collected",
                extra=context
                | {"records": collection.records, "series": collection.series, "seconds": round(seconds, 3)},
            )
            for warning in collection.warnings:
                if not published or warning not in published.warnings:
                    log.warning("collected with a warning", extra=context | {"warning": warning})
            self._write(job, collection)
            return None
        self._telemetry.failed(job, failure, time.monotonic() - started)
        return failure

    def _log(self, job: Job, failure: Failure) -> None:
        """A warning for the first of an account's reports that fail for the same cause; the others are at debug."""
        account, collector = job.labels
        context = {"account": account, "collector": collector, "reason": failure.reason, "error": str(failure)}
        reporter = self._causes.reporter(job, failure.reason, str(failure), time.monotonic())
        if reporter == job.key:
            log.warning("collection failed", extra=context)
        else:
            log.debug("collection failed", extra=context | {"same_cause_as": reporter[-1]})

    def collection(self, job: Job) -> Collection:
        """Collect a job without publishing it; raises a `Failure`."""
        now = self._clock()
        published = self._store.collection(job)
        run = Run(now, published)
        try:
            records = _Counted(job, job.collector.collect(now, run))
            samples = fold(records, job.collector.families)
        except NotModified:
            if not published:
                raise Malformed("the API reported no change, but nothing is published") from None
            self._unconfirmed.pop(job, None)
            return replace(published, collected=now, validators={**published.validators, **run.validators.seen})
        number = records.number + run.unpublished
        if run.dropped and not number:
            raise Malformed(f"all {run.dropped} records were dropped: {'; '.join(run.warnings)}")
        for warning in job.warnings():
            run.warn(warning)
        limited_samples, overflow = self._limited(job, samples, published)
        self._require_evidence(job, published, limited_samples, run, now)
        unchanged = published is not None and published.samples == limited_samples
        return Collection(
            limited_samples,
            number,
            collected=now,
            changed=published.changed if published and unchanged else now,
            data_timestamp=min(records.newest, now) if records.newest else None,
            validators=run.validators.seen,
            overflow=overflow + run.overflow,
            warnings=tuple(run.warnings),
            period=run.period,
            dropped=run.dropped,
        )

    def _limited(
        self, job: Job, samples: Mapping[str, Samples], published: Collection | None
    ) -> tuple[Mapping[str, Samples], int]:
        most = job.collector.max_series
        if not most:
            return samples, 0
        return limited(samples, job.collector.families, most, published.samples if published else None)

    def _require_evidence(
        self, job: Job, published: Collection | None, samples: Mapping[str, Samples], run: Run, now: datetime
    ) -> None:
        """Two consecutive runs must agree before published figures of a current period are removed."""
        tolerated = NOTHING if run.incomplete else NEGLIGIBLE
        gone = (
            vanished(published, samples, job.collector.families, period=run.period, now=now, tolerated=tolerated)
            if published
            else Vanished()
        )
        unconfirmed = self._unconfirmed.pop(job, None)
        if gone and gone != unconfirmed:
            self._unconfirmed[job] = gone
            families = ", ".join(sorted({name for name, _ in gone}))
            reason = f"{run.incomplete}: " if run.incomplete else ""
            raise Emptied(
                f"{reason}the response lacks {len(gone)} published series of {families}; "
                "they stay until the next run gets the same response"
            )

    def _write(self, job: Job, collection: Collection) -> None:
        try:
            self._archive.write(job, collection)
        except OSError as error:
            account, collector = job.labels
            log.warning(
                "collection not stored",
                extra={"account": account, "collector": collector, "error": str(error)},
            )


class _Counted:
    """Counts records on their way into the fold, and finds their newest data timestamp."""

    def __init__(self, job: Job, records: Iterable[Any]) -> None:
        self._records = records
        self._rows = job.collector.rows
        self._data_timestamp = job.collector.data_timestamp
        self.number = 0
        self.newest: datetime | None = None

    def __iter__(self) -> Iterator[Any]:
        stream = iter(self._records)
        while batch := list(islice(stream, BATCH)):
            self.number += sum(map(self._rows, batch))
            instants = [at for at in map(self._data_timestamp, batch) if at is not None]
            self.newest = max([*instants, *([self.newest] if self.newest else [])], default=None)
            yield from batch
