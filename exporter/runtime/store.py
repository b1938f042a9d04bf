"""What a scrape is answered from: one immutable snapshot, swapped whole."""

import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.errors import Malformed
from exporter.model.collection import Collection
from exporter.model.families import Family
from exporter.runtime.exposition import Block, Texts, gzipped, header, lines
from exporter.runtime.job import Job


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every published family as bytes, plain and, a moment later, deflated."""

    blocks: Mapping[str, Block] = field(default_factory=dict)
    body: bytes = b""
    deflated: bytes = b""
    checksum: int = 0
    packed: bool = True

    @classmethod
    def of(cls, blocks: Mapping[str, Block]) -> "Snapshot":
        """The families in the order of their names."""
        ordered = [blocks[name] for name in sorted(blocks)]
        body = b"".join(block.plain for block in ordered)
        packed = all(block.deflated for block in ordered)
        if not packed:
            return cls(blocks, body, packed=False)
        return cls(blocks, body, b"".join(block.deflated for block in ordered), zlib.crc32(body))

    def gzipped(self, tail: bytes) -> bytes:
        """The body and `tail` as one gzip member, once the snapshot is packed; only `tail` is packed now."""
        return gzipped(self.body, self.deflated, self.checksum, tail)


class SnapshotStore:
    """Publishing takes a lock and renders the families that it changes; reading takes one reference.

    Packing follows the publishing, which shows new data all the sooner.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._collections: dict[Job, Collection] = {}
        self._texts: dict[Job, Texts] = {}
        self._rendered: dict[str, dict[Job, list[bytes]]] = {}
        self.current = Snapshot()

    def collection(self, job: Job) -> Collection | None:
        """What is published of `job`."""
        return self._collections.get(job)

    def publish(self, job: Job, collection: Collection) -> None:
        """Swap in all of a collection; raises `Malformed` when another job already publishes one of its series."""
        with self._lock:
            published = self._collections.get(job)
            if published is None or published.samples is not collection.samples:
                self._render(job, collection)
            self._collections[job] = collection

    def pack(self) -> None:
        """Deflate what was published since the last time: after the publishing, so that nobody waits for it."""
        with self._lock:
            self.current = Snapshot.of({name: block.packed() for name, block in self.current.blocks.items()})

    def _render(self, job: Job, collection: Collection) -> None:
        published = self._collections.get(job)
        before = published.samples if published else {}
        families = [f for f in job.collector.families if before.get(f.name) != collection.samples.get(f.name)]
        for family in families:
            self._refuse_twins(job, family, collection)
        blocks = dict(self.current.blocks)
        rendered = lines(job.account, families, collection.samples, self._texts.setdefault(job, {}))
        for family in families:
            by_job = self._rendered.setdefault(family.name, {})
            by_job[job] = rendered[family.name]
            parts = [part for j in sorted(by_job, key=lambda j: j.labels) for part in by_job[j]]
            if parts:
                blocks[family.name] = Block(b"".join([header(family).encode(), *parts]))
            else:
                blocks.pop(family.name, None)
        self.current = Snapshot.of(blocks)

    def _refuse_twins(self, job: Job, family: Family, collection: Collection) -> None:
        for other in self._rendered.get(family.name, {}):
            if other is not job and other.account == job.account:
                theirs = self._collections[other].samples.get(family.name, {})
                if twins := theirs.keys() & collection.samples.get(family.name, {}).keys():
                    raise Malformed(f"{family.name}: {'/'.join(other.labels)} publishes the same {len(twins)} series")
