"""The accounts with the state of their collectors."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from exporter.logs import hidden
from exporter.model.collection import Collection
from exporter.runtime.job import Job, Plan
from exporter.web.status.observed import Account, Row
from exporter.web.status.times import Moment, ago, interval, span, until

LATE_INTERVALS = 3
"""How many intervals old data is when the alert `AzureBillingDataStale` fires."""
EXPIRES_SOON = timedelta(days=30)
"""How long before its expiry the alert about a credential fires."""
MAX_WARNING = 400


class State(StrEnum):
    """The state of a collector or account, the worst first."""

    FAILING = "failing"
    WAITING = "waiting"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class CollectorView:
    """A row of the table: what a collector has published, and its plan; None where nothing is known."""

    name: str
    state: State
    failures: int
    series: int | None
    collected: Moment | None
    late: bool
    data: Moment | None
    interval: str
    last_attempt: Moment | None
    next_run: Moment
    running_for: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CredentialView:
    """A credential of an account, and when it expires."""

    account: Account
    name: str
    expiry: Moment
    expired: bool
    soon: bool


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account: counts of its collectors, and the collectors themselves if they are shown."""

    key: Account
    state: State
    ok: int
    failing: int
    waiting: int
    warnings: int
    running: int
    series: int
    oldest: Moment | None
    credentials: tuple[CredentialView, ...]
    collectors: tuple[CollectorView, ...]

    @property
    def total(self) -> int:
        """The number of its collectors."""
        return self.ok + self.failing + self.waiting


def state(plan: Plan, collection: Collection | None) -> State:
    """`failing` after a failure, even if earlier data is published; `waiting` before the first run has ended."""
    if plan.failures:
        return State.FAILING
    return State.OK if collection else State.WAITING


def by_account(rows: Sequence[Row]) -> list[tuple[Account, list[Row]]]:
    """The rows of each account; those with failures first, then those that wait, each by name."""
    found: dict[Account, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[0].api, row[0].account].append(row)
    order = list(State)

    def key(item: tuple[Account, list[Row]]) -> tuple[int, str, str]:
        (api, account), group = item
        return min(order.index(state(plan, collection)) for _, plan, collection in group), account, api

    return sorted(found.items(), key=key)


def account_view(
    key: Account, rows: Sequence[Row], expiries: Mapping[str, datetime], now: datetime, *, expanded: bool
) -> AccountView:
    """The view of an account, with its collectors if it is `expanded`."""
    states = [state(plan, collection) for _, plan, collection in rows]
    collections = [collection for _, _, collection in rows if collection]
    oldest = min((collection.collected for collection in collections), default=None)
    order = list(State)
    return AccountView(
        key,
        min(states, key=order.index),
        states.count(State.OK),
        states.count(State.FAILING),
        states.count(State.WAITING),
        sum(bool(collection.warnings) for collection in collections),
        sum(plan.running_since is not None for _, plan, _ in rows),
        sum(collection.series for collection in collections),
        ago(oldest, now) if oldest else None,
        tuple(credential(key, name, at, now) for name, at in sorted(expiries.items())),
        tuple(
            sorted((_collector(*row, now) for row in rows), key=lambda view: (order.index(view.state), view.name))
            if expanded
            else ()
        ),
    )


def credential(account: Account, name: str, at: datetime, now: datetime) -> CredentialView:
    """When a credential expires, or has expired."""
    expired = at <= now
    return CredentialView(account, name, ago(at, now) if expired else until(at, now), expired, at - now < EXPIRES_SOON)


def is_late(job: Job, collection: Collection, now: datetime) -> bool:
    """Whether the data is so old that the alert about stale data fires."""
    return now - collection.collected > LATE_INTERVALS * job.every


def _collector(job: Job, plan: Plan, collection: Collection | None, now: datetime) -> CollectorView:
    return CollectorView(
        job.collector.name,
        state(plan, collection),
        plan.failures,
        collection.series if collection else None,
        ago(collection.collected, now) if collection else None,
        bool(collection and is_late(job, collection, now)),
        ago(collection.data_timestamp, now) if collection and collection.data_timestamp else None,
        interval(job.every),
        ago(plan.last_attempt, now) if plan.last_attempt else None,
        until(plan.next_run, now),
        span(now - plan.running_since) if plan.running_since else "",
        tuple(hidden(warning)[:MAX_WARNING] for warning in collection.warnings) if collection else (),
    )
