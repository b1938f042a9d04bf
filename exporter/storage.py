"""Atomic replacement of files."""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO


def replace(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write `content` to `path`; after a crash the file has either the old or the new content.

    Raises `OSError` when the directory can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            _write(file, content)
        _rename(Path(name), path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class Reserved:
    """A temporary file of `size` bytes, mode 0600, that can replace `path` even when the disk is full by then.

    That holds for file systems that write blocks in place. A file `temporary` that a killed process left is reused.
    Construction raises `OSError`.
    """

    def __init__(self, path: Path, temporary: Path, size: int) -> None:
        self._path = path
        self._temporary = temporary
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
    # Best effort: the new content is in place, but without it a power failure may undo the rename.
    with contextlib.suppress(OSError):
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
