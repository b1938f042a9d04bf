"""Writing to the archive, which publishing never depends on."""

import logging
import threading
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from exporter.errors import Failure
from exporter.model.collection import Collection
from exporter.runtime.archive import Archive
from exporter.runtime.job import Job, Key, Plan
from exporter.runtime.telemetry import Telemetry

log = logging.getLogger(__name__)


class Durability:
    """Writes to an archive, which writes with the next success what it could not write; failures are reported once."""

    def __init__(self, archive: Archive, telemetry: Telemetry) -> None:
        self.archive = archive
        self.writable = True
        self._telemetry = telemetry
        self._lock = threading.Lock()
        telemetry.storage_writable(True)

    def write(self, job: Job, collection: Collection) -> None:
        """Store a collection."""
        self._tried(lambda: self.archive.write(job, collection))

    def write_plan(self, job: Job, plan: Plan) -> None:
        """Store a plan."""
        self._tried(lambda: self.archive.write_plan(job, plan))

    def remove_collection(self, job: Job) -> None:
        """Remove the stored collection of a job, but not its plan."""
        self._tried(lambda: self.archive.remove_collection(job))

    def prune(self, keys: AbstractSet[Key]) -> None:
        """Remove what is stored for any other key, and write what could not be written."""
        self._tried(lambda: self.archive.prune(keys))

    def _tried(self, action: Callable[[], None]) -> None:
        try:
            action()
        except (OSError, Failure) as error:
            self._report(False, str(error))
        else:
            self._report(True, "")

    def _report(self, writable: bool, error: str) -> None:
        with self._lock:
            changed, self.writable = writable != self.writable, writable
        self._telemetry.storage_writable(writable)
        if changed and writable:
            log.info("storage is writable again")
        elif changed:
            log.warning("storage is not writable, so a restart would lose what is published", extra={"error": error})
