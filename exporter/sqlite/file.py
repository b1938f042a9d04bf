"""The files of a database: created private, removed or set aside together."""

import errno
import os
import stat
from pathlib import Path

from exporter.sqlite.layout import NotOurs
from exporter.storage import sync_directory

SIDE_FILES = ("-wal", "-shm")
PRIVATE = 0o600


def create(path: Path) -> None:
    """Create an empty file unless there is one; SQLite gives its side files the mode of the database.

    An existing file is not opened here: closing it would release the locks of other connections of this process.
    Raises `OSError`, and `NotOurs` for a directory.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, PRIVATE))
    except FileExistsError:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
        if not stat.S_ISREG(mode):
            raise NotOurs("it is not a regular file") from None
    else:
        sync_directory(path.parent)
    if stat.S_IMODE(path.stat().st_mode) != PRIVATE:
        path.chmod(PRIVATE)


def identity(path: Path) -> tuple[int, int] | None:
    """Which file is at `path`; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def writable(path: Path) -> bool:
    """Whether the system allows this process to write the database and its side files."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def remove(path: Path) -> None:
    """Remove the database and its side files; raises `OSError`."""
    path.unlink(missing_ok=True)
    _remove_side_files(path)


def set_aside(path: Path, aside: Path) -> None:
    """Rename the database, and remove its side files; raises `OSError`."""
    path.replace(aside)
    _remove_side_files(path)


def _remove_side_files(path: Path) -> None:
    for suffix in SIDE_FILES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    sync_directory(path.parent)
