"""One class per report."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from exporter.apis.partner_center import metrics
from exporter.apis.partner_center.client import Client
from exporter.apis.partner_center.records import (
    CustomerMonthlyUsageRecord,
    CustomerRefused,
    MfaCompliance,
    SubscriptionUsage,
    resource_id,
)
from exporter.errors import Reason, Rejected
from exporter.model.collection import Collector, Run
from exporter.model.families import Family
from exporter.model.periods import month_start


@dataclass(frozen=True, slots=True)
class UsageRecords(Collector):
    """Every customer's spending and budget; rated usage is documented to arrive within about a day."""

    client: Client

    name: ClassVar[str] = "usagerecords"
    fresh_every: ClassVar[timedelta] = timedelta(hours=3)
    families: ClassVar[tuple[Family, ...]] = metrics.FAMILIES

    def collect(self, now: datetime, run: Run) -> Iterable[CustomerMonthlyUsageRecord | MfaCompliance]:
        return self.client.customer_usage_records()

    def rows(self, record: CustomerMonthlyUsageRecord | MfaCompliance) -> int:
        return 0 if isinstance(record, MfaCompliance) else 1

    def stands_for(self, record: CustomerMonthlyUsageRecord | MfaCompliance) -> datetime | None:
        return None if isinstance(record, MfaCompliance) else record.modified


@dataclass(slots=True)
class SubscriptionUsageRecords(Collector):
    """What each subscription of each customer costs: one request per customer, spread over the span `over`.

    A failure loses nothing of the round: the next run asks only for the customers that are still missing. A customer
    who may not be read is a warning, and the others are read; where nobody may be, the run fails.
    """

    client: Client
    over: timedelta
    round: "Round" = field(default_factory=lambda: Round())

    name: ClassVar[str] = "subscription_usagerecords"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.SUBSCRIPTIONS
    required: ClassVar[bool] = False

    def collect(self, now: datetime, run: Run) -> Iterable[SubscriptionUsage]:
        found = self.client.customer_usage_records()
        customers = {resource_id(record): record for record in found if isinstance(record, CustomerMonthlyUsageRecord)}
        fetched = self.round.fetched(now)
        missing = [customer for customer in customers if customer not in fetched]
        self.client.spread(len(missing), self.over)
        for customer in missing:
            records = self.client.subscription_usage_records(customer)
            fetched[customer] = (
                [records]
                if isinstance(records, CustomerRefused)
                else [SubscriptionUsage(customers[customer], record) for record in records]
            )
        self.round = Round()
        usage = [one for customer in customers for one in fetched[customer]]
        refused = [one.reason for one in usage if isinstance(one, CustomerRefused)]
        if refused and len(refused) == len(usage):
            raise Rejected(refused[0], Reason.FORBIDDEN)
        for reason in refused:
            run.warn(reason)
        return [one for one in usage if isinstance(one, SubscriptionUsage)]

    def stands_for(self, record: SubscriptionUsage) -> datetime | None:
        return record.subscription.modified


@dataclass(slots=True)
class Round:
    """What was fetched already, by customer; forgotten after a day, and when another month begins."""

    began: datetime | None = None
    by_customer: dict[str, list[SubscriptionUsage | CustomerRefused]] = field(default_factory=dict)

    def fetched(self, now: datetime) -> dict[str, list[SubscriptionUsage | CustomerRefused]]:
        """What still counts at `now`, to be added to."""
        if self.began and (now - self.began > timedelta(days=1) or month_start(self.began) != month_start(now)):
            self.began, self.by_customer = None, {}
        self.began = self.began or now
        return self.by_customer


REPORTS = (UsageRecords, SubscriptionUsageRecords)
