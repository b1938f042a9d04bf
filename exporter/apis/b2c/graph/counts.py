"""Numbers per day, stored for longer than the API that they are counted from remembers."""

import secrets
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from hashlib import blake2b
from pathlib import Path
from sqlite3 import Connection

from exporter.apis.b2c.graph.links import SealedLinks
from exporter.apis.b2c.graph.tables import LAYOUT
from exporter.model.periods import DAY
from exporter.sqlite.database import Database

Key = tuple[str, str]
"""Application and breakdown key; either may be empty."""
Counts = Mapping[Key, int]
ACTIVE_USERS = "active_users"
MONTHLY = frozenset({ACTIVE_USERS})
"""Reports whose days are the first of a month."""
HASH_BYTES, INTEGER_BYTES = 12, 8
HASH_KEY = "hash_key"
STORED_DAYS = 40 * DAY
STORED_MONTHS = 13 * 31 * DAY


class DailyCounts:
    """The counts of the days that are known, by report, and small texts that must survive a restart.

    A day is known once it was put, also without any count: then it had no activity. Days are stored for 40 days, those
    of the reports in `MONTHLY` for 13 months; both before the newest day of the
    report. Any number of threads may use it; methods raise `Transient` where the file can't be used.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, LAYOUT)
        self.links = SealedLinks(path.with_name(f"{path.name}.key"))
        """For links among the texts: they can hold ids of users."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """What is changed inside is stored completely or not at all."""
        return self._database.transaction()

    def put(self, report: str, day: date, counts: Counts, final: bool) -> None:
        """Replace the counts of a day, unless they were final."""
        with self.transaction() as connection:
            if self.final(report, day):
                return
            connection.execute("DELETE FROM number WHERE report = ? AND day = ?", (report, day.isoformat()))
            connection.execute("REPLACE INTO day VALUES (?, ?, ?)", (report, day.isoformat(), final))
            connection.executemany(
                "INSERT INTO number VALUES (?, ?, ?, ?, ?)",
                [(report, day.isoformat(), application, key, number) for (application, key), number in counts.items()],
            )
            self._prune(connection, report)

    def days(self, report: str, first: date, last: date) -> Mapping[date, Counts]:
        """The known days from `first` to `last`, both included, in order."""
        span = report, first.isoformat(), last.isoformat()
        with self.transaction() as connection:
            known = connection.execute(
                "SELECT day FROM day WHERE report = ? AND day BETWEEN ? AND ? ORDER BY day", span
            ).fetchall()
            numbers = connection.execute(
                "SELECT day, application, key, number FROM number WHERE report = ? AND day BETWEEN ? AND ?", span
            ).fetchall()
        found: dict[str, dict[Key, int]] = {day: {} for (day,) in known}
        for day, application, key, number in numbers:
            found[day][application, key] = number
        return {date.fromisoformat(day): counts for day, counts in found.items()}

    def final(self, report: str, day: date) -> bool:
        """Whether the counts of the day can no longer change."""
        with self.transaction() as connection:
            found = connection.execute(
                "SELECT final FROM day WHERE report = ? AND day = ?", (report, day.isoformat())
            ).fetchone()
        return bool(found and found[0])

    def forget(self, report: str, first: date, last: date) -> None:
        """Make the days from `first` to `last` unknown, except for those that are final."""
        with self.transaction() as connection:
            span = report, first.isoformat(), last.isoformat()
            connection.execute("DELETE FROM day WHERE report = ? AND day BETWEEN ? AND ? AND NOT final", span)
            self._without_days(connection, report)

    def state(self, key: str) -> str | None:
        """What was remembered under `key`."""
        with self.transaction() as connection:
            found = connection.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        return str(found[0]) if found else None

    def remember(self, key: str, value: str | None) -> None:
        """Store `value` under `key`; None removes it."""
        with self.transaction() as connection:
            if value is None:
                connection.execute("DELETE FROM state WHERE key = ?", (key,))
            else:
                connection.execute("REPLACE INTO state VALUES (?, ?)", (key, value))

    def hasher(self, purpose: bytes) -> Callable[[bytes], bytes]:
        """A keyed hash (BLAKE2, RFC 7693 section 2.9), by which an id is recognized without being stored.

        The key is random and as old as the file. Hashes for different purposes have nothing in common; `purpose` has
        at most 16 bytes.
        """
        keyed = self._keyed(purpose, HASH_BYTES)

        def hashed(text: bytes) -> bytes:
            found = keyed.copy()
            found.update(text)
            return found.digest()

        return hashed

    def hashes(self, purpose: bytes, texts: Iterable[str]) -> Sequence[int]:
        """The same for many texts, as signed integers of 64 bits."""
        copy = self._keyed(purpose, INTEGER_BYTES).copy
        digests = []
        for text in texts:
            found = copy()
            found.update(text.encode())
            digests.append(found.digest())
        integers = array("q")
        integers.frombytes(b"".join(digests))
        return integers

    def _keyed(self, purpose: bytes, size: int) -> blake2b:
        with self.transaction():
            if (key := self.state(HASH_KEY)) is None:
                key = secrets.token_hex(32)
                self.remember(HASH_KEY, key)
        return blake2b(key=bytes.fromhex(key), digest_size=size, person=purpose)

    def close(self) -> None:
        """Release the file; it is opened again when it is needed."""
        self._database.close()

    def _prune(self, connection: Connection, report: str) -> None:
        newest = connection.execute("SELECT max(day) FROM day WHERE report = ?", (report,)).fetchone()[0]
        oldest = date.fromisoformat(newest) - (STORED_MONTHS if report in MONTHLY else STORED_DAYS)
        connection.execute("DELETE FROM day WHERE report = ? AND day < ?", (report, oldest.isoformat()))
        self._without_days(connection, report)

    @staticmethod
    def _without_days(connection: Connection, report: str) -> None:
        connection.execute(
            "DELETE FROM number WHERE report = ? AND day NOT IN (SELECT day FROM day WHERE report = ?)",
            (report, report),
        )
