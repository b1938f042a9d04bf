"""An archive, and what it has stored."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from exporter.model.collection import Collection
from exporter.runtime.archive import Archive
from exporter.runtime.archive_reading import Restored
from exporter.runtime.job import Job, Plan
from tests.runtime.collectors import job

NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
JOB = job("../a/b c")
STORED = Collection(
    {"cost": {("x",): Decimal("0.1234567890123456789012"), ("y",): 0.1, ("z",): 2**70}, "users": {(): 3}},
    5,
    NOW,
    NOW,
    NOW,
    {"k": '"e"'},
    7,
    ("a warning",),
    "202611",
    2,
)
PLAN = Plan(NOW + HOUR, 3, "throttled", NOW)


def opened(directory: Path, ignored: list[None] | None = None, now: datetime = NOW) -> Archive:
    found: list[None] = [] if ignored is None else ignored
    return Archive(directory, clock=lambda: now, ignored=lambda: found.append(None))


def restored(directory: Path, only: Job = JOB, expire_after: timedelta | None = None) -> Restored:
    """What another process restores."""
    archive = opened(directory)
    try:
        return archive.restore([only], expire_after)[only]
    finally:
        archive.close()
