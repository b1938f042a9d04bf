"""Atomic replacement of files, and what is left of it by killed processes."""

import contextlib
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

TEMPORARY = ".tmp"
"""The end of the names of temporary files, which begin with a dot."""
ABANDONED_SECONDS = 3600
"""The age from which a temporary file is one of a process that was killed."""


def replace(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write `content` to `path`; after a crash the file has either the old or the new content.

    Raises `OSError` when the directory can't be written.
    """
    with replacing(path, mode=mode) as file:
        file.write(content)


@contextlib.contextmanager
def replacing(path: Path, *, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` at the end of the block, as a whole; it is removed if the block fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=TEMPORARY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            yield file
            file.flush()
            os.fsync(file.fileno())
        _rename(Path(name), path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sync_directory(directory: Path) -> None:
    """Make created, renamed and removed files of `directory` survive a power failure, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sweep(directory: Path) -> None:
    """Remove the temporary files that killed processes left in `directory`; what can't be removed stays."""
    with contextlib.suppress(OSError):
        for file in directory.glob(f".*{TEMPORARY}"):
            with contextlib.suppress(OSError):
                found = file.lstat()
                if stat.S_ISREG(found.st_mode) and time.time() - found.st_mtime > ABANDONED_SECONDS:
                    file.unlink()


class Reserved:
    """A temporary file of `size` bytes, mode 0600, that can replace `path` even when the disk is full by then.

    That holds for file systems that write blocks in place. There is one file for each `purpose`; one that a killed
    process left is reused. Construction raises `OSError`.
    """

    def __init__(self, path: Path, purpose: str, size: int) -> None:
        self._path = path
        self._temporary = temporary = path.with_name(f".{path.name}.{purpose}{TEMPORARY}")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.fdopen(os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_RDWR | os.O_NOFOLLOW, 0o600), "r+b")
        try:
            os.fchmod(self._file.fileno(), 0o600)
            _write(self._file, bytes(size))
        except BaseException:
            self.discard()
            raise

    def replace(self, content: bytes) -> None:
        """Like the function `replace`; can be retried after an `OSError`."""
        self._file.seek(0)
        _write(self._file, content)
        _rename(self._temporary, self._path)

    def discard(self) -> None:
        """Remove the temporary file, if it has not replaced `path`."""
        with contextlib.suppress(OSError):  # closing flushes what a failed write left in the buffer
            self._file.close()
        with contextlib.suppress(OSError):
            self._temporary.unlink(missing_ok=True)


def _write(file: BinaryIO, content: bytes) -> None:
    file.write(content)
    file.truncate()
    file.flush()
    os.fsync(file.fileno())


def _rename(temporary: Path, path: Path) -> None:
    temporary.replace(path)
    sync_directory(path.parent)
