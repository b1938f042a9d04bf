"""Where the files of an export are, as their reader sees it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from exporter.errors import Malformed, Reason, Transient

SMALL = 8 << 20
"""Bytes of a file that is received while those before it are read: of a larger one the latency does not matter."""


class Gone(Transient):
    """A file has been removed or replaced since it was listed: a new run overwrites the previous one."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text}; a new run of the export is probably replacing it", Reason.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class Item:
    """A file below the export's folder; its name is relative to that folder, its ETag changes with its content."""

    name: str
    etag: str
    modified: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The bytes of a file as they arrive; also the file itself where parts of it can be read in any order."""

    chunks: Iterator[bytes]
    file: BinaryIO | None = None


class Source(Protocol):
    """The folder of one export: `<root folder>/<name of the export>`."""

    @property
    def place(self) -> str:
        """The folder, as messages show it."""

    @property
    def at_once(self) -> int:
        """How many files to read at once where it is the source that takes time; 1 where it does not."""

    def folders(self) -> Sequence[str]:
        """The names of the folders directly below."""

    def items(self, folder: str) -> Sequence[Item]:
        """The files at any depth below one of the folders, without empty ones; none if it does not exist."""

    def open(self, item: Item) -> AbstractContextManager[Opened]:
        """The file as it was listed; raises `Gone` if it no longer is, also at the end."""


def whole(source: Source, item: Item, limit: int) -> bytes:
    """All bytes of a small file."""
    found = bytearray()
    with source.open(item) as opened:
        for chunk in opened.chunks:
            found += chunk
            if len(found) > limit:
                raise Malformed(f"{source.place}/{item.name}: larger than {limit} bytes")
    return bytes(found)


def small(chunks: Iterable[bytes]) -> bytes | None:
    """All of a file that is small once it is decoded; None for any other."""
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > SMALL:
            return None
    return bytes(found)
