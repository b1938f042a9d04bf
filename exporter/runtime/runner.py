"""Runs a job once, and publishes, stores and logs the result."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from exporter.errors import Emptied, Failure, Malformed, NotModified, Reason
from exporter.model.collection import Collection, Run
from exporter.model.evidence import NEGLIGIBLE, NOTHING, Vanished, vanished
from exporter.model.families import BATCH, Samples, fold
from exporter.model.limits import limited
from exporter.runtime.archive import Archive
from exporter.runtime.causes import Causes
from exporter.runtime.durability import Durability
from exporter.runtime.job import Job, Key, Plan
from exporter.runtime.store import SnapshotStore
from exporter.runtime.telemetry import Telemetry
from exporter.transport.stop import until_done

log = logging.getLogger(__name__)


class Runner:
    """The only place that catches the exceptions of collectors."""

    def __init__(
        self, store: SnapshotStore, archive: Archive, telemetry: Telemetry, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self.durability = Durability(archive, telemetry)
        self._telemetry = telemetry
        self._clock = clock
        self._causes = Causes()
        self._unconfirmed: dict[Key, Vanished] = {}

    def restore(self, jobs: Sequence[Job], expire_after: timedelta | None = None) -> Mapping[Job, Plan]:
        """Publish the stored collections of these jobs in one step; returns the stored plans.

        Collections that were not confirmed for `expire_after` are ignored.
        """
        restored = self.durability.archive.restore(jobs, expire_after)
        stored = {job: found.collection for job, found in restored.items() if found.collection}
        for job, error in self._store.publish_all(stored).items():
            account, collector = job.labels
            log.warning("archive ignored", extra={"account": account, "collector": collector, "error": str(error)})
        return {job: found.plan for job, found in restored.items() if found.plan}

    def forget(self, keys: AbstractSet[Key]) -> None:
        """What earlier runs of these jobs have found no longer counts."""
        for key in keys:
            self._unconfirmed.pop(key, None)
            self._causes.forget(key)

    def run(self, job: Job) -> Failure | None:
        """Run a job once; returns the failure, None for success or for a run that was stopped."""
        started = time.monotonic()
        with job.concluding:
            if job.stopped.is_set():
                return None
            self._telemetry.attempted(job, self._clock())
        published = self._store.own(job)
        failure: Failure
        try:
            with until_done():
                collection = self.collection(job)
            with job.concluding:
                if job.stopped.is_set():
                    return None
                self._store.publish(job, collection)
                self._succeeded(job, collection, published, time.monotonic() - started)
        except Failure as raised:
            failure, bug = raised, False
        except Exception as error:  # noqa: BLE001 (a bug in a collector fails its own runs only)
            failure, bug = Failure(f"internal error: {type(error).__name__}", Reason.INTERNAL), True
            failure.__cause__ = error
        else:
            return None
        with job.concluding:
            if not job.stopped.is_set():
                account, collector = job.labels
                context = {"account": account, "collector": collector, "reason": failure.reason}
                if bug:
                    log.error("collection failed", extra=context, exc_info=failure.__cause__)
                else:
                    self._log(job, failure)
                self._telemetry.failed(job, failure, time.monotonic() - started)
        return failure

    def _succeeded(self, job: Job, collection: Collection, before: Collection | None, seconds: float) -> None:
        account, collector = job.labels
        context: dict[str, Any] = {"account": account, "collector": collector}
        self._causes.forget(job.key)
        self._telemetry.succeeded(job, collection, seconds)
        log.info(
            "collected",
            extra=context | {"records": collection.records, "series": collection.series, "seconds": round(seconds, 3)},
        )
        for warning in collection.warnings:
            if not before or warning not in before.warnings:
                log.warning("collected with a warning", extra=context | {"warning": warning})
        self.durability.write(job, collection)

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
        published = self._store.own(job)
        run = Run(now, published)
        try:
            records = _Counted(job, job.collector.collect(now, run))
            samples = fold(records, job.collector.families, published.samples if published else {})
        except NotModified:
            if not published:
                raise Malformed("the API reported no change, but nothing is published") from None
            self._unconfirmed.pop(job.key, None)
            return replace(published, collected=now, validators={**published.validators, **run.validators.seen})
        number = records.number + run.unpublished
        if run.dropped and not number:
            raise Malformed(f"all {run.dropped} records were dropped: {'; '.join(run.warnings)}")
        for warning in job.warnings():
            run.warn(warning)
        limited_samples, overflow = self._limited(job, samples, published)
        self._require_evidence(job, published, limited_samples, run, now)
        merged = _with_published(limited_samples, published)
        unchanged = published is not None and published.samples == merged
        return Collection(
            merged,
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
        unconfirmed = self._unconfirmed.pop(job.key, None)
        if gone and gone != unconfirmed:
            self._unconfirmed[job.key] = gone
            families = ", ".join(sorted({name for name, _ in gone}))
            reason = f"{run.incomplete}: " if run.incomplete else ""
            raise Emptied(
                f"{reason}the response lacks {len(gone)} published series of {families}; "
                "they stay until the next run gets the same response"
            )


def _with_published(samples: Mapping[str, Samples], published: Collection | None) -> Mapping[str, Samples]:
    """The same samples, those of unchanged families as the published objects: they are not compared or stored twice."""
    before = published.samples if published else {}
    return {name: before[name] if _equal(before.get(name), values) else values for name, values in samples.items()}


def _equal(before: Samples | None, after: Samples) -> bool:
    if before is not None and list(before) == list(after):  # quicker than looking up each
        return list(before.values()) == list(after.values())
    return before == after


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
