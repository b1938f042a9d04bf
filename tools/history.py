"""History of the simulated company: what scrapes of the demo would have returned, as OpenMetrics with timestamps."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import yaml
from prometheus_client import generate_latest

from exporter.apis.fields import format_duration
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


@dataclass(frozen=True)
class Past:
    """Scrapes from `start` to `end`, both included, one per `every`.

    Reports are read at their own intervals, those with a shorter one every `least_interval`: their number decides how
    long the history takes. Just before the end there are scrapes of the same values `last` ago, for rates over a
    minute. The simulated clock is ahead by `shift`.
    """

    start: datetime
    end: datetime
    every: timedelta
    least_interval: timedelta = NO_SHIFT
    last: tuple[timedelta, ...] = ()
    shift: timedelta = NO_SHIFT
    progress: Progress = no_progress

    def instants(self) -> list[datetime]:
        """When there is a scrape."""
        steps = (self.end - self.start) // self.every
        return sorted(
            {self.end - number * self.every for number in range(steps + 1)} | {self.end - x for x in self.last}
        )


def scrapes(past: Past, target: str) -> Iterator[str]:
    """Lines for `promtool tsdb create-blocks-from openmetrics`.

    `target` holds the labels that Prometheus adds: `job="azure-billing",instance="127.0.0.1:10365"`.
    """
    instants = past.instants()
    clock = Clock(instants[0] + past.shift)
    with tempfile.TemporaryDirectory() as name, Simulator(clock=clock) as simulator:
        simulator.switches.token_lifetime = 10**7  # tokens expire by the real clock, which hardly advances
        config = _slowed(write_config(simulator, Path(name)), past.least_interval)
        exporter = Exporter(load(config), clock=clock, stopped=NoWaits())
        due = dict.fromkeys(exporter.jobs, clock.now)
        lines: list[str] = []
        done = 0
        for at in instants:
            while ready := [job for job in due if due[job] <= at + past.shift]:
                job = min(ready, key=due.__getitem__)
                clock.now = due[job]
                due[job] += job.every
                exporter.telemetry.planned(job, Plan(due[job]))
                exporter.runner.run(job)
                lines = []
            clock.now = at + past.shift
            lines = lines or [*_page(exporter, target)]
            yield from (f"{line} {at.timestamp():.0f}" for line in lines)
            if (at - past.start) // DAY > done:
                done = (at - past.start) // DAY
                past.progress(done, (past.end - past.start) // DAY)
    yield "# EOF"


def _slowed(config: Path, least: timedelta) -> Path:
    """The configuration with no interval below `least`."""
    content = yaml.safe_load(config.read_text())
    places = {section: iter(content[section]) for section in content if section != "storage"}
    for api, account in load(config).accounts():
        written = next(places[api.name])
        reports = dict(written.get("reports", {}))
        for report, every in api.intervals(account).items():
            if every < least:
                reports[report] = {**reports.get(report, {}), "every": format_duration(least)}
        written["reports"] = reports
    config.write_text(yaml.safe_dump(content, sort_keys=False))
    return config


def _page(exporter: Exporter, target: str) -> Iterator[str]:
    """The samples of a scrape, and that it succeeded."""
    page = (exporter.store.current.body + generate_latest(exporter.telemetry)).decode()
    yield f"up{{{target}}} 1"
    yield from (_labelled(line, target) for line in page.splitlines() if not line.startswith("#"))


def _labelled(line: str, target: str) -> str:
    sample, _, value = line.rpartition(" ")
    name, brace, labels = sample.partition("{")
    return f"{name}{{{target},{labels} {value}" if brace else f"{name}{{{target}}} {value}"
