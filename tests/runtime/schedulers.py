"""A scheduler whose jobs are due, and runs that end when a test tells them to."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from exporter.errors import Failure
from exporter.runtime.job import Job, Plan
from exporter.runtime.places import Limits
from exporter.runtime.scheduler import Scheduler

Run = Callable[[Job], Failure | None]


def real() -> datetime:
    return datetime.now(UTC)


def scheduler(
    run: Run,
    jobs: list[Job],
    limits: Limits | None = None,
    now: Callable[[], datetime] = real,
    planned: Callable[[Plan], object] = str,
) -> Scheduler:
    """A scheduler whose jobs are due."""

    def report(job: Job, plan: Plan) -> None:
        planned(plan)

    found = Scheduler(run, planned=report, clock=now, chance=lambda: 0.0)
    due = now()
    found.exchange(jobs, lambda job, before, plan: plan or Plan(due), limits or Limits())
    return found


@contextmanager
def started(found: Scheduler) -> Iterator[Scheduler]:
    found.start()
    try:
        yield found
    finally:
        found.stop()


class Held:
    """Runs that end when they are told to; counts those in progress."""

    def __init__(self) -> None:
        self.begun: list[Job] = []
        self.go_on = threading.Event()

    def __call__(self, job: Job) -> Failure | None:
        self.begun.append(job)
        assert self.go_on.wait(30)
        return None
