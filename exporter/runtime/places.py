"""Who may work: limits of the runs that work at the same time, and fair turns between accounts."""

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from exporter.runtime.job import Job
from exporter.transport.stop import Stop


@dataclass(frozen=True, slots=True)
class Limits:
    """The most runs that work at once, in all and of one account, and that wait in the middle, each in its thread."""

    at_once: int = 32
    at_once_per_account: int = 4
    waiting: int = 256

    @property
    def threads(self) -> int:
        """The most runs in progress, each of which has a thread."""
        return self.at_once + self.waiting

    def per_api(self, apis: int) -> int:
        """The most working runs of one API, so that one that hangs leaves a quarter of the places to others."""
        return self.at_once if apis < 2 else max(1, self.at_once - max(1, self.at_once // 4))


class Waiting(Stop):
    """Ends the runs of one account; in the context `released` a run that only waits leaves its place to another."""

    def __init__(self, released: Callable[[Stop], AbstractContextManager[None]]) -> None:
        super().__init__()
        self._released = released

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for `timeout` seconds at most; whether it is set."""
        if self.is_set() or (timeout is not None and timeout <= 0):
            return self.is_set()
        with self._released(self):
            return super().wait(timeout)


class Places:
    """The runs that work, those that wait in the middle of a run, and the due jobs that have no place yet.

    Not thread-safe: the scheduler calls it under its lock.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.apis = 0
        self.in_progress = 0
        self.returning = 0
        self._working: Counter[tuple[str, ...]] = Counter()
        self._due: dict[str, OrderedDict[str, deque[Job]]] = {}

    @property
    def working(self) -> int:
        """How many runs work."""
        return self._working[()]

    @property
    def is_free(self) -> bool:
        """Whether a run that has waited may work again."""
        return self.working < self.limits.at_once

    def add(self, job: Job) -> None:
        """A job is due."""
        self._due.setdefault(job.api, OrderedDict()).setdefault(job.account, deque()).append(job)

    def forget(self) -> None:
        """No job is due."""
        self._due.clear()

    def take(self) -> Job | None:
        """The due job whose turn it is, which works from now on; None if no due job may start.

        The API with the fewest working runs is first, and of its accounts the one that has waited longest.
        """
        if self.working + self.returning >= self.limits.at_once or self.in_progress >= self.limits.threads:
            return None
        most = self.limits.per_api(self.apis)
        for api in sorted(self._due, key=lambda api: self._working[(api,)]):
            if self._working[(api,)] >= most:
                return None
            if job := self._next(api, self._due[api]):
                self.in_progress += 1
                self.work(job, 1)
                return job
        return None

    def work(self, job: Job, change: int) -> None:
        """A run begins to work (1), or no longer does (-1)."""
        for group in ((), (job.api,), (job.api, job.account)):
            self._working[group] += change
            if not self._working[group]:
                del self._working[group]

    def _next(self, api: str, accounts: OrderedDict[str, deque[Job]]) -> Job | None:
        most = self.limits.at_once_per_account
        free = (account for account in accounts if self._working[(api, account)] < most)
        if (account := next(free, None)) is None:
            return None
        job = accounts[account].popleft()
        if accounts[account]:
            accounts.move_to_end(account)
        else:
            del accounts[account]
        return job
