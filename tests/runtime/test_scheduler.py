"""A thread per job, and one event that stops them all."""

import threading
from datetime import UTC, datetime, timedelta

from exporter.errors import Failure, Reason, Transient
from exporter.runtime.job import Job
from exporter.runtime.scheduler import Scheduler
from exporter.runtime.telemetry import Telemetry
from tests.runtime.test_store import job


class Runs:
    """Fails once, then succeeds; tells when it has run three times."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.enough = threading.Event()

    def __call__(self, job: Job) -> Failure | None:
        self.seen.append(job.account)
        if len(self.seen) >= 3:
            self.enough.set()
        return Transient("once", Reason.TIMEOUT) if len(self.seen) == 1 else None


def scheduler(runs: Runs, jobs: list[Job], last: datetime | None = None) -> Scheduler:
    return Scheduler(
        jobs,
        runs,
        last_success=lambda job: last,
        stopped=threading.Event(),
        telemetry=Telemetry(),
        clock=lambda: datetime.now(UTC),
        chance=lambda: 0.0,
    )


def test_a_job_runs_again_and_again_until_it_is_stopped() -> None:
    """After a failure as well; the plan tells how it went."""
    runs = Runs()
    only = Job("api", "a", job("a").collector, timedelta(milliseconds=10))
    machine = scheduler(runs, [only])
    machine.start()
    assert runs.enough.wait(10)
    machine.stop()
    count = len(runs.seen)
    assert [] == [thread.name for thread in threading.enumerate() if thread.name == "a/report"]
    assert count == len(runs.seen)
    assert machine.plans[only].failures == 0


def test_what_is_fresh_is_not_asked_for_again() -> None:
    """The plan of a restored job begins where the last process stopped."""
    last = datetime.now(UTC)
    only = job("a")
    machine = scheduler(Runs(), [only], last)
    assert last + only.every <= machine.plans[only].next_run
