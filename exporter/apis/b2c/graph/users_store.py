"""How far a count of users has come, in the account's database: hashes of their ids, and the next link."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from sqlite3 import Connection
from typing import Literal

import msgspec
from msgspec import UNSET

from exporter.apis.b2c.graph.counts import DailyCounts
from exporter.apis.b2c.graph.users_pages import Page, UnreadUser, User
from exporter.apis.b2c.graph.users_rows import Traits, traits
from exporter.model.limits import OTHER

Listing = Literal["users", "delta", "changes"]
"""All users; all users, and then a link to the changes; the changes."""
RESUMED_FOR = timedelta(days=1)
"""A longer count would mix users of different days; how long Graph honours a next link is not documented."""
MAX_KINDS = 2_000
"""The most different traits that are stored by name; no tenant has as many identity providers."""
PROGRESS, CHANGES, REFUSED = "users.progress", "users.changes", "users.delta_refused"
CREATED = "users.created"
"""Whether a user of the count states when it was created: else nobody is known to be new or not."""
RECENT = timedelta(days=15)
"""For how long it is stored when a user was created."""

PARTS = "SELECT bucket, count(*) AS number"
NEW_USERS = "FROM user JOIN created USING (hash) WHERE day BETWEEN ? AND ?"
LARGEST = "GROUP BY bucket ORDER BY number DESC, bucket LIMIT ?"


class Progress(msgspec.Struct, frozen=True):
    """A count that has begun: the listing, the link of its next page, and how many entries were dropped so far."""

    listing: Listing
    link: str
    begun: datetime
    dropped: int = 0


class UserStore:
    """The users of the current count, each by a keyed hash of the id and the traits, and by the day of creation while
    that is recent; nothing else about them. Links are encrypted.

    A page and the link that follows it are stored in one transaction, so that a count continues after a kill and a
    user who is listed twice counts once. The hashes are deleted after a count, unless changes are read from then on.
    """

    def __init__(self, counts: DailyCounts, tenant: str) -> None:
        self._counts = counts
        self._tenant = tenant

    def progress(self, now: datetime) -> Progress | None:
        """The count to continue; None where there is none, or one that began too long ago."""
        found = _decoded(self._state(PROGRESS) or "")
        return found if found and timedelta() <= now - found.begun < RESUMED_FOR else None

    @property
    def changes_link(self) -> str | None:
        """The link to the changes since the last count; None where there was none."""
        return self._state(CHANGES)

    def begin(self) -> None:
        """Forget every user, to begin anew."""
        with self._counts.transaction() as connection:
            connection.execute("DELETE FROM user")
            connection.execute("DELETE FROM created")
            for key in (PROGRESS, CHANGES, CREATED):
                self._counts.remember(key, None)

    def store(self, page: Page, now: datetime, progress: Progress | None, changes: str | None = None) -> None:
        """Store a page of users, and what follows: the `progress`, or the end and the link to later changes."""
        hashed = self._counts.hasher(b"user")
        users = [(hashed(user.id.casefold().encode()), user) for user in page.value]
        dated = [(key, user.created) for key, user in users if isinstance(user, User) and user.created]
        oldest = (now - RECENT).date()
        with self._counts.transaction() as connection:
            found = _known(connection, users)
            for key, user in users:
                found[key] = None if user.removed is not UNSET else traits(user, self._tenant, found.get(key))
            if dated:
                self._counts.remember(CREATED, CREATED)
            recent = [(key, at.date().isoformat()) for key, at in dated if at.date() >= oldest]
            connection.executemany("REPLACE INTO created VALUES (?, ?)", recent)
            gone = [(key,) for key, known in found.items() if known is None]
            connection.executemany("DELETE FROM user WHERE hash = ?", gone)
            connection.executemany("DELETE FROM created WHERE hash = ?", gone)
            stored = [(key, known.text) for key, known in found.items() if known]
            connection.executemany("REPLACE INTO user VALUES (?, ?)", stored)
            self._remember(PROGRESS, msgspec.json.encode(progress).decode() if progress else None)
            if progress is None:
                self._remember(CHANGES, changes)

    def parts(self) -> Mapping[str, int]:
        """The number of users of each part; rare traits beyond `MAX_KINDS` are folded into `__other__`."""
        with self._counts.transaction() as connection:
            (total,) = connection.execute("SELECT count(*) FROM user").fetchone()
            found = connection.execute(f"{PARTS} FROM user {LARGEST}", (MAX_KINDS,)).fetchall()
        return _parts(found, total)

    def registered(self, first: date, last: date) -> Mapping[str, int] | None:
        """The number of users of each part who were created from `first` to `last`; None if nobody states it."""
        if not self._counts.state(CREATED):
            return None
        days = first.isoformat(), last.isoformat()
        with self._counts.transaction() as connection:
            connection.execute("DELETE FROM created WHERE day < ?", days[:1])
            (total,) = connection.execute(f"SELECT count(*) {NEW_USERS}", days).fetchone()
            found = connection.execute(f"{PARTS} {NEW_USERS} {LARGEST}", (*days, MAX_KINDS)).fetchall()
        return _parts(found, total)

    def _state(self, key: str) -> str | None:
        stored = self._counts.state(key)
        return self._counts.links.opened(stored) if stored else None

    def _remember(self, key: str, text: str | None) -> None:
        self._counts.remember(key, self._counts.links.sealed(text) if text else None)

    def allows_changes(self, now: datetime, refused_for: timedelta) -> bool:
        """Whether the tenant has not refused to list changes for some time."""
        stored = self._counts.state(REFUSED)
        return not stored or not timedelta() <= now - datetime.fromisoformat(stored) < refused_for

    def refused_changes(self, now: datetime) -> None:
        """Remember that the tenant refuses to list changes."""
        self._counts.remember(REFUSED, now.isoformat())


def _known(connection: Connection, page: Iterable[tuple[bytes, User | UnreadUser]]) -> dict[bytes, Traits | None]:
    """The stored traits of the users of whom the page omits something."""
    partial = [
        key
        for key, user in page
        if isinstance(user, User) and UNSET in (user.identities, user.creation_type, user.user_type)
    ]
    found = (connection.execute("SELECT hash, bucket FROM user WHERE hash = ?", (key,)).fetchone() for key in partial)
    return {row[0]: Traits.from_text(row[1]) for row in found if row}


def _parts(found: Iterable[tuple[str, int]], total: int) -> Mapping[str, int]:
    """The number of users of each part, of those of the largest traits; the rest of the total is folded."""
    parts: Counter[str] = Counter()
    for text, number in found:
        parts[Traits.from_text(text).part] += number
    if rest := total - parts.total():
        parts[OTHER] += rest
    return parts


def _decoded(stored: str) -> Progress | None:
    try:
        return msgspec.json.decode(stored, type=Progress)
    except msgspec.DecodeError:
        return None
