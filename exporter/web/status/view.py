"""The status page as values: what the template shows, computed from what was observed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from exporter.logs import hidden
from exporter.mixin.alerts.credentials import EXPIRES
from exporter.mixin.alerts.process import RELOAD_FAILED
from exporter.mixin.links import RUNBOOK
from exporter.runtime.reload import Reload
from exporter.web.status.accounts import AccountView, CredentialView, State, account_view, by_account, credential, state
from exporter.web.status.observed import Account, Observed, Row, Selection
from exporter.web.status.problems import Problem, problems
from exporter.web.status.times import Moment, ago, span

MAX_EXPANDED = 60
"""Up to this number of collectors, all of them are shown; of more, their accounts."""
PER_PAGE = 100
"""Accounts on one page."""
MAX_LISTED = 12
"""The most running collectors, credentials and errors that are listed."""


@dataclass(frozen=True, slots=True)
class Running:
    """A run in progress."""

    account: Account
    collector: str
    since: Moment


@dataclass(frozen=True, slots=True)
class ReloadView:
    """The last reload of the configuration."""

    at: Moment
    errors: tuple[str, ...]
    changes: str
    link: str = f"{RUNBOOK}#{RELOAD_FAILED.anchor}"


@dataclass(frozen=True, slots=True)
class Oldest:
    """The published data that was collected first."""

    account: Account
    collector: str
    collected: Moment


@dataclass(frozen=True, slots=True)
class Summary:
    """The exporter as a whole."""

    state: State
    restoring: bool
    ok: int
    failing: int
    waiting: int
    running: int
    accounts: int
    series: int
    oldest: Oldest | None
    uptime: str
    started: Moment
    version: str
    revision: str

    @property
    def total(self) -> int:
        """The number of all collectors."""
        return self.ok + self.failing + self.waiting


@dataclass(frozen=True, slots=True)
class View:
    """Everything on the page; `selected` is the only account that is shown, if one is selected."""

    summary: Summary
    storage_writable: bool
    reload: ReloadView | None
    problems: tuple[Problem, ...]
    expiring: tuple[CredentialView, ...]
    more_expiring: int
    running: tuple[Running, ...]
    more_running: int
    selected: Account | None
    accounts: tuple[AccountView, ...]
    page: int
    pages: int
    at: Moment
    expires_link: str = f"{RUNBOOK}#{EXPIRES.anchor}"


def view(observed: Observed, selection: Selection) -> View:
    """The page of this selection; an account that is not configured is shown as one without collectors."""
    now = observed.now
    groups = by_account(observed.rows)
    rows = [row for key, group in groups if selection.account in (None, key) for row in group]
    shown = [(key, group) for key, group in groups if selection.account in (None, key)]
    pages = max(1, -(-len(shown) // PER_PAGE))
    page = min(selection.page, pages)
    expanded = len(rows) <= MAX_EXPANDED or selection.account is not None
    expiring = _expiring(observed, selection)
    running = _running(rows, now)
    return View(
        _summary(observed, len(groups)),
        observed.storage_writable,
        _reload(observed.last_reload, now),
        problems(rows, now),
        expiring[:MAX_LISTED],
        max(0, len(expiring) - MAX_LISTED),
        running[:MAX_LISTED],
        max(0, len(running) - MAX_LISTED),
        selection.account,
        tuple(
            account_view(key, group, observed.expiries.get(key, {}), now, expanded=expanded)
            for key, group in shown[(page - 1) * PER_PAGE : page * PER_PAGE]
        ),
        page,
        pages,
        Moment("now", now.strftime("%H:%M:%S UTC")),
    )


def _summary(observed: Observed, accounts: int) -> Summary:
    states = [state(plan, collection) for _, plan, collection in observed.rows]
    published = [(job, collection) for job, _, collection in observed.rows if collection]
    return Summary(
        State.WAITING if observed.restoring else min(states, key=list(State).index, default=State.OK),
        observed.restoring,
        states.count(State.OK),
        states.count(State.FAILING),
        states.count(State.WAITING),
        sum(plan.running_since is not None for _, plan, _ in observed.rows),
        accounts,
        sum(collection.series for _, collection in published),
        _oldest(observed),
        span(observed.now - observed.started),
        ago(observed.started, observed.now),
        observed.build.version,
        observed.build.revision[:12],
    )


def _oldest(observed: Observed) -> Oldest | None:
    published = [(collection.collected, job) for job, _, collection in observed.rows if collection]
    if not published:
        return None
    collected, job = min(published, key=lambda item: item[0])
    return Oldest((job.api, job.account), job.collector.name, ago(collected, observed.now))


def _expiring(observed: Observed, selection: Selection) -> tuple[CredentialView, ...]:
    """Credentials that have expired or will soon, the first to expire first."""
    found = [
        (at, credential(key, name, at, observed.now))
        for key, expiries in observed.expiries.items()
        if selection.account in (None, key)
        for name, at in expiries.items()
    ]
    return tuple(one for _, one in sorted(found, key=lambda item: (item[0], item[1].account)) if one.soon)


def _running(rows: Sequence[Row], now: datetime) -> tuple[Running, ...]:
    """Runs in progress, the longest first."""
    since = [(plan.running_since, job) for job, plan, _ in rows if plan.running_since]
    since.sort(key=lambda item: (item[0], item[1].labels))
    return tuple(Running((job.api, job.account), job.collector.name, ago(at, now)) for at, job in since)


def _reload(reload: Reload | None, now: datetime) -> ReloadView | None:
    if not reload:
        return None
    counts = {"kept": reload.kept, "changed": reload.changed, "added": reload.added, "removed": reload.removed}
    changes = ", ".join(f"{number:,} {name}" for name, number in counts.items() if number)
    return ReloadView(ago(reload.at, now), tuple(hidden(error)[:600] for error in reload.errors[:MAX_LISTED]), changes)
