"""Reports of a scope that read canned answers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from exporter.apis.cost_management.arm import Arm
from exporter.apis.cost_management.client import Client
from exporter.apis.cost_management.downloads.download import Cost
from exporter.apis.cost_management.scope import Scope
from exporter.apis.cost_management.settings import Settings
from exporter.apis.costs.selection import Row, Selection
from exporter.model.collection import Collection, Collector, Run, Validators
from exporter.model.families import LabelValues, Number, fold
from exporter.model.periods import Days
from tests.harness import NOON, CannedService
from tests.transport.sessions import Observer, session

SUBSCRIPTION = "/subscriptions/11111111-0000-4000-8000-000000000001"
ENROLLMENT = "/providers/Microsoft.Billing/billingAccounts/100"
PROFILE = "/providers/Microsoft.Billing/billingAccounts/aaaa:bbbb_2019-05-31/billingProfiles/PROF-1"


@dataclass(frozen=True)
class Meters:
    """A download whose rows are of some meters."""

    meters: tuple[str, ...] = ()
    always: ClassVar[tuple[str, ...]] = ("publisher_type", "currency")
    commitments: ClassVar[tuple[str, ...]] = ()

    def oldest(self, today: date) -> date:
        return today

    def batches(
        self, days: Days, selection: Selection, cost: Cost, validators: Validators
    ) -> Iterator[tuple[Row, ...]]:
        yield tuple((str(days.start), (meter,), None, None) for meter in self.meters)


@dataclass
class Collected:
    """The samples of a run, by family, and what it reports."""

    samples: dict[str, dict[LabelValues, Number]]
    run: Run
    now: datetime

    @property
    def published(self) -> Collection:
        return Collection(
            self.samples,
            1,
            collected=self.now,
            changed=self.now,
            validators=self.run.validators.seen,
            period=self.run.period,
        )


@dataclass
class ScopeHarness:
    """A client of one scope at a service."""

    service: CannedService
    path: str = SUBSCRIPTION
    meters: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The path of resources below the scope."""
        return f"{Scope.from_path(self.path).path}/providers"

    @property
    def arm(self) -> Arm:
        return Arm(session(self.service.url, Observer()), Scope.from_path(self.path))

    def collector(self, report: Any) -> Collector:
        identity = {"tenant": "contoso.example", "client_id": str(UUID(int=1)), "client_secret": "s"}
        settings = Settings.model_validate(
            {
                "name": "contoso",
                "base_url": self.service.url,
                "scope": self.path,
                "identity": identity,
                "usage": {"download": "query", "labels": []},
                **self.options,
            }
        )
        found: Collector = report(Client(self.arm, Meters(self.meters), "actual"), settings)
        return found

    def collect(self, report: Any, now: datetime = NOON, published: Collection | None = None) -> Collected:
        """One run of a report."""
        collector, run = self.collector(report), Run(now, published)
        return Collected(fold(collector.collect(now, run), collector.families), run, now)
