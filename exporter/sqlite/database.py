"""An SQLite file: opened when it is first used, set aside if it is not what this version wrote."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.errors import Reason, Transient
from exporter.sqlite.file import create, identity, remove, set_aside, writable
from exporter.sqlite.layout import Layout, NotOurs

log = logging.getLogger(__name__)

BUSY_SECONDS = 30.0
SETTINGS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "cache_size = -16384",
    "secure_delete = ON",
    "journal_size_limit = 16777216",
)
DAMAGED = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_MISMATCH}
"""Results that mean that the file is not what this version wrote; any other may pass, such as a full disk."""


class Database:
    """Transactions on the file at `path`, mode 0600, for any number of threads.

    After a crash the file has all of a transaction or nothing of it; after a power failure the newest transactions may
    be missing. A file that is not valid is renamed to `….damaged` and a new one is begun; so is one that was removed
    while it was open. Every other problem raises `Transient` with the reason `storage`.
    """

    def __init__(self, path: Path, layout: Layout, *, on_set_aside: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._layout = layout
        self._on_set_aside = on_set_aside
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._opened_file: tuple[int, int] | None = None
        self._inside = False
        self.begun = 0
        """How many times an empty file was begun."""

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything that is done inside happens completely or not at all; inside another one it is part of that."""
        with self._lock:
            if self._inside and self._connection:
                yield self._connection
                return
            try:
                connection = self._opened()
                if not writable(self._path):  # a file system that became read-only shows at the first page only
                    raise Transient(f"{self._path.name}: can't be written", Reason.STORAGE)
                self._inside = True
                with _committed(connection):
                    yield connection
            except sqlite3.Error as error:
                raise self._failure(error) from error
            finally:
                self._inside = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Like `transaction`, to read only; works on a read-only file system too, except for the newest transactions.

        What is read from there may be inconsistent, so this is for content with digests.
        """
        with self._lock:
            try:
                with self.transaction():
                    pass
            except Transient as failure:
                with self._read_only(failure) as connection:
                    yield connection
                return
            with self.transaction() as connection:
                yield connection

    def empty_journal(self) -> bool:
        """Move everything from the journal into the file, so that neither has what was deleted.

        False if another process prevents it; raises `Transient`.
        """
        with self._lock:
            try:
                (busy, *_) = self._opened().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.Error as error:
                raise self._failure(error) from error
            return not busy

    def close(self) -> None:
        """Release the file; the next transaction opens it again."""
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = None

    def discard(self) -> None:
        """Remove the file; the next transaction begins a new one. Raises `Transient`."""
        with self._lock:
            self.close()
            try:
                remove(self._path)
            except OSError as error:
                raise self._unusable("can't be removed", error) from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection and self._opened_file != identity(self._path):
            self.close()
        if self._connection is None:
            try:
                self._connection = self._open()
            except (NotOurs, sqlite3.DatabaseError) as error:
                if isinstance(error, sqlite3.DatabaseError) and not self._damaged(error):
                    raise
                self._set_aside(str(error))
                self._connection = self._open()
            self._opened_file = identity(self._path)
        return self._connection

    def _open(self) -> sqlite3.Connection:
        """A connection to the validated file, or to a new one; raises `NotOurs`, `sqlite3.Error` or `Transient`."""
        try:
            create(self._path)
        except OSError as error:
            raise self._unusable("can't be opened", error) from error
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            for setting in SETTINGS:
                connection.execute(f"PRAGMA {setting}")
            with _committed(connection):
                if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    self._layout.begin(connection)
                    self.begun += 1
                else:
                    self._layout.recognize(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _read_only(self, failure: Transient) -> Iterator[sqlite3.Connection]:
        """The file without its journal; raises `failure` if it can't be read either."""
        try:
            address = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        except sqlite3.Error:
            raise failure from None
        try:
            try:
                self._layout.recognize(connection)
            except (NotOurs, sqlite3.Error):
                raise failure from None
            yield connection
        finally:
            connection.close()

    def _failure(self, error: sqlite3.Error) -> Transient:
        """What a failed transaction means; a damaged file is set aside, so that the next one begins a new file."""
        if isinstance(error, sqlite3.DatabaseError) and self._damaged(error):
            self._set_aside(str(error))
        text = f"{self._path.name}: the database can't be used: {error}"
        return Transient(f"{text}; check that `storage.path` is writable and not full", Reason.STORAGE)

    def _set_aside(self, why: str) -> None:
        self.close()
        aside = self._path.with_name(f"{self._path.name}.damaged")
        try:
            set_aside(self._path, aside)
        except OSError as error:
            raise self._unusable("can't be set aside", error) from error
        log.warning(
            "database set aside, a new one is begun", extra={"file": self._path.name, "as": aside.name, "error": why}
        )
        self._on_set_aside()

    def _damaged(self, error: sqlite3.DatabaseError) -> bool:
        # Extended result codes have the primary one in their lowest byte. The module's own errors have no code.
        try:
            code = error.sqlite_errorcode
        except AttributeError:
            return False
        # A format of the future is read-only too, wherever it is.
        return code & 0xFF in DAMAGED or (code == sqlite3.SQLITE_READONLY and writable(self._path))

    def _unusable(self, what: str, error: OSError) -> Transient:
        return Transient(f"{self._path.name}: {what}: {error.strerror}; make `storage.path` writable", Reason.STORAGE)


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
