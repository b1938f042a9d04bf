"""Pages of many series: accounts, families and samples of about 200 bytes a line."""

import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import ClassVar

from exporter.model.collection import Collection, Collector, Run
from exporter.model.families import Family, Labels, LabelValues
from exporter.runtime.exposition import Rendering
from exporter.runtime.job import Job

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LABELS = Labels.from_attributes(subscription_id="subscription", resource_id="resource", currency="currency")


@dataclass
class Report(Collector):
    """A report with so many families, whose samples are made and not collected."""

    number: int
    name: ClassVar[str] = "report"
    fresh_every: ClassVar[timedelta] = timedelta(hours=1)

    def __post_init__(self) -> None:
        self._families = tuple(
            Family(f"bench_cost_{place:02d}", "What it costs.", LABELS, attrgetter("cost"))
            for place in range(self.number)
        )

    @property
    def families(self) -> tuple[Family, ...]:
        return self._families

    @property
    def shape(self) -> Mapping[str, object]:
        return {}

    def collect(self, now: datetime, run: Run) -> list[object]:
        return []


def job(account: str, families: int) -> Job:
    """A job that publishes so many families."""
    return Job("bench", account, Report(families), timedelta(hours=1))


def samples(series: int, seed: int, spent: int = 0) -> dict[LabelValues, Decimal]:
    """Amounts by labels; with another `spent` the same labels have other amounts."""
    chance, spending = random.Random(seed), random.Random(spent)
    keys = [
        (str(uuid.UUID(int=chance.getrandbits(128))), str(uuid.UUID(int=chance.getrandbits(128))), "EUR")
        for _ in range(series)
    ]
    return {key: Decimal(spending.randrange(10**12)).scaleb(-8) for key in keys}


def collection(published: Job, series: int, seed: int = 0, spent: int = 0) -> Collection:
    """A collection with `series` samples in each family."""
    families = published.collector.families
    found = {family.name: samples(series, seed + place, spent + place) for place, family in enumerate(families)}
    return Collection(found, series * len(families), NOW, NOW)


def rendered(published: Job, found: Collection) -> list[bytes]:
    """The lines of each family, of which nothing was rendered before."""
    rendering = Rendering(published.account)
    return [rendering.lines(family, found.samples[family.name]) for family in published.collector.families]


def fastest(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Seconds of CPU time of the quickest round of each, which take turns: machines are noisy."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            started = time.process_time()
            work()
            times.append(time.process_time() - started)
    return [min(times) for times in taken]


def ratio(what: str, value: float, goal: float) -> None:
    """Print a ratio with its goal."""
    print(f"{what}: ratio {value:.2f} (at most {goal:g})")
