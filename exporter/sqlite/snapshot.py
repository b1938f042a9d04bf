"""A database as it is now, read beside the process that writes it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from exporter.errors import Malformed, Reason, Transient
from exporter.sqlite.file import SIDE_FILES
from exporter.sqlite.layout import Layout, NotOurs


@contextmanager
def snapshot(path: Path, layout: Layout) -> Iterator[sqlite3.Connection]:
    """The file at `path` in one read transaction, which delays no writer; neither the file nor its journal is changed.

    Without a journal, no process has written to the file since it was closed, and it is read without locks. One whose
    journal can't be read is read without its newest transactions, so this is for content with digests. Raises
    `FileNotFoundError`, also for an empty file, `Malformed` for what this version did not write, and `Transient` for
    what can't be read.
    """
    if _is_empty(path):
        raise FileNotFoundError(path)
    try:
        with closing(_opened(path)) as connection:
            layout.recognize(connection)
            yield connection
    except NotOurs as error:
        raise Malformed(f"{path}: {error}") from error
    except sqlite3.OperationalError as error:
        raise _unreadable(path, error) from error
    except sqlite3.Error as error:
        raise Malformed(f"{path}: {error}") from error


def _opened(path: Path) -> sqlite3.Connection:
    if path.with_name(path.name + SIDE_FILES[0]).exists():
        try:
            return _begun(path, "mode=ro")
        except sqlite3.OperationalError:  # a read-only file system, without the memory that processes share
            pass
    return _begun(path, "mode=ro&immutable=1")


def _begun(path: Path, options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True, isolation_level=None)
    try:
        connection.execute("BEGIN")
        connection.execute("PRAGMA user_version").fetchone()  # the transaction begins with what is read first
    except BaseException:
        connection.close()
        raise
    return connection


def _is_empty(path: Path) -> bool:
    try:
        return not path.stat().st_size
    except FileNotFoundError:
        return True
    except OSError as error:
        raise _unreadable(path, error.strerror) from error


def _unreadable(path: Path, why: object) -> Transient:
    return Transient(f"{path}: can't be read: {why}; run the command as the user of the exporter", Reason.STORAGE)
