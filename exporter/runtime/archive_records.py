"""Stored collections and plans: JSON with a digest, and everything that is needed to validate it."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Annotated, TypeAlias

import msgspec

from exporter.errors import Malformed
from exporter.model.collection import Collection
from exporter.model.families import LabelValues, Samples, require_finite
from exporter.runtime.job import Job, Plan

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
INVALID = (ValueError, ArithmeticError, RecursionError, Malformed)
"""What decoding raises for content that is not valid."""


Pairs: TypeAlias = list[tuple[tuple[str, ...], Decimal | int | float]]
BATCH = 5_000


class StoredCollection(msgspec.Struct):
    """A collection; label values are in the order of `labels`, and a text is a `Decimal` with exactly its digits."""

    labels: dict[str, tuple[str, ...]]
    samples: dict[str, list[msgspec.Raw]]
    """`Pairs` in batches: decoding one does not let anything else run."""
    records: Count
    collected: Instant
    changed: Instant
    data_timestamp: Instant | None
    validators: dict[str, str]
    overflow: Count
    warnings: tuple[str, ...]
    period: str
    dropped: Count


def encode(job: Job, content: Collection | Plan) -> bytes:
    """The JSON of a collection or a plan of `job`."""
    if isinstance(content, Plan):
        return msgspec.json.encode(replace(content, running_since=None))
    return msgspec.json.encode(
        StoredCollection(
            {family.name: family.labels.names for family in job.collector.families if family.name in content.samples},
            {name: list(_batches(values)) for name, values in content.samples.items()},
            content.records,
            content.collected,
            content.changed,
            content.data_timestamp,
            dict(content.validators),
            content.overflow,
            content.warnings,
            content.period,
            content.dropped,
        )
    )


def decode_collection(job: Job, payload: bytes) -> Collection:
    """The collection, if the families of `job` allow it; raises one of `INVALID`."""
    stored = msgspec.json.decode(payload, type=StoredCollection)
    names = {family.name: family.labels.names for family in job.collector.families}
    samples: dict[str, Samples] = {}
    for name, batches in stored.samples.items():
        if name not in names or names[name] != stored.labels.get(name):
            raise ValueError(f"{name}: not a family of the collector, or other labels")
        samples[name] = _samples(name, batches, len(names[name]))
    return Collection(
        samples,
        stored.records,
        stored.collected.astimezone(UTC),
        stored.changed.astimezone(UTC),
        stored.data_timestamp.astimezone(UTC) if stored.data_timestamp else None,
        stored.validators,
        stored.overflow,
        stored.warnings,
        stored.period,
        stored.dropped,
    )


def decode_plan(payload: bytes) -> Plan:
    """The plan; raises one of `INVALID`."""
    plan = msgspec.json.decode(payload, type=Plan)
    if any(isinstance(value, datetime) and value.tzinfo is None for value in asdict(plan).values()):
        raise ValueError("a time without a time zone")
    if plan.failures < 0:
        raise ValueError("a negative number of failures")
    return replace(plan, running_since=None)


def _batches(values: Samples) -> Iterator[msgspec.Raw]:
    pairs = iter(values.items())
    while batch := list(islice(pairs, BATCH)):
        yield msgspec.Raw(msgspec.json.encode(batch))


def _samples(name: str, batches: Iterable[msgspec.Raw], labels: int) -> Samples:
    samples: dict[LabelValues, Decimal | int | float] = {}
    number = 0
    for batch in batches:
        pairs = dict(found := msgspec.json.decode(batch, type=Pairs))
        number += len(found)
        if pairs and set(map(len, pairs)) != {labels}:
            raise ValueError(f"{name}: wrong number of label values")
        require_finite(name, pairs.values())
        samples |= pairs
    if len(samples) != number:
        raise ValueError(f"{name}: duplicate label values")
    return samples


def digest(*parts: bytes) -> bytes:
    """A hash of these parts and their boundaries."""
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.digest()
