"""The published collections: an immutable snapshot that is replaced as a whole."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from exporter.errors import Malformed
from exporter.model.collection import Collection
from exporter.model.families import Family
from exporter.runtime.exposition import LabelTexts, header, lines
from exporter.runtime.job import Job
from exporter.runtime.page import Page


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All published collections and their rendered page; `version` counts changes of its lines."""

    collections: Mapping[Job, Collection] = field(default_factory=dict)
    page: Page = field(default_factory=Page)
    version: int = 0

    @property
    def body(self) -> bytes:
        """The uncompressed page."""
        return self.page.body


class SnapshotStore:
    """Publishing renders the changed families and then makes a new page; reading `current` takes no lock.

    Jobs that publish while a page is being made share the next one, since making a large page takes long.
    """

    def __init__(self, make_page: Callable[[bytes], Page] = Page) -> None:
        self._make_page = make_page
        self._render_lock = threading.Lock()
        self._collections: dict[Job, Collection] = {}
        self._label_texts: dict[Job, LabelTexts] = {}
        self._headers: dict[str, bytes] = {}
        self._lines: dict[str, dict[Job, Sequence[bytes]]] = {}
        self._version = 0
        self._page_lock = threading.Lock()
        self.current = Snapshot()

    def collection(self, job: Job) -> Collection | None:
        """The published collection of `job`."""
        return self.current.collections.get(job)

    def publish(self, job: Job, collection: Collection) -> None:
        """Publish all of a collection; raises `Malformed` if another job already publishes one of its series."""
        if refused := self.publish_all({job: collection}):
            raise refused[job]

    def publish_all(self, collections: Mapping[Job, Collection]) -> Mapping[Job, Malformed]:
        """Publish several collections with a single new page; returns the refused jobs with their errors."""
        refused = {}
        for job, collection in collections.items():
            try:
                with self._render_lock:
                    self._render(job, collection)
            except Malformed as error:
                refused[job] = error
        with self._page_lock:
            published = self.current.collections
            if any(published.get(job) is not collections[job] for job in collections.keys() - refused.keys()):
                self.current = self._next_snapshot()
        return refused

    def _render(self, job: Job, collection: Collection) -> None:
        """Render the families whose samples have changed."""
        previous = self._collections.get(job)
        before = previous.samples if previous else {}
        unchanged = before is collection.samples  # comparing 100,000 samples with themselves is slow
        candidates = () if unchanged else job.collector.families
        families = [f for f in candidates if before.get(f.name) != collection.samples.get(f.name)]
        for family in families:
            self._refuse_duplicates(job, family, collection)
        rendered = lines(job.account, families, collection.samples, self._label_texts.setdefault(job, {}))
        for family in families:
            self._headers[family.name] = header(family).encode()
            self._lines.setdefault(family.name, {})[job] = rendered[family.name]
            self._version += 1
        self._collections[job] = collection

    def _next_snapshot(self) -> Snapshot:
        """A snapshot of what is rendered; the slow part, joining and compressing, does not block rendering."""
        with self._render_lock:
            collections, version = dict(self._collections), self._version
            parts = self._parts() if version != self.current.version else []
        if version == self.current.version:
            return replace(self.current, collections=collections)
        return Snapshot(collections, self._make_page(b"".join(parts)), version)

    def _parts(self) -> list[bytes]:
        """The lines of the page, sorted by family and account; a family without samples has no header."""
        parts: list[bytes] = []
        for name, by_job in sorted(self._lines.items()):
            samples = [part for job in sorted(by_job, key=lambda job: job.labels) for part in by_job[job]]
            if samples:
                parts += self._headers[name], *samples
        return parts

    def _refuse_duplicates(self, job: Job, family: Family, collection: Collection) -> None:
        """Raises `Malformed` for a duplicate series, which would make the whole page invalid."""
        for other in self._lines.get(family.name, {}):
            if other is not job and other.account == job.account:
                theirs = self._collections[other].samples.get(family.name, {})
                if duplicates := theirs.keys() & collection.samples.get(family.name, {}).keys():
                    publisher = "/".join(other.labels)
                    raise Malformed(f"{family.name}: {publisher} publishes the same {len(duplicates)} series")
