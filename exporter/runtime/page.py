"""A page in compressed blocks, from which the bodies of responses are put together without compressing anything."""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import chain

import zstandard
from isal import isal_zlib

GZIP_HEADER = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 4, 255))
"""RFC 1952, section 2.3: deflate, without a name and a time, the fastest algorithm, unknown file system."""
LAST_BLOCK = b"\x03\x00"
"""An empty final block (RFC 1951, section 3.2.6), which ends a stream of blocks that are not final."""
FASTEST = 1
WINDOW = zstandard.ZstdCompressionParameters.from_level(FASTEST, window_log=20)
"""RFC 9659: a window in HTTP is at most 8 MB; a frame of known size would otherwise have a window of its size."""
KEYS = 1 << 32
"""The number of keys: they are CRC-32 of names."""
BUFFER = 1 << 16
"""Smaller pieces of a body are joined: a write to a connection costs more than the copy."""


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """Lines of the page; `key` is below `KEYS`, evenly distributed, and stays the same when the lines change."""

    plain: bytes
    key: int


@dataclass(frozen=True, eq=False)
class Block:
    """Lines that are compressed on their own: `deflated` is not final, byte-aligned and refers to nothing before it."""

    plain: bytes
    deflated: bytes = field(init=False)
    crc: int = field(init=False)

    def __post_init__(self) -> None:
        compressor = isal_zlib.compressobj(FASTEST, wbits=-zlib.MAX_WBITS)
        deflated = compressor.compress(self.plain) + compressor.flush(zlib.Z_SYNC_FLUSH)
        object.__setattr__(self, "deflated", deflated)
        object.__setattr__(self, "crc", isal_zlib.crc32(self.plain))

    @cached_property
    def frame(self) -> bytes:
        """The lines as one frame (RFC 8878); made when a client first accepts zstd."""
        return zstandard.ZstdCompressor(compression_params=WINDOW).compress(self.plain)


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a response in shared pieces."""

    pieces: Sequence[bytes]
    length: int

    @classmethod
    def of(cls, pieces: Iterable[bytes]) -> "Body":
        """A body of these pieces."""
        shared = tuple(pieces)
        return cls(shared, sum(map(len, shared)))

    def __bytes__(self) -> bytes:
        return b"".join(self.pieces)


@dataclass(frozen=True, eq=False)
class Page:
    """Families in blocks, which never change; a page of 100,000 series is about a hundred blocks."""

    blocks: Sequence[Block] = ()
    families: Mapping[str, Sequence[Part]] = field(default_factory=dict)

    @cached_property
    def size(self) -> int:
        """Bytes of all lines."""
        return sum(len(block.plain) for block in self.blocks)

    @cached_property
    def crc(self) -> int:
        """CRC-32 of all lines, computed from those of the blocks."""
        return reduce(lambda crc, block: isal_zlib.crc32_combine(crc, block.crc, len(block.plain)), self.blocks, 0)

    @cached_property
    def plain(self) -> Body:
        """The lines."""
        return Body.of(joined(block.plain for block in self.blocks))

    @cached_property
    def deflated(self) -> Body:
        """The lines as a deflate stream without an end."""
        return Body.of(joined(block.deflated for block in self.blocks))

    @cached_property
    def frames(self) -> Body:
        """The lines as frames of zstd."""
        return Body.of(joined(block.frame for block in self.blocks))

    @property
    def has_frames(self) -> bool:
        """Whether `frames` needs no work."""
        return "frames" in self.__dict__

    def prepare(self, *, frames: bool) -> None:
        """Do the work for responses in advance; that for zstd only if `frames`."""
        _ = self.size, self.crc, self.plain, self.deflated
        if frames:
            _ = self.frames


def plain(*pages: Page) -> Body:
    """These pages, one after another."""
    return _body(page.plain for page in pages)


def gzip(*pages: Page) -> Body:
    """The same as one gzip member: some clients read only the first of several."""
    crc = reduce(lambda crc, page: isal_zlib.crc32_combine(crc, page.crc, page.size), pages, 0)
    size = sum(page.size for page in pages) & 0xFFFFFFFF
    end = LAST_BLOCK + crc.to_bytes(4, "little") + size.to_bytes(4, "little")
    return _body([Body((GZIP_HEADER,), len(GZIP_HEADER)), *(page.deflated for page in pages), Body((end,), len(end))])


def zstd(*pages: Page) -> Body:
    """The same as frames of zstd, which every decoder reads one after another (RFC 8878, section 3)."""
    return _body(page.frames for page in pages)


def _body(bodies: Iterable[Body]) -> Body:
    found = list(bodies)
    return Body(tuple(chain.from_iterable(body.pieces for body in found)), sum(body.length for body in found))


def joined(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, the small pieces joined and the large ones not copied."""
    small: list[bytes] = []
    size = 0
    for piece in pieces:
        if len(piece) < BUFFER:
            small.append(piece)
            size += len(piece)
        if small and (size >= BUFFER or len(piece) >= BUFFER):
            yield b"".join(small)
            small, size = [], 0
        if len(piece) >= BUFFER:
            yield piece
    if small:
        yield b"".join(small)
