"""What a scrape is answered from: one immutable snapshot, swapped whole."""

import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.errors import Malformed
from exporter.model.collection import Collection
from exporter.model.families import Family
from exporter.runtime.exposition import Block, gzipped, header, lines
from exporter.runtime.job import Job


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every published family as bytes, plain and deflated."""

    blocks: Mapping[str, Block] = field(default_factory=dict)
    body: bytes = b""
    deflated: bytes = b""
    checksum: int = 0

    @classmethod
    def of(cls, blocks: Mapping[str, Block]) -> "Snapshot":
        """The families in the order of their names."""
        ordered = [blocks[name] for name in sorted(blocks)]
        body = b"".join(block.plain for block in ordered)
        return cls(blocks, body, b"".join(block.deflated for block in ordered), zlib.crc32(body))

    def gzipped(self, tail: bytes) -> bytes:
        """The body and `tail` as one gzip member; only `tail` is packed now."""
        return gzipped(self.body, self.deflated, self.checksum, tail)


class SnapshotStore:
    """Publishing takes a lock and renders the families it touches; reading takes one reference."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._collections: dict[Job, Collection] = {}
        self._rendered: dict[str, dict[Job, str]] = {}
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

    def _render(self, job: Job, collection: Collection) -> None:
        families = job.collector.families
        for family in families:
            self._refuse_twins(job, family, collection)
        blocks = dict(self.current.blocks)
        rendered = lines(job.account, families, dict(collection.samples))
        for family in families:
            by_job = self._rendered.setdefault(family.name, {})
            by_job[job] = rendered[family.name]
            text = "".join(by_job[j] for j in sorted(by_job, key=lambda j: j.labels))
            if text:
                blocks[family.name] = Block.of((header(family) + text).encode())
            else:
                blocks.pop(family.name, None)
        self.current = Snapshot.of(blocks)

    def _refuse_twins(self, job: Job, family: Family, collection: Collection) -> None:
        for other in self._rendered.get(family.name, {}):
            if other is not job and other.account == job.account:
                theirs = self._collections[other].samples.get(family.name, {})
                if twins := theirs.keys() & collection.samples.get(family.name, {}).keys():
                    raise Malformed(f"{family.name}: {'/'.join(other.labels)} publishes the same {len(twins)} series")
