"""One class per report."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar

import msgspec

from exporter.apis.ea import metrics
from exporter.apis.ea.client import Client
from exporter.apis.ea.columns import tag_label
from exporter.apis.ea.metrics import Adjustment, Bounds, Charge, Enrollment, Purchase
from exporter.apis.ea.records import BalanceSummary, Price
from exporter.apis.ea.usage import Needed, SummedUsage, spent, summed_usage
from exporter.errors import NotModified
from exporter.model import budgets
from exporter.model.budgets import BudgetSpent
from exporter.model.collection import Collector, Run, Validators
from exporter.model.families import Family
from exporter.model.periods import DAY, Days, billing_month, day_end, instant


@dataclass(frozen=True, slots=True)
class Report(Collector):
    """A report of one enrollment."""

    client: Client


class UsageReport(Report):
    """What the reports of usage have in common: their labels, and their limit."""

    __slots__ = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Columns and tags that become labels."""
        usage = self.client.settings.usage
        return (*usage.labels, *map(tag_label, usage.tags))

    @property
    def max_series(self) -> int:
        return self.client.settings.usage.max_series

    def complete(self, now: datetime) -> date:
        """The newest day whose usage is all there."""
        return (now - timedelta(days=self.client.settings.usage.days_late)).date()

    def summed(
        self, asked: Days | None, now: datetime, needed: Needed, validators: Validators
    ) -> Iterable[SummedUsage]:
        """The usage of some days, summed by label."""
        currency = self.client.currency()
        batches = self.client.usage(asked, needed, validators)
        return summed_usage(batches, needed, self.labels, currency=currency, complete=self.complete(now), asked=asked)

    def rows(self, record: SummedUsage | BudgetSpent) -> int:
        return record.rows

    def stands_for(self, record: SummedUsage | BudgetSpent) -> datetime | None:
        day = record.until if isinstance(record, SummedUsage) and record.of_period else None
        return day_end(day) if day else None


class UsageDetails(UsageReport):
    """Cost and quantity in the current billing period; documented as refreshed every 24 hours."""

    __slots__ = ()

    name: ClassVar[str] = "usagedetails"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)

    @property
    def families(self) -> tuple[Family, ...]:
        return (*metrics.usage(self.labels), *budgets.FAMILIES)

    def collect(self, now: datetime, run: Run) -> Iterator[SummedUsage | BudgetSpent]:
        settings = self.client.settings
        run.validators.require("day", str(now.date()))
        asked = settings.usage.period
        if asked is None and settings.usage.download != "json":
            asked = billing_month(now.date())  # only JSON knows a current period without a name
        needed, complete = Needed.by(settings.usage, settings.budgets), self.complete(now)
        usage = list(self.summed(asked, now, needed, run.validators))
        yield from usage
        yield from spent(usage, settings.budgets, self.client.currency())
        if settings.usage.period is None and complete not in billing_month(now.date()):
            for row in self.summed(Days(complete, complete), now, needed, Validators()):
                yield replace(row, of_period=False)


class PreviousUsageDetails(UsageReport):
    """Cost of the previous billing period, until it is settled; documented to change until the 5th."""

    __slots__ = ()

    name: ClassVar[str] = "usagedetails_previous_month"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)

    @property
    def families(self) -> tuple[Family, ...]:
        return metrics.previous_usage(self.labels)

    def collect(self, now: datetime, run: Run) -> Iterable[SummedUsage]:
        usage = self.client.settings.usage
        previous = billing_month(billing_month(now.date()).start - DAY)
        settled = f"{previous.start} {now.day >= usage.settled_day}"
        if now.day >= usage.settled_day and run.validators.known.get("settled") == settled:
            raise NotModified
        run.validators.require("month", str(previous.start))
        run.validators.seen["settled"] = settled
        return self.summed(previous, now, Needed.by(usage, ()), run.validators)


@dataclass(frozen=True, slots=True)
class BalanceSummaries(Report):
    """Commitment, purchases and overage of the current billing period; documented as brought up to date daily."""

    name: ClassVar[str] = "balancesummary"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.BALANCE

    def collect(self, now: datetime, run: Run) -> Iterator[BalanceSummary | Enrollment | Purchase | Adjustment]:
        if summary := self.client.balance_summary(run.validators):
            currency = summary.currency or self.client.currency()
            yield msgspec.structs.replace(summary, currency_code=currency)
            yield Enrollment(self.client.settings.enrollment, currency)
            for line in summary.new_purchases_details or ():
                yield Purchase(line.name, currency, line.value)
            for line in summary.adjustment_details or ():
                yield Adjustment(line.name, currency, line.value)


@dataclass(frozen=True, slots=True)
class MarketplaceCharges(Report):
    """Cost of third parties' offers in the current billing period; read as often as usage."""

    name: ClassVar[str] = "marketplacecharges"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.MARKETPLACE

    def collect(self, now: datetime, run: Run) -> Iterator[Charge]:
        currency = self.client.currency()
        for row in self.client.marketplace_charges(self.client.settings.usage.period, run.validators):
            until = instant(row.usage_end_date) if row.usage_end_date else None
            yield Charge(
                row.publisher_name, row.offer, row.plan_name, row.subscription_name, currency, row.extended_cost, until
            )

    def stands_for(self, record: Charge) -> datetime | None:
        return record.until


@dataclass(frozen=True, slots=True)
class PriceSheet(Report):
    """Prices of the current billing period; one sheet per period, so once a day is ample."""

    name: ClassVar[str] = "pricesheet"
    fresh_every: ClassVar[timedelta] = timedelta(hours=24)
    families: ClassVar[tuple[Family, ...]] = metrics.PRICES

    def collect(self, now: datetime, run: Run) -> Iterable[Price]:
        if self.client.settings.prices == "all":
            return self.client.price_sheet(run.validators)
        used = self.client.meters_in_use()
        run.validators.require("meters", hashlib.sha256(" ".join(sorted(used)).encode()).hexdigest())
        return [price for price in self.client.price_sheet(run.validators) if price.meter_id in used]


@dataclass(frozen=True, slots=True)
class BillingPeriods(Report):
    """Bounds of the current billing period, the newest that the enrollment has data for."""

    name: ClassVar[str] = "billingperiods"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.BILLING_PERIOD

    def collect(self, now: datetime, run: Run) -> Iterator[Bounds]:
        periods = self.client.billing_periods(run.validators)
        if periods:
            month = billing_month(max(period.start for period in periods).date())
            first, after = (datetime.combine(day, time(), UTC) for day in (month.start, month.end + DAY))
            yield Bounds(first.timestamp(), after.timestamp())


REPORTS = (UsageDetails, PreviousUsageDetails, BalanceSummaries, MarketplaceCharges, PriceSheet, BillingPeriods)
