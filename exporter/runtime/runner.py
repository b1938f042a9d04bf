"""Runs one job once: times it, judges it, publishes what it brought or keeps what is there, and tells."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from exporter.errors import Failure, Malformed, NotModified, Reason
from exporter.model.collection import Collection, Validators
from exporter.model.families import BATCH, Samples, fold
from exporter.model.limits import limited
from exporter.runtime.archive import Archive
from exporter.runtime.job import Job
from exporter.runtime.store import SnapshotStore
from exporter.runtime.telemetry import Telemetry

log = logging.getLogger(__name__)


class Runner:
    """The one place that catches what a report may throw."""

    def __init__(
        self, store: SnapshotStore, archive: Archive, telemetry: Telemetry, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._archive = archive
        self._telemetry = telemetry
        self._clock = clock

    def restore(self, job: Job) -> None:
        """Publish what an earlier process kept of this job, if it still fits."""
        self._telemetry.expiring(job)
        if collection := self._archive.read(job):
            self._store.publish(job, collection)
            self._store.pack()
            self._telemetry.restored(job, collection)

    def run(self, job: Job) -> Failure | None:
        """One run; the failure, where it brought nothing."""
        started = time.monotonic()
        account, collector = job.labels
        context: dict[str, Any] = {"account": account, "collector": collector}
        self._telemetry.attempted(job, self._clock())
        published = self._store.collection(job)
        try:
            collection = self.collection(job)
            self._store.publish(job, collection)
            self._store.pack()
        except Failure as problem:
            failure = problem
            log.warning("collection failed", extra=context | {"reason": failure.reason, "error": str(failure)})
        except Exception as error:
            failure = Failure(f"internal error: {type(error).__name__}", Reason.INTERNAL)
            log.exception("collection failed", extra=context | {"reason": failure.reason})
        else:
            seconds = time.monotonic() - started
            self._telemetry.succeeded(job, collection, seconds)
            log.info(
                "collected",
                extra=context
                | {"records": collection.records, "series": collection.series, "seconds": round(seconds, 3)},
            )
            for note in collection.notes:
                if not published or note not in published.notes:
                    log.warning("collected with a note", extra=context | {"note": note})
            self._keep(job, collection)
            return None
        self._telemetry.failed(job, failure, time.monotonic() - started)
        return failure

    def collection(self, job: Job) -> Collection:
        """What the job brings now, not yet published; raises a `Failure`."""
        now = self._clock()
        published = self._store.collection(job)
        validators = Validators(published.validators if published else None)
        try:
            records = _Counted(job, job.collector.collect(now, validators))
            samples, overflow = self._limited(job, fold(records, job.collector.families))
        except NotModified:
            if not published:
                raise Malformed("the source says that nothing changed, but nothing is published") from None
            return replace(published, collected=now, validators={**published.validators, **validators.seen})
        unchanged = published is not None and published.samples == samples
        return Collection(
            samples,
            records.number,
            collected=now,
            changed=published.changed if published and unchanged else now,
            stands_for=min(records.newest, now) if records.newest else None,
            validators=validators.seen,
            overflow=overflow,
            notes=tuple(records.notes),
        )

    def _limited(self, job: Job, samples: Mapping[str, Samples]) -> tuple[Mapping[str, Samples], int]:
        most = job.collector.max_series
        return limited(samples, job.collector.families, most) if most else (samples, 0)

    def _keep(self, job: Job, collection: Collection) -> None:
        try:
            self._archive.write(job, collection)
        except OSError as error:
            account, collector = job.labels
            log.warning(
                "collection not kept for a restart",
                extra={"account": account, "collector": collector, "error": str(error)},
            )


class _Counted:
    """Records on their way into the fold: how many, what they note, and the newest instant they stand for."""

    def __init__(self, job: Job, records: Iterable[Any]) -> None:
        self._records = records
        self._stands_for = job.collector.stands_for
        self.number = 0
        self.newest: datetime | None = None
        self.notes: list[str] = []

    def __iter__(self) -> Iterator[Any]:
        stream = iter(self._records)
        while batch := list(islice(stream, BATCH)):
            # One of each kind, and not the kind: a class does not show what its instances' fields are.
            kinds = dict(zip(map(type, batch), batch, strict=True)).values()
            summed = any(hasattr(one, "rows") for one in kinds)
            self.number += sum(getattr(record, "rows", 1) for record in batch) if summed else len(batch)
            if any(hasattr(one, "note") for one in kinds):
                self.notes += [record.note for record in batch if getattr(record, "note", "")]
            instants = [at for at in map(self._stands_for, batch) if at is not None]
            self.newest = max([*instants, *([self.newest] if self.newest else [])], default=None)
            yield from batch
