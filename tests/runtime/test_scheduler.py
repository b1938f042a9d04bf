"""Running jobs in threads."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from exporter.errors import Failure, Reason, Transient
from exporter.runtime.job import Job
from exporter.runtime.scheduler import Scheduler
from exporter.runtime.telemetry import Telemetry
from exporter.transport.stop import Stop
from tests.runtime.collectors import job


class Runs:
    """Fails once, then succeeds; `enough` is set by the third run."""

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
        stopped=Stop(),
        telemetry=Telemetry(),
        clock=lambda: datetime.now(UTC),
        chance=lambda: 0.0,
    )


def test_a_job_runs_repeatedly_until_it_is_stopped() -> None:
    """After a failure too; the plan has the result."""
    runs = Runs()
    only = replace(job("a"), every=timedelta(milliseconds=10))
    running = scheduler(runs, [only])
    running.start()
    assert runs.enough.wait(10)
    running.stop()
    count = len(runs.seen)
    assert [] == [thread.name for thread in threading.enumerate() if thread.name == "a/report"]
    assert count == len(runs.seen)
    assert running.plans[only].failures == 0


def test_data_that_is_not_due_is_not_read_again() -> None:
    """The plan of a restored job continues from its last success."""
    last = datetime.now(UTC)
    only = job("a")
    running = scheduler(Runs(), [only], last)
    assert last + only.every <= running.plans[only].next_run
