"""Reads what is stored for jobs, each content valid as a whole or ignored as a whole."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, TypeVar, get_args

import msgspec

from exporter.model.collection import Collection
from exporter.runtime.archive_records import INVALID, decode_collection, decode_plan, digest
from exporter.runtime.job import Job, Plan

log = logging.getLogger(__name__)

Kind: TypeAlias = Literal["collection", "plan"]
KINDS: tuple[Kind, ...] = get_args(Kind)
C = TypeVar("C", Collection, Plan)
SELECT = "SELECT fingerprint, payload, digest FROM stored WHERE key = ?"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was stored for a job and is valid."""

    collection: Collection | None = None
    plan: Plan | None = None

    def contents(self) -> Iterator[tuple[Kind, Collection | Plan]]:
        """The parts that were stored."""
        if self.collection:
            yield "collection", self.collection
        if self.plan:
            yield "plan", self.plan


def row_key(kind: Kind, key: tuple[str, str, str]) -> bytes:
    """The key of a row: what is stored, and for which job."""
    return msgspec.json.encode((kind, *key))


@dataclass
class Reading:
    """One pass over the rows of jobs, as of `now`; collects the keys of the rows to remove."""

    connection: sqlite3.Connection
    now: datetime
    expire_after: timedelta | None
    ignored: Callable[[], None]
    unwanted: list[bytes] = field(default_factory=list)
    damaged: bool = False

    def restored(self, job: Job) -> Restored:
        """What is stored for `job`; never raises for the content of the file."""
        collection = self._content(job, "collection", lambda payload: decode_collection(job, payload))
        plan = self._content(job, "plan", decode_plan)
        if collection and self.expire_after and collection.collected < self.now - self.expire_after:
            self.unwanted.append(row_key("collection", job.key))
            collection = None
        if collection and collection.collected > self.now:
            collection = _until(self.now, collection)
            plan = replace(plan or Plan(self.now), next_run=self.now, last_attempt=self.now)
        if plan and not (collection or plan.failures or plan.wait_until):
            plan = None  # its time is that of the next run after this collection
        return Restored(collection, plan)

    def _content(self, job: Job, kind: Kind, decode: Callable[[bytes], C]) -> C | None:
        key = row_key(kind, job.key)
        try:
            row = self.connection.execute(SELECT, (key,)).fetchone()
        except sqlite3.Error as error:
            self.damaged = True
            self._ignore(job, kind, f"can't be read: {error}")
            return None
        if row is None:
            return None
        if not all(isinstance(part, bytes) for part in row) or digest(key, *row[:2]) != row[2]:
            self.damaged = True
            self._ignore(job, kind, "its digest does not match")
            return None
        fingerprint, payload, _ = row
        if fingerprint != job.fingerprint.encode():  # may contain names that the configuration no longer shows
            self.unwanted.append(key)
            return None
        try:
            return decode(payload)
        except INVALID as error:
            self.unwanted.append(key)
            self._ignore(job, kind, str(error))
            return None

    def _ignore(self, job: Job, kind: Kind, why: str) -> None:
        account, collector = job.labels
        where = {"account": account, "collector": collector}
        log.warning("stored data ignored", extra=where | {"stored": kind, "error": why})
        self.ignored()


def _until(now: datetime, collection: Collection) -> Collection:
    """The collection without times in the future, which a wrong clock stated."""
    data = collection.data_timestamp
    return replace(
        collection, collected=now, changed=min(collection.changed, now), data_timestamp=min(data, now) if data else None
    )
