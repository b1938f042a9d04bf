"""Collections and plans on disk, so that a restart serves the last published values and keeps all waits."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exporter.errors import Failure
from exporter.model.collection import Collection
from exporter.runtime.archive_reading import KINDS, Reading, Restored, row_key
from exporter.runtime.archive_records import digest, encode
from exporter.runtime.job import Job, Plan
from exporter.sqlite.database import Database
from exporter.sqlite.layout import Layout

log = logging.getLogger(__name__)

FILE = "collections.sqlite"
LAYOUT = Layout(
    "CREATE TABLE stored (key BLOB PRIMARY KEY, fingerprint BLOB, payload BLOB, digest BLOB)",
    application_id=0x61626563,
    format=1,
    checked=False,
)
FORMER = "collections"
"""The directory of an earlier form."""


class Archive:
    """The last collection and the plan of each job, in one file below `directory`, for any number of threads.

    What can't be written is written with the next thing that can, and so is everything after the file was lost.
    What is not valid is logged and reported to `ignored` when it is read, and all else is used. Nothing is read or
    created before the first call.
    """

    def __init__(
        self,
        directory: Path,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        ignored: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = Database(directory / FILE, LAYOUT, on_set_aside=ignored)
        self._former = directory / FORMER
        self._clock = clock
        self._ignored = ignored
        self._lock = threading.Lock()
        self._latest: dict[bytes, tuple[Job, Collection | Plan]] = {}
        self._unwritten: dict[bytes, None] = {}
        """Keys of rows that differ, or may differ, from `_latest`; the newest last."""
        self._configured: frozenset[tuple[str, str, str]] | None = None
        self._files_begun = 0
        self._journal_has_deleted = False

    def restore(self, jobs: Iterable[Job], expire_after: timedelta | None = None) -> Mapping[Job, Restored]:
        """What is stored for each of the jobs, in one pass; never raises for the content or the state of the file.

        Removes collections that were last confirmed longer than `expire_after` ago, and what is stored for a job with
        another fingerprint. A collection from the future becomes one of now, and its job is due.
        """
        found = {job: Restored() for job in jobs}
        with self._lock:
            try:
                self._remove_former()
                with self._database.reading() as connection:
                    reading = Reading(connection, self._clock(), expire_after, self._ignored)
                    for job in found:
                        found[job] = reading.restored(job)
                self._latest = {
                    row_key(kind, job.key): (job, content)
                    for job, restored in found.items()
                    for kind, content in restored.contents()
                }
                self._unwritten = dict.fromkeys(reading.unwanted)
                if reading.damaged:  # a write to a damaged tree could overwrite what is valid
                    self._unwritten = dict.fromkeys(self._latest)
                    self._database.discard()
                self._flush()
            except Failure as error:
                log.warning("archive not usable", extra={"error": str(error)})
        return found

    def write(self, job: Job, collection: Collection) -> None:
        """Replace the stored collection of `job`.

        Raises `Transient` if it, or what could not be written before, can't be written.
        """
        self._put(row_key("collection", job.key), (job, collection))

    def write_plan(self, job: Job, plan: Plan) -> None:
        """Replace the stored plan of `job`; raises `Transient` as `write` does."""
        self._put(row_key("plan", job.key), (job, plan))

    def remove_collection(self, job: Job) -> None:
        """Remove the stored collection of `job`, but not its plan; raises `Transient` as `write` does."""
        self._put(row_key("collection", job.key), None)

    def prune(self, keys: Iterable[tuple[str, str, str]]) -> None:
        """Remove what is stored for all but these jobs, names included; raises `Transient` as `write` does."""
        with self._lock:
            self._configured = frozenset(keys)
            self._flush()

    def close(self) -> None:
        """Release the file; the next call opens it again."""
        self._database.close()

    def _put(self, key: bytes, content: tuple[Job, Collection | Plan] | None) -> None:
        with self._lock:
            self._unwritten.pop(key, None)
            self._unwritten[key] = None
            if content:
                self._latest[key] = content
                if self._configured is not None:
                    self._configured |= {content[0].key}
            else:
                self._latest.pop(key, None)
            self._flush()

    def _flush(self) -> None:
        """Write what is not written yet, the newest first."""
        if self._configured is not None:
            self._find_unconfigured(self._configured)
            self._configured = None
        while self._unwritten:
            self._write(next(reversed(self._unwritten)))
        if self._journal_has_deleted:
            self._journal_has_deleted = not self._database.empty_journal()

    def _find_unconfigured(self, configured: frozenset[tuple[str, str, str]]) -> None:
        wanted = {row_key(kind, key) for key in configured for kind in KINDS}
        self._latest = {key: content for key, content in self._latest.items() if key in wanted}
        self._unwritten = {key: None for key in self._unwritten if key in wanted}
        with self._database.transaction() as connection:
            stored = connection.execute("SELECT rowid, key FROM stored").fetchall()
            unwanted = [(row,) for row, key in stored if key not in wanted]
            connection.executemany("DELETE FROM stored WHERE rowid = ?", unwanted)
        self._journal_has_deleted |= bool(unwanted)

    def _write(self, key: bytes) -> None:
        content = self._latest.get(key)
        fingerprint, row = b"", None
        if content:
            fingerprint, payload = content[0].fingerprint.encode(), encode(*content)
            row = key, fingerprint, payload, digest(key, fingerprint, payload)
        with self._database.transaction() as connection:
            # What is replaced by the same job's next collection may stay in the journal; other names may not.
            deleted = connection.execute(
                "DELETE FROM stored WHERE key = ? AND fingerprint IS NOT ?", (key, fingerprint)
            )
            if row:
                connection.execute("REPLACE INTO stored VALUES (?, ?, ?, ?)", row)
        self._journal_has_deleted |= bool(deleted.rowcount)
        del self._unwritten[key]
        if self._files_begun != self._database.begun:
            self._files_begun = self._database.begun
            self._unwritten |= dict.fromkeys(other for other in self._latest if other != key)

    def _remove_former(self) -> None:
        """The files of an earlier form have no digest."""
        with contextlib.suppress(OSError):
            files = [*self._former.glob("*.json"), *self._former.glob(".*.json.*")]
            for file in files:
                file.unlink()
            if files:
                log.info("collections in an earlier form removed", extra={"files": len(files)})
                self._former.rmdir()
