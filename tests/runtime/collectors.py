"""A collector with given records, and collections of its families."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import ClassVar

from exporter.model.collection import Collection, Collector, Run
from exporter.model.families import Family, Labels, Samples
from exporter.runtime.job import Job

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
COST = Family("cost", "What it costs.", Labels.from_attributes(who="who"), attrgetter("cost"))
USERS = Family("users", "Who they are.", Labels.from_attributes(), attrgetter("users"))


@dataclass
class Canned(Collector):
    """A report with these records, each of which sums `rows_each` rows."""

    name: ClassVar[str] = "report"
    fresh_every: ClassVar[timedelta] = HOUR
    families: tuple[Family, ...] = (COST, USERS)
    labels: str = ""
    records: list[object] = field(default_factory=list)
    rows_each: int = 1

    @property
    def shape(self) -> Mapping[str, object]:
        return {"labels": self.labels}

    def collect(self, now: datetime, run: Run) -> list[object]:
        return self.records

    def rows(self, record: object) -> int:
        return self.rows_each


class Other(Canned):
    """Another report of the same account, with the same families."""

    name: ClassVar[str] = "other"


def job(account: str, collector: Collector | None = None) -> Job:
    return Job("api", account, collector or Canned(), HOUR)


def collection(**costs: str) -> Collection:
    samples: dict[str, Samples] = {"cost": {(who,): Decimal(cost) for who, cost in costs.items()}, "users": {(): 3}}
    return Collection(samples, len(costs), NOW, NOW)
