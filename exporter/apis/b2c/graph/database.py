"""One account's SQLite file: opened when it is first used, set aside if it is not what this version wrote."""

import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.errors import Reason, Transient

log = logging.getLogger(__name__)

APPLICATION_ID = 0x61623263
FORMAT = 1
CACHE_KIB = 16_384
BUSY_SECONDS = 30.0
SIDE_FILES = ("-wal", "-shm")
SCHEMA = """
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE day (
    report TEXT NOT NULL, day TEXT NOT NULL, final INTEGER NOT NULL, PRIMARY KEY (report, day)
) WITHOUT ROWID;
CREATE TABLE number (
    report TEXT NOT NULL, day TEXT NOT NULL, application TEXT NOT NULL, key TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (report, day, application, key)
) WITHOUT ROWID;
CREATE TABLE label (
    id INTEGER PRIMARY KEY, report TEXT NOT NULL, application TEXT NOT NULL, key TEXT NOT NULL,
    UNIQUE (report, application, key)
);
CREATE TABLE event (
    hash INTEGER PRIMARY KEY, day INTEGER NOT NULL, kinds INTEGER NOT NULL, described INTEGER NOT NULL,
    label INTEGER NOT NULL, link INTEGER
);
CREATE TABLE late_code (link INTEGER PRIMARY KEY, day INTEGER NOT NULL);
CREATE TABLE active_user (hash INTEGER PRIMARY KEY, month INTEGER NOT NULL);
CREATE TABLE spelling (key TEXT PRIMARY KEY, spelling TEXT NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE user (hash BLOB PRIMARY KEY, bucket TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE created (hash BLOB PRIMARY KEY, day TEXT NOT NULL) WITHOUT ROWID;
"""
DAMAGED = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_MISMATCH}
"""Results that mean that the file is not what this version wrote; any other may pass, such as a full disk."""


class NotOurs(Exception):  # noqa: N818 (a finding about a file; never leaves this module)
    """The file is no database of this version."""


class Database:
    """Transactions on the file at `path`, mode 0600, for any number of threads.

    After a crash the file has all of a transaction or nothing of it; after a power failure the newest transactions may
    be missing. A file that is not valid is renamed to `….damaged` and a new one is begun. Every other problem raises
    `Transient` with the reason `storage`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._inside = False

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything that is done inside happens completely or not at all; inside another one it is part of that."""
        with self._lock:
            if self._inside and self._connection:
                yield self._connection
                return
            try:
                connection = self._opened()
                self._inside = True
                with _committed(connection):
                    yield connection
            except sqlite3.Error as error:
                raise self._failure(error) from error
            finally:
                self._inside = False

    def close(self) -> None:
        """Release the file; the next transaction opens it again."""
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            try:
                self._connection = _open(self._path)
            except (NotOurs, sqlite3.DatabaseError) as error:
                if isinstance(error, sqlite3.DatabaseError) and not _damaged(error):
                    raise
                self._set_aside(str(error))
                self._connection = _open(self._path)
            except OSError as error:
                raise Transient(f"{self._path.name}: can't be opened: {error.strerror}", Reason.STORAGE) from error
        return self._connection

    def _failure(self, error: sqlite3.Error) -> Transient:
        """What a failed transaction means; a damaged file is set aside, so that the next one begins a new file."""
        if isinstance(error, sqlite3.DatabaseError) and _damaged(error):
            self._set_aside(str(error))
        return Transient(f"{self._path.name}: the database can't be used: {error}", Reason.STORAGE)

    def _set_aside(self, why: str) -> None:
        self.close()
        aside = self._path.with_name(f"{self._path.name}.damaged")
        log.warning(
            "database set aside, counting starts anew", extra={"file": self._path.name, "as": aside.name, "error": why}
        )
        try:
            self._path.replace(aside)
            for suffix in SIDE_FILES:
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        except OSError as error:
            raise Transient(f"{self._path.name}: can't be set aside: {error.strerror}", Reason.STORAGE) from error


def _open(path: Path) -> sqlite3.Connection:
    """A connection to the validated file, or to a new one; raises `NotOurs`, `sqlite3.Error` or `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # SQLite gives its side files the mode of the database.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute("PRAGMA secure_delete = ON")
        with _committed(connection):
            _validate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _validate(connection: sqlite3.Connection) -> None:
    """Create the tables of a new file; raises `NotOurs` for a file with other tables or inconsistent content."""
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not tables:
        for statement in filter(str.strip, SCHEMA.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        return
    marks = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
    if marks != [APPLICATION_ID, FORMAT]:
        raise NotOurs("it was written by another version or another program")
    found = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    if found != {statement.strip() for statement in SCHEMA.split(";") if statement.strip()}:
        raise NotOurs("its tables are not those of this version")
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise NotOurs("its content is damaged")


@contextmanager
def _committed(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _damaged(error: sqlite3.DatabaseError) -> bool:
    # Extended result codes have the primary one in their lowest byte. The module's own errors have no code.
    try:
        return error.sqlite_errorcode & 0xFF in DAMAGED
    except AttributeError:
        return False
