"""History of the simulated company: what scrapes of the demo would have returned, as OpenMetrics with timestamps."""

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from prometheus_client import generate_latest

from exporter.app import Exporter
from exporter.commands.simulate import write_config
from exporter.config import load
from exporter.runtime.job import Plan
from exporter.simulator import Simulator
from exporter.transport.stop import Stop

NO_SHIFT, DAY = timedelta(0), timedelta(days=1)
Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of days done and the number of all days."""


class Clock:
    """Time that is set by the caller."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class NoWaits(Stop):
    """Stops nothing, and lets no time pass: the service's waits are not those of the simulated clock."""

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


def no_progress(done: int, days: int) -> None:
    """Report nothing."""


def scrapes(
    start: datetime,
    end: datetime,
    *,
    every: timedelta,
    target: str,
    shift: timedelta = NO_SHIFT,
    progress: Progress = no_progress,
) -> Iterator[str]:
    """Lines for `promtool tsdb create-blocks-from openmetrics`: one scrape per `every`, of data that is read daily.

    `target` holds the labels that Prometheus adds: `job="azure-billing",instance="localhost:10365"`. The simulated
    clock is ahead by `shift`.
    """
    clock = Clock(start + shift)
    with tempfile.TemporaryDirectory() as name, Simulator(clock=clock) as simulator:
        simulator.switches.token_lifetime = 10**7  # tokens expire by the real clock, which hardly advances
        exporter = Exporter(load(write_config(simulator, Path(name))), clock=clock, stopped=NoWaits())
        at = start
        while at < end:
            clock.now = at + shift
            for job in exporter.jobs:
                exporter.telemetry.planned(job, Plan(clock.now + job.every))
                exporter.runner.run(job)
            page = (exporter.store.current.body + generate_latest(exporter.telemetry)).decode()
            lines = [_labelled(line, target) for line in page.splitlines() if not line.startswith("#")]
            following = min(end, at + DAY)
            while at < following:
                yield from (f"{line} {at.timestamp():.0f}" for line in lines)
                at += every
            progress((at - start) // DAY, (end - start) // DAY)
    yield "# EOF"


def _labelled(line: str, target: str) -> str:
    sample, _, value = line.rpartition(" ")
    name, brace, labels = sample.partition("{")
    return f"{name}{{{target},{labels} {value}" if brace else f"{name}{{{target}}} {value}"
