"""Collections on disk, so that a restart serves the last published values at once."""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import msgspec

from exporter import storage
from exporter.errors import Malformed
from exporter.model.collection import Collection
from exporter.model.families import LabelValues, require_finite
from exporter.runtime.job import Job, Key, Plan

log = logging.getLogger(__name__)

MAX_NAME = 200
"""Bytes of a file name: file systems allow 255, and `storage.replace` adds a suffix."""


class Stored(msgspec.Struct):
    """The content of a file: amounts are text, label values are in the order of `labels`."""

    fingerprint: str
    labels: dict[str, tuple[str, ...]]
    samples: dict[str, list[tuple[tuple[str, ...], str]]]
    records: int
    collected: datetime
    changed: datetime
    data_timestamp: datetime | None
    validators: dict[str, str]
    overflow: int = 0
    warnings: tuple[str, ...] = ()
    period: str = ""
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Restored:
    """What is stored for a job."""

    collection: Collection | None
    plan: Plan | None


class Archive:
    """One file per job in `directory`; a file that does not match the configuration or is damaged is ignored."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def restore(self, jobs: Iterable[Job], expire_after: timedelta | None = None) -> Mapping[Job, Restored]:
        """What is stored for these jobs, but no collection that was not confirmed for `expire_after`."""
        found = {job: self.read(job) for job in jobs}
        oldest = datetime.now(UTC) - expire_after if expire_after else None
        return {
            job: Restored(collection if collection and not (oldest and collection.collected < oldest) else None, None)
            for job, collection in found.items()
        }

    def write_plan(self, job: Job, plan: Plan) -> None:
        """Replace the stored plan of `job`; raises `OSError`."""
        self._directory.mkdir(parents=True, exist_ok=True)

    def prune(self, keys: AbstractSet[Key]) -> None:
        """Remove everything but what is stored for these keys; raises `OSError`."""
        kept = {self._path(key) for key in keys}
        for file in self._directory.glob("*.json"):
            if file not in kept:
                file.unlink(missing_ok=True)

    def remove_collection(self, job: Job) -> None:
        """Remove the stored collection of `job`; raises `OSError`."""
        self._path(job.key).unlink(missing_ok=True)

    def close(self) -> None:
        """Release all files."""

    def write(self, job: Job, collection: Collection) -> None:
        """Replace the stored collection of `job`; raises `OSError`."""
        samples = {
            name: [(labels, str(value)) for labels, value in values.items()]
            for name, values in collection.samples.items()
        }
        stored = Stored(
            job.fingerprint,
            {family.name: family.labels.names for family in job.collector.families if family.name in samples},
            samples,
            collection.records,
            collection.collected,
            collection.changed,
            collection.data_timestamp,
            dict(collection.validators),
            collection.overflow,
            collection.warnings,
            collection.period,
            collection.dropped,
        )
        storage.replace(self._path(job.key), msgspec.json.encode(stored))

    def read(self, job: Job) -> Collection | None:
        """The stored collection of `job`; None if there is none or it is ignored."""
        try:
            stored = msgspec.json.decode(self._path(job.key).read_bytes(), type=Stored)
            if stored.fingerprint != job.fingerprint:
                self._remove(job)
                return None
            samples = _samples(stored, job)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, ArithmeticError, RecursionError, Malformed) as error:
            log.warning("archive ignored", extra={"file": self._path(job.key).name, "error": str(error)})
            return None
        return Collection(
            samples,
            stored.records,
            stored.collected,
            stored.changed,
            stored.data_timestamp,
            stored.validators,
            stored.overflow,
            stored.warnings,
            stored.period,
            stored.dropped,
        )

    def _remove(self, job: Job) -> None:
        """A stored collection may contain names that the configuration no longer shows."""
        try:
            self._path(job.key).unlink()
        except OSError as error:
            log.warning("archive not removed", extra={"file": self._path(job.key).name, "error": str(error)})

    def _path(self, key: Key) -> Path:
        name = quote(".".join(key), safe="")
        if len(name) > MAX_NAME:
            name = f"{name[:100]}-{hashlib.sha256(name.encode()).hexdigest()}"
        return self._directory / f"{name}.json"


def _samples(stored: Stored, job: Job) -> dict[str, dict[LabelValues, Decimal]]:
    """The samples; raises `ValueError`, `ArithmeticError` or `Malformed` if the job's families do not allow them."""
    if any(at is not None and at.tzinfo is None for at in (stored.collected, stored.changed, stored.data_timestamp)):
        raise ValueError("a timestamp without a time zone")
    names = {family.name: family.labels.names for family in job.collector.families}
    samples: dict[str, dict[LabelValues, Decimal]] = {}
    for name, values in stored.samples.items():
        if name not in names or names[name] != stored.labels.get(name):
            raise ValueError(f"{name}: not a family of the collector, or other labels")
        if any(len(labels) != len(names[name]) for labels, _ in values):
            raise ValueError(f"{name}: wrong number of label values")
        samples[name] = {labels: Decimal(value) for labels, value in values}
        require_finite(name, samples[name].values())
    return samples
