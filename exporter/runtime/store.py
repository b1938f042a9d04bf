"""The published collections: an immutable snapshot that is replaced as a whole."""

import threading
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Collection as Several
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from exporter.errors import Malformed
from exporter.model.collection import Collection
from exporter.model.families import Family, Samples
from exporter.runtime.assembly import Assembly
from exporter.runtime.exposition import Rendering, header
from exporter.runtime.job import Job, Key
from exporter.runtime.page import Page, Part

MakePage: TypeAlias = Callable[[Mapping[str, Sequence[Part]]], Page]
"""Makes a page of the parts of each family; an unchanged family is the same object as before."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All published collections and their rendered page; `version` counts changes of its lines."""

    collections: Mapping[Key, Collection] = field(default_factory=dict)
    page: Page = field(default_factory=Page)
    version: int = 0

    @property
    def body(self) -> bytes:
        """The uncompressed page."""
        return bytes(self.page.plain)


class SnapshotStore:
    """Publishing renders the changed families and then makes a new page; reading `current` takes no lock.

    Jobs that publish while a page is being made share the next one, since making a large page takes long.

    A collection of another configuration is *superseded*: it stays on the page until jobs of the current one have
    published the same families of the same account, or for good where none of them declares the family.
    """

    def __init__(self, make_page: MakePage | None = None) -> None:
        self._make_page = make_page or Assembly().page
        self._render_lock = threading.Lock()
        self._collections: dict[Key, Collection] = {}
        self._publishers: dict[Key, Job] = {}
        self._meanings: dict[Key, str] = {}
        self._superseded: set[Key] = set()
        self._renderings: dict[Key, Rendering] = {}
        self._headers: dict[str, Part] = {}
        self._lines: dict[str, dict[Key, Part]] = {}
        self._parts: dict[str, Sequence[Part]] = {}
        self._changed: set[str] = set()
        self._version = 0
        self._page_lock = threading.Lock()
        self.current = Snapshot()

    def collection(self, job: Job) -> Collection | None:
        """What is published under the key of `job`, also by another configuration."""
        return self.current.collections.get(job.key)

    def own(self, job: Job) -> Collection | None:
        """The published collection of `job`, if it means the same as what the job would publish."""
        with self._render_lock:
            return self._collections[job.key] if self._meanings.get(job.key) == job.fingerprint else None

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
            if any(published.get(job.key) is not collections[job] for job in collections.keys() - refused.keys()):
                self.current = self._next_snapshot()
        return refused

    def exchange(self, jobs: Iterable[Job]) -> None:
        """From now on these are the configured jobs: what no longer means the same is superseded, or gone."""
        declared: dict[str, set[str]] = {}
        by_key = {job.key: job for job in jobs}
        for job in by_key.values():
            declared.setdefault(job.account, set()).update(family.name for family in job.collector.families)
        with self._render_lock:
            for key, publisher in list(self._publishers.items()):
                successor = by_key.get(key)
                if successor and successor.fingerprint == self._meanings[key]:
                    self._publishers[key] = successor
                    self._superseded.discard(key)
                else:
                    self._superseded.add(key)
                    names = {family.name for family in publisher.collector.families}
                    self._withdraw(key, names - declared.get(publisher.account, set()))
        self._make_current()

    def drop(self, keys: Several[Key]) -> None:
        """Remove what is published under these keys."""
        with self._render_lock:
            for key in keys & self._publishers.keys():
                self._withdraw(key, {family.name for family in self._publishers[key].collector.families})
        self._make_current()

    def _make_current(self) -> None:
        with self._page_lock:
            self.current = self._next_snapshot()

    def _render(self, job: Job, collection: Collection) -> None:
        """Render the families whose samples have changed, and withdraw those that they supersede."""
        key = job.key
        same = self._meanings.get(key) == job.fingerprint
        before = self._collections[key].samples if same else {}
        unchanged = before is collection.samples  # comparing 100,000 samples with themselves is slow
        candidates = () if unchanged else job.collector.families
        families = [f for f in candidates if not same or _differ(before.get(f.name), collection.samples.get(f.name))]
        for family in families:
            self._refuse_duplicates(job, family, collection)
        rendering = self._renderings.setdefault(key, Rendering(job.account))
        rendered = [(family, rendering.lines(family, collection.samples.get(family.name, {}))) for family in families]
        self._supersede(job)
        for family, text in rendered:
            self._replace(family, key, text)
        self._collections[key] = collection
        self._publishers[key] = job
        self._meanings[key] = job.fingerprint

    def _replace(self, family: Family, key: Key, text: bytes) -> None:
        by_key = self._lines.setdefault(family.name, {})
        if text:
            by_key[key] = Part(text, zlib.crc32("/".join(key[1:]).encode()))
        else:
            by_key.pop(key, None)
        self._headers[family.name] = Part(header(family).encode(), zlib.crc32(family.name.encode()))
        self._change(family.name)

    def _change(self, name: str) -> None:
        self._changed.add(name)
        self._version += 1

    def _supersede(self, job: Job) -> None:
        """Withdraw what the collection of `job` takes the place of."""
        names = {family.name for family in job.collector.families}
        for key in [key for key in self._superseded if key[1] == job.account]:
            self._withdraw(key, names if key != job.key else self._lines.keys())

    def _withdraw(self, key: Key, names: Several[str]) -> None:
        """Remove families of a collection, the rest of which is no longer of any use but for the page."""
        for name in names:
            if self._lines.get(name, {}).pop(key, None) is not None:
                self._change(name)
                self._meanings[key] = ""
        if not any(key in by_key for by_key in self._lines.values()):
            self._superseded.discard(key)
            for mapping in (self._collections, self._publishers, self._meanings, self._renderings):
                mapping.pop(key, None)

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
            by_key = self._lines[name]
            if by_key:
                ordered = sorted(by_key, key=lambda key: (key[1:], key[0]))
                self._parts[name] = self._headers[name], *(by_key[key] for key in ordered)
            else:
                self._parts.pop(name, None)
        self._changed.clear()
        return dict(sorted(self._parts.items()))

    def _refuse_duplicates(self, job: Job, family: Family, collection: Collection) -> None:
        """Raises `Malformed` for a duplicate series, which would make the whole page invalid."""
        for other in self._lines.get(family.name, {}):
            if other != job.key and other[1] == job.account and other not in self._superseded:
                theirs = self._collections[other].samples.get(family.name, {})
                if duplicates := theirs.keys() & collection.samples.get(family.name, {}).keys():
                    publisher = "/".join(other[1:])
                    raise Malformed(f"{family.name}: {publisher} publishes the same {len(duplicates)} series")


def _differ(before: Samples | None, after: Samples | None) -> bool:
    """Comparing 100,000 samples with themselves is slow."""
    return before is not after and before != after
