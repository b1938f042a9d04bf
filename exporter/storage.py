"""Files that are replaced whole, or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO


def replace(path: Path, content: bytes) -> None:
    """Write `content` to `path`, mode 0600: after a crash the file holds the old bytes or the new ones.

    Raises `OSError` when the directory can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            _write(file, content)
        _rename(Path(name), path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class Reserved:
    """A file of `size` bytes on disk, mode 0600, that can take the place of `path` although the disk is full by then.

    That holds for file systems that write blocks in place. Construction raises `OSError`. One left behind by a
    killed process under the same name `temporary` is taken over.
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
        """As the function `replace`; may be tried again after an `OSError`."""
        self._file.seek(0)
        _write(self._file, content)
        _rename(self._temporary, self._path)

    def discard(self) -> None:
        """Remove it, unless it has taken its place."""
        with contextlib.suppress(OSError):  # closing writes what an earlier failure has left in the buffer
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
    # The new content is in place; a file system that can't sync directories may lose the renaming with its power.
    with contextlib.suppress(OSError):
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
