"""Runs each job in its own thread."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from exporter.errors import Failure
from exporter.runtime.job import Job, Plan
from exporter.runtime.schedule import after_failure, after_success, at_start
from exporter.runtime.telemetry import Telemetry


class Scheduler:
    """Runs every job when it is due, until `stopped` is set."""

    def __init__(
        self,
        jobs: Sequence[Job],
        run: Callable[[Job], Failure | None],
        *,
        last_success: Callable[[Job], datetime | None],
        stopped: threading.Event,
        telemetry: Telemetry,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
    ) -> None:
        self._run = run
        self._stopped = stopped
        self._telemetry = telemetry
        self._clock = clock
        self._chance = chance
        self._threads = [
            threading.Thread(target=self._loop, args=(job,), name="/".join(job.labels), daemon=True) for job in jobs
        ]
        now = clock()
        self._plans = {job: self._restored(job, last_success(job), now) for job in jobs}

    @property
    def plans(self) -> Mapping[Job, Plan]:
        """The current plan of every job."""
        return self._plans

    def start(self) -> None:
        """Start the threads; returns at once."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_seconds: float = 2.0) -> None:
        """Start no further run, and wait up to `timeout_seconds` for runs in progress."""
        self._stopped.set()
        deadline = time.monotonic() + timeout_seconds
        for thread in filter(threading.Thread.is_alive, self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _restored(self, job: Job, collected: datetime | None, now: datetime) -> Plan:
        period = job.collector.next_period(collected) if collected else None
        return Plan(now + at_start(collected, job.every, now, self._chance(), period))

    def _loop(self, job: Job) -> None:
        while True:
            plan = self._plans[job]
            self._telemetry.scheduled(job, plan.next_run)
            if self._stopped.wait(max(0.0, (plan.next_run - self._clock()).total_seconds())):
                return
            attempt = self._clock()
            self._plans[job] = replace(plan, running_since=attempt)
            failure = self._run(job)
            if self._stopped.is_set():
                return
            failures = plan.failures + 1 if failure else 0
            self._plans[job] = Plan(
                self._clock() + self._delay(job, failure, failures, attempt),
                failures,
                str(failure or ""),
                attempt,
                last_reason=failure.reason if failure else "",
            )

    def _delay(self, job: Job, failure: Failure | None, failures: int, attempt: datetime) -> timedelta:
        if failure:
            return after_failure(failure, failures, job.every, self._chance())
        period = job.collector.next_period(attempt)
        return after_success(job.every, self._chance(), period - self._clock() if period else None)
