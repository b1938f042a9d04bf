"""Collections on disk, so that a restart serves the last good values at once."""

import hashlib
import logging
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import msgspec

from exporter import storage
from exporter.errors import Malformed
from exporter.model.collection import Collection
from exporter.model.families import LabelValues, require_finite
from exporter.runtime.job import Job

log = logging.getLogger(__name__)

LONGEST_NAME = 200
"""File systems take 255 bytes, and `storage.replace` needs some of them."""


class Kept(msgspec.Struct):
    """A collection as a file holds it: amounts as text, label values in the order of their family."""

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


class Archive:
    """One file per job below `directory`; a file that does not fit the configuration any more is passed over."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def write(self, job: Job, collection: Collection) -> None:
        """Replace what is kept of `job`; raises `OSError`."""
        samples = {
            name: [(labels, str(value)) for labels, value in values.items()]
            for name, values in collection.samples.items()
        }
        kept = Kept(
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
        storage.replace(self._path(job), msgspec.json.encode(kept))

    def read(self, job: Job) -> Collection | None:
        """What is kept of `job`; None when there is nothing that still fits."""
        try:
            kept = msgspec.json.decode(self._path(job).read_bytes(), type=Kept)
            if kept.fingerprint != job.fingerprint:
                self._remove(job)
                return None
            samples = _samples(kept, job)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, ArithmeticError, RecursionError, Malformed) as error:
            log.warning("archive ignored", extra={"file": self._path(job).name, "error": str(error)})
            return None
        return Collection(
            samples,
            kept.records,
            kept.collected,
            kept.changed,
            kept.data_timestamp,
            kept.validators,
            kept.overflow,
            kept.warnings,
            kept.period,
            kept.dropped,
        )

    def _remove(self, job: Job) -> None:
        """What no longer fits may hold names that the configuration does not show any more."""
        try:
            self._path(job).unlink()
        except OSError as error:
            log.warning("archive not removed", extra={"file": self._path(job).name, "error": str(error)})

    def _path(self, job: Job) -> Path:
        name = quote(".".join((job.api, *job.labels)), safe="")
        if len(name) > LONGEST_NAME:
            name = f"{name[:100]}-{hashlib.sha256(name.encode()).hexdigest()}"
        return self._directory / f"{name}.json"


def _samples(kept: Kept, job: Job) -> dict[str, dict[LabelValues, Decimal]]:
    """The samples, if all of them are of the job's families; raises `ValueError`, `ArithmeticError` or `Malformed`."""
    if any(at is not None and at.tzinfo is None for at in (kept.collected, kept.changed, kept.data_timestamp)):
        raise ValueError("an instant without a time zone")
    names = {family.name: family.labels.names for family in job.collector.families}
    samples: dict[str, dict[LabelValues, Decimal]] = {}
    for name, values in kept.samples.items():
        if name not in names or names[name] != kept.labels.get(name):
            raise ValueError(f"{name}: not a family of the report, or other labels")
        if any(len(labels) != len(names[name]) for labels, _ in values):
            raise ValueError(f"{name}: label values of another number")
        samples[name] = {labels: Decimal(value) for labels, value in values}
        require_finite(name, samples[name].values())
    return samples
