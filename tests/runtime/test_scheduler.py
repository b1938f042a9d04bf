"""Running jobs when they are due."""

import random
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exporter.errors import Failure, RateLimited, Reason, Transient
from exporter.runtime.job import Job, Plan
from exporter.runtime.places import Limits
from tests.process import eventually
from tests.runtime.collectors import Canned, Other, job
from tests.runtime.schedulers import Held, real, scheduler, started


def test_a_job_runs_repeatedly_until_it_is_stopped() -> None:
    """After a failure too; no thread remains."""
    seen: list[str] = []
    enough = threading.Event()

    def run(job: Job) -> Failure | None:
        seen.append(job.account)
        if len(seen) >= 3:
            enough.set()
        return Transient("once", Reason.TIMEOUT) if len(seen) == 1 else None

    only = replace(job("a"), every=timedelta(milliseconds=10))
    with started(scheduler(run, [only])) as running:
        assert enough.wait(10)
    count = len(seen)
    assert [] == [thread.name for thread in threading.enumerate() if thread.name.endswith("a/report")]
    assert count == len(seen)
    assert running.plans[only.key].failures == 0


def test_a_plan_has_the_last_attempt_and_what_the_service_asked_for() -> None:
    """So that a restart or a reload can continue."""
    over = threading.Event()

    def run(job: Job) -> Failure | None:
        over.set()
        return RateLimited("slowly", 3600.0)

    only = job("a")
    with started(scheduler(run, [only])) as running:
        assert over.wait(10)
        eventually(lambda: running.plans[only.key].failures == 1, "the plan")
        plan = running.plans[only.key]
    assert plan.last_attempt is not None
    assert plan.wait_until is not None
    assert ("throttled", True) == (plan.last_reason, plan.last_seconds is not None)
    assert plan.next_run >= plan.wait_until >= plan.last_attempt + timedelta(hours=1)


def test_a_run_of_a_replaced_job_changes_no_plan() -> None:
    """Its successor does not wait for it."""
    old, new = job("a"), job("a")
    held = Held()
    with started(scheduler(held, [old])) as running:
        eventually(lambda: held.begun == [old], "the old run")
        old.stopped.set()
        running.exchange([new], lambda job, before, plan: Plan(real()), Limits())
        eventually(lambda: held.begun == [old, new], "the new run")
        held.go_on.set()
        eventually(lambda: running.working == 0, "the end of both")
        assert running.plans[new.key].next_run > real()


def test_a_job_that_stays_continues_its_run() -> None:
    """The same object with the same plan: nothing begins anew, and it is planned again when it is over."""
    only = job("a")
    held = Held()
    with started(scheduler(held, [only])) as running:
        eventually(lambda: held.begun == [only], "the run")
        running.exchange([only], lambda job, before, plan: plan or Plan(real()), Limits())
        held.go_on.set()
        eventually(lambda: running.plans[only.key].last_attempt is not None, "its end")
        assert [only] == held.begun
        assert running.plans[only.key].next_run > real()


@pytest.mark.parametrize("back", [timedelta(minutes=5), timedelta(days=40)], ids=str)
def test_a_clock_that_is_put_back_takes_the_plans_with_it(back: timedelta) -> None:
    """A job is not put off for as long as the clock was wrong."""
    times = [datetime(2026, 11, 20, 12, tzinfo=UTC)]
    runs = threading.Semaphore(0)

    def run(job: Job) -> Failure | None:
        runs.release()
        return None

    only = job("a")
    planned: list[Plan] = []
    with started(scheduler(run, [only], now=lambda: times[0], planned=planned.append)) as running:
        assert runs.acquire(timeout=10)
        eventually(lambda: running.plans[only.key].last_attempt is not None, "the first plan")
        times[0] -= back
        running.wake()
        eventually(lambda: running.plans[only.key].next_run == times[0] + only.every, "the plan at the new time")
        eventually(lambda: planned[-1].next_run == times[0] + only.every, "the report of the plan")
        times[0] += only.every
        running.wake()
        assert runs.acquire(timeout=10)


def test_ten_thousand_cycles_under_a_jumping_clock() -> None:
    """No job is lost, none runs twice at once, and no thread remains, whatever the clock and the runs do."""
    dice = random.Random(5)
    lock = threading.Lock()
    now = [datetime(2026, 11, 20, 12, tzinfo=UTC)]

    def clock() -> datetime:
        with lock:
            now[0] += timedelta(seconds=dice.choice([0.001, 1, 600, 86_400 * 3, -600, -86_400]))
            return now[0]

    jobs = [
        replace(job(str(number), kind()), every=timedelta(minutes=10))
        for number in range(10)
        for kind in (Canned, Other)
    ]
    in_progress: set[Job] = set()
    counts: Counter[str] = Counter()
    problems: list[str] = []
    enough = threading.Event()

    def run(job: Job) -> Failure | None:
        with lock:
            if job in in_progress:
                problems.append(f"{job.key} runs twice")
            in_progress.add(job)
        with lock:
            in_progress.discard(job)
            counts[job.account] += 1
            total = counts.total()
            chance = dice.random()
        if total >= 10_000:
            enough.set()
        return Transient("now and then", Reason.TIMEOUT, 60.0 if chance < 0.1 else None) if chance < 0.3 else None

    threads = threading.active_count()
    with started(scheduler(run, jobs, Limits(at_once=4), now=clock)) as running:
        for _ in range(600):
            if enough.wait(0.1):
                break
            running.wake()
    assert [] == problems
    assert enough.is_set()
    assert min(counts.values()) > 100
    eventually(lambda: threading.active_count() <= threads, "no thread more than before")
