"""A thread per job, and one event that stops them all."""

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
    """Runs every job when it is due, until it is stopped."""

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
        self._plans = {job: Plan(now + at_start(last_success(job), job.every, now, chance())) for job in jobs}

    @property
    def plans(self) -> Mapping[Job, Plan]:
        """Every job's plan, as it stands now."""
        return self._plans

    def start(self) -> None:
        """Begin to run jobs; returns at once."""
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 2.0) -> None:
        """Begin no further run, and wait up to `patience` seconds for those under way."""
        self._stopped.set()
        deadline = time.monotonic() + patience
        for thread in filter(threading.Thread.is_alive, self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))

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
                self._clock() + self._delay(job, failure, failures), failures, str(failure or ""), attempt
            )

    def _delay(self, job: Job, failure: Failure | None, failures: int) -> timedelta:
        if failure:
            return after_failure(failure, failures, job.every, self._chance())
        return after_success(job.every, self._chance())
