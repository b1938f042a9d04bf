"""One class per report."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from exporter.apis.partner_center import metrics
from exporter.apis.partner_center.client import Client
from exporter.apis.partner_center.records import (
    CustomerMonthlyUsageRecord,
    MfaCompliance,
    MonthlyUsageRecord,
    SubscriptionUsage,
    resource_id,
)
from exporter.model.collection import Collector, Validators
from exporter.model.families import Family
from exporter.model.periods import month_start


@dataclass(frozen=True, slots=True)
class UsageRecords(Collector):
    """Every customer's spending and budget; rated usage is documented to arrive within about a day."""

    client: Client

    name: ClassVar[str] = "usagerecords"
    fresh_every: ClassVar[timedelta] = timedelta(hours=3)
    families: ClassVar[tuple[Family, ...]] = metrics.FAMILIES

    def collect(self, now: datetime, validators: Validators) -> Iterable[CustomerMonthlyUsageRecord | MfaCompliance]:
        return self.client.customer_usage_records()

    def stands_for(self, record: CustomerMonthlyUsageRecord | MfaCompliance) -> datetime | None:
        return None if isinstance(record, MfaCompliance) else _modified(record)


@dataclass(slots=True)
class SubscriptionUsageRecords(Collector):
    """What each subscription of each customer costs: one request per customer, spread over the span `over`.

    A failure loses nothing of the round: the next run asks only for the customers that are still missing.
    """

    client: Client
    over: timedelta
    round: "Round" = field(default_factory=lambda: Round())

    name: ClassVar[str] = "subscription_usagerecords"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.SUBSCRIPTIONS
    required: ClassVar[bool] = False

    def collect(self, now: datetime, validators: Validators) -> Iterable[SubscriptionUsage]:
        records = self.client.customer_usage_records()
        customers = {
            resource_id(record): record for record in records if isinstance(record, CustomerMonthlyUsageRecord)
        }
        fetched = self.round.fetched(now)
        missing = [customer for customer in customers if customer not in fetched]
        self.client.spread(len(missing), self.over)
        for customer in missing:
            records_of = self.client.subscription_usage_records(customer)
            fetched[customer] = [SubscriptionUsage(customers[customer], record) for record in records_of]
        self.round = Round()
        return [usage for customer in customers for usage in fetched[customer]]

    def stands_for(self, record: SubscriptionUsage) -> datetime | None:
        return _modified(record.subscription)


@dataclass(slots=True)
class Round:
    """What was fetched already, by customer; forgotten after a day, and when another month begins."""

    began: datetime | None = None
    by_customer: dict[str, list[SubscriptionUsage]] = field(default_factory=dict)

    def fetched(self, now: datetime) -> dict[str, list[SubscriptionUsage]]:
        """What still counts at `now`, to be added to."""
        if self.began and (now - self.began > timedelta(days=1) or month_start(self.began) != month_start(now)):
            self.began, self.by_customer = None, {}
        self.began = self.began or now
        return self.by_customer


def _modified(record: MonthlyUsageRecord) -> datetime | None:
    at = record.last_modified_date
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


REPORTS = (UsageRecords, SubscriptionUsageRecords)
