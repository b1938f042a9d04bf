"""Starts a run of each job when it is due, in a thread of its own while it is in progress."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush

from exporter.errors import Failure
from exporter.runtime.job import Job, Key, Plan
from exporter.runtime.places import Limits, Places
from exporter.runtime.schedule import after_failure, after_success, requested_wait
from exporter.transport.stop import Stop

log = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 10.0
"""How soon a change of the system's clock is noticed."""


class Scheduler:
    """One thread finds out what is due; every run in progress has a thread.

    `run` runs a job and returns its failure; `planned` is called with each new plan. A clock that is put back takes
    all plans with it, so that no job waits for longer than was planned.
    """

    def __init__(
        self,
        run: Callable[[Job], Failure | None],
        *,
        planned: Callable[[Job, Plan], None],
        clock: Callable[[], datetime],
        chance: Callable[[], float],
        limits: Limits | None = None,
    ) -> None:
        self._run = run
        self._planned = planned
        self._clock = clock
        self._chance = chance
        self._places = Places(limits or Limits())
        self._turn = threading.Condition()
        self._jobs: dict[Key, Job] = {}
        self._plans: dict[Key, Plan] = {}
        self._agenda: list[tuple[datetime, Key]] = []
        self._local = threading.local()
        self._stopping = False
        self._latest = clock()

    @property
    def plans(self) -> Mapping[Key, Plan]:
        """The current plan of every job."""
        with self._turn:
            return dict(self._plans)

    @property
    def working(self) -> int:
        """How many runs work at the moment."""
        return self._places.working

    def start(self) -> None:
        """Start runs that are due; returns at once."""
        threading.Thread(target=self._dispatch, name="scheduler", daemon=True).start()

    def exchange(
        self, jobs: Sequence[Job], plan_for: Callable[[Job, Job | None, Plan | None], Plan], limits: Limits
    ) -> None:
        """Schedule these jobs and no others.

        `plan_for` returns the plan of a job; it gets the job that has had the same key, and that one's plan. For the
        same job with a run in progress it returns the same plan.
        """
        with self._turn:
            plans = {job.key: plan_for(job, self._jobs.get(job.key), self._plans.get(job.key)) for job in jobs}
            self._jobs = {job.key: job for job in jobs}
            self._plans = plans
            self._agenda = [(plan.next_run, key) for key, plan in plans.items() if not plan.running_since]
            heapify(self._agenda)
            self._places.forget()
            self._places.limits = limits
            self._places.apis = len({job.api for job in jobs})
            self._turn.notify_all()

    def stop(self, timeout_seconds: float = 2.0) -> None:
        """Start no further run, and wait up to `timeout_seconds` for runs in progress, which the caller has stopped."""
        deadline = time.monotonic() + timeout_seconds
        with self._turn:
            self._stopping = True
            self._turn.notify_all()
            while self._places.in_progress and (left := deadline - time.monotonic()) > 0:
                self._turn.wait(left)

    def wake(self) -> None:
        """Runs were stopped: those that wait for a place end."""
        with self._turn:
            self._turn.notify_all()

    @contextmanager
    def released(self, stop: Stop) -> Iterator[None]:
        """While the run of this thread only waits, another one has its place; other threads have none."""
        job: Job | None = getattr(self._local, "job", None)
        if job is None:
            yield
            return
        with self._turn:
            self._places.work(job, -1)
            self._turn.notify_all()
        try:
            yield
        finally:
            with self._turn:
                self._places.returning += 1
                while not (self._places.is_free or stop.is_set() or self._stopping):
                    self._turn.wait(LONGEST_PAUSE_SECONDS)
                self._places.returning -= 1
                self._places.work(job, 1)

    def _dispatch(self) -> None:
        while not self._stopping:
            self._follow(self._clock())
            with self._turn:
                if self._stopping:
                    return
                now = self._clock()
                self._find_due(now)
                while not self._stopping and (job := self._places.take()):
                    self._begin(job, now)
                self._turn.wait(self._pause_seconds())

    def _pause_seconds(self) -> float:
        if not self._agenda:
            return LONGEST_PAUSE_SECONDS
        until = (self._agenda[0][0] - self._clock()).total_seconds()
        return min(max(until, 0.0), LONGEST_PAUSE_SECONDS)

    def _follow(self, now: datetime) -> None:
        """A clock that was put back takes the plans with it."""
        with self._turn:
            back, self._latest = self._latest - now, now
            if back <= timedelta(0):
                return
            for key, plan in self._plans.items():
                wait = plan.wait_until and plan.wait_until - back
                self._plans[key] = replace(plan, next_run=plan.next_run - back, wait_until=wait)
            self._agenda = [(at - back, key) for at, key in self._agenda]
            moved = [(job, self._plans[key]) for key, job in self._jobs.items() if not self._plans[key].running_since]
        if back > timedelta(seconds=LONGEST_PAUSE_SECONDS):
            log.warning("clock put back", extra={"seconds": round(back.total_seconds())})
            for job, plan in moved:
                self._planned(job, plan)

    def _find_due(self, now: datetime) -> None:
        """An agenda entry counts if its job still has this plan, and no run in progress."""
        while self._agenda and self._agenda[0][0] <= now:
            at, key = heappop(self._agenda)
            if (plan := self._plans.get(key)) and plan.next_run == at and not plan.running_since:
                self._places.add(self._jobs[key])

    def _begin(self, job: Job, now: datetime) -> None:
        """Start the run's thread."""
        self._plans[job.key] = replace(self._plans[job.key], running_since=now)
        try:
            threading.Thread(target=self._work, args=(job, now), name="/".join(job.key), daemon=True).start()
        except RuntimeError as error:  # the system has no more threads
            log.warning("run put off", extra={"error": str(error)})
            self._end(job)
            self._set(job, replace(self._plans[job.key], next_run=now + timedelta(seconds=30), running_since=None))

    def _work(self, job: Job, attempt: datetime) -> None:
        self._local.job = job
        started = time.monotonic()
        try:
            failure = self._run(job)
            seconds = time.monotonic() - started
            with job.concluding:
                with self._turn:
                    before = self._plans.get(job.key)
                    current = self._jobs.get(job.key) is job and not job.stopped.is_set() and not self._stopping
                    if not current or before is None:
                        return
                    plan = self._next_plan(job, before, failure, attempt, seconds)
                    self._set(job, plan)
                self._planned(job, plan)
        finally:
            with self._turn:
                self._end(job)

    def _next_plan(self, job: Job, before: Plan, failure: Failure | None, attempt: datetime, seconds: float) -> Plan:
        now = self._clock()
        failures = before.failures + 1 if failure else 0
        return Plan(
            now + self._delay(job, failure, failures, attempt, now),
            failures,
            str(failure or ""),
            attempt,
            last_reason=failure.reason if failure else "",
            last_seconds=round(seconds, 3),
            wait_until=requested_wait(failure, now),
        )

    def _delay(self, job: Job, failure: Failure | None, failures: int, attempt: datetime, now: datetime) -> timedelta:
        if failure:
            return after_failure(failure, failures, job.every, self._chance())
        period = job.collector.next_period(attempt)
        return after_success(job.every, self._chance(), period - now if period else None)

    def _set(self, job: Job, plan: Plan) -> None:
        self._plans[job.key] = plan
        heappush(self._agenda, (plan.next_run, job.key))

    def _end(self, job: Job) -> None:
        self._places.work(job, -1)
        self._places.in_progress -= 1
        self._turn.notify_all()
