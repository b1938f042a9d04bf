"""The published collections: an immutable snapshot that is replaced as a whole."""

import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from exporter.errors import Malformed
from exporter.model.collection import Collection
from exporter.model.families import Family, Samples
from exporter.runtime.assembly import Assembly
from exporter.runtime.exposition import LabelTexts, header, lines
from exporter.runtime.job import Job
from exporter.runtime.page import Page, Part

MakePage: TypeAlias = Callable[[Mapping[str, Sequence[Part]]], Page]
"""Makes a page of the parts of each family; an unchanged family is the same object as before."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All published collections and their rendered page; `version` counts changes of its lines."""

    collections: Mapping[Job, Collection] = field(default_factory=dict)
    page: Page = field(default_factory=Page)
    version: int = 0

    @property
    def body(self) -> bytes:
        """The uncompressed page."""
        return bytes(self.page.plain)


class SnapshotStore:
    """Publishing renders the changed families and then makes a new page; reading `current` takes no lock.

    Jobs that publish while a page is being made share the next one, since making a large page takes long.
    """

    def __init__(self, make_page: MakePage | None = None) -> None:
        self._make_page = make_page or Assembly().page
        self._render_lock = threading.Lock()
        self._collections: dict[Job, Collection] = {}
        self._label_texts: dict[Job, LabelTexts] = {}
        self._headers: dict[str, Part] = {}
        self._lines: dict[str, dict[Job, Part]] = {}
        self._parts: dict[str, Sequence[Part]] = {}
        self._changed: set[str] = set()
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
        families = [f for f in candidates if _differ(before.get(f.name), collection.samples.get(f.name))]
        for family in families:
            self._refuse_duplicates(job, family, collection)
        rendered = lines(job.account, families, collection.samples, self._label_texts.setdefault(job, {}))
        for family in families:
            self._replace(family, job, b"".join(rendered[family.name]))
            self._version += 1
        self._collections[job] = collection

    def _replace(self, family: Family, job: Job, text: bytes) -> None:
        by_job = self._lines.setdefault(family.name, {})
        if text:
            by_job[job] = Part(text, zlib.crc32("/".join(job.labels).encode()))
        else:
            by_job.pop(job, None)
        self._headers[family.name] = Part(header(family).encode(), zlib.crc32(family.name.encode()))
        self._changed.add(family.name)

    def _next_snapshot(self) -> Snapshot:
        """A snapshot of what is rendered; the slow part, compressing, does not block rendering."""
        with self._render_lock:
            collections, version = dict(self._collections), self._version
            parts = self._arranged()
        if version == self.current.version:
            return replace(self.current, collections=collections)
        return Snapshot(collections, self._make_page(parts), version)

    def _arranged(self) -> dict[str, Sequence[Part]]:
        """The parts of each family, sorted by family and account; a family without samples has no header."""
        for name in self._changed:
            by_job = self._lines[name]
            if by_job:
                self._parts[name] = self._headers[name], *(by_job[job] for job in sorted(by_job, key=_labels))
            else:
                self._parts.pop(name, None)
        self._changed.clear()
        return dict(sorted(self._parts.items()))

    def _refuse_duplicates(self, job: Job, family: Family, collection: Collection) -> None:
        """Raises `Malformed` for a duplicate series, which would make the whole page invalid."""
        for other in self._lines.get(family.name, {}):
            if other is not job and other.account == job.account:
                theirs = self._collections[other].samples.get(family.name, {})
                if duplicates := theirs.keys() & collection.samples.get(family.name, {}).keys():
                    publisher = "/".join(other.labels)
                    raise Malformed(f"{family.name}: {publisher} publishes the same {len(duplicates)} series")


def _labels(job: Job) -> tuple[str, str]:
    return job.labels


def _differ(before: Samples | None, after: Samples | None) -> bool:
    """Comparing 100,000 samples with themselves is slow."""
    return before is not after and before != after
