"""One class per report."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from exporter.apis.ea import metrics
from exporter.apis.ea.client import Client
from exporter.apis.ea.metrics import BalanceRow
from exporter.apis.ea.usage import DailyUsage, daily_usage
from exporter.model.collection import Validators
from exporter.model.families import Family
from exporter.model.periods import instant

LATE = timedelta(days=2)
"""How far the newest complete day lies back: usage is documented to be up to three days late."""


@dataclass(frozen=True, slots=True)
class UsageDetails:
    """Cost and quantity per meter in the current billing period; documented as refreshed every 24 hours."""

    client: Client

    name: ClassVar[str] = "usagedetails"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.USAGE

    def collect(self, now: datetime, validators: Validators) -> Iterator[DailyUsage]:
        rows = self.client.usage_details(validators)
        return daily_usage(rows, (now - LATE).date(), self.client.currency())

    @staticmethod
    def stands_for(usage: DailyUsage) -> datetime | None:
        return instant(usage.date) if usage.date else None


@dataclass(frozen=True, slots=True)
class BalanceSummaries:
    """Commitment, purchases and overage of the current billing period; documented as brought up to date daily."""

    client: Client

    name: ClassVar[str] = "balancesummary"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.BALANCE

    def collect(self, now: datetime, validators: Validators) -> Iterable[BalanceRow]:
        summary = self.client.balance_summary(validators)
        yield BalanceRow(summary.currency, summary=summary, enrollment=self.client.enrollment)
        for line in summary.new_purchases_details or ():
            yield BalanceRow(summary.currency, purchase=line)
        for line in summary.adjustment_details or ():
            yield BalanceRow(summary.currency, adjustment=line)

    @staticmethod
    def stands_for(row: BalanceRow) -> datetime | None:
        return None


REPORTS = (UsageDetails, BalanceSummaries)
