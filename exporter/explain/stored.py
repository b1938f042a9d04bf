"""What is stored for reports, read beside the exporter that writes it."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exporter.contract import Declared
from exporter.model.collection import Collection
from exporter.runtime.archive import FILE, LAYOUT
from exporter.runtime.archive_reading import KINDS, Reading, row_key
from exporter.runtime.job import Job, Plan
from exporter.sqlite.snapshot import snapshot


@dataclass(frozen=True)
class Stored:
    """What is stored for a report: its last collection and its plan, or why there is none."""

    report: Declared
    collection: Collection | None
    plan: Plan | None
    problem: str = ""


def stored(directory: Path, reports: Sequence[Declared], now: datetime) -> Iterator[Stored]:
    """What is stored for enabled reports; others are left out. Nothing is written.

    The rows are copied at once, so that nothing waits for the caller. Raises `Failure` for a file that can't be read,
    or of another version.
    """
    jobs = {one: Job(one.api.name, one.settings.account, one.collector, one.every) for one in reports if one.every}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        LAYOUT.begin(copy)
        try:
            with snapshot(directory / FILE, LAYOUT) as connection:
                for key in (row_key(kind, job.key) for job in jobs.values() for kind in KINDS):
                    rows = connection.execute("SELECT * FROM stored WHERE key = ?", (key,)).fetchmany(1)
                    copy.executemany("INSERT INTO stored VALUES (?, ?, ?, ?)", rows)
        except FileNotFoundError:
            pass  # nothing is stored yet
        for report, job in jobs.items():
            yield _read(Reading(copy, now, None, lambda: None), report, job)


def _read(reading: Reading, report: Declared, job: Job) -> Stored:
    restored = reading.restored(job)
    if restored.collection:
        return Stored(report, restored.collection, restored.plan)
    if reading.damaged:
        problem = "what is stored is damaged; the next run replaces it"
    elif row_key("collection", job.key) in reading.unwanted:
        problem = "what is stored was read with other settings, or by another version; the next run replaces it"
    else:
        problem = "nothing is stored, since no run has succeeded"
    if restored.plan and restored.plan.last_error:
        problem += f"; the last run failed: {restored.plan.last_error}"
    return Stored(report, None, restored.plan, problem)
