"""One class per report."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import ClassVar

import msgspec

from exporter.apis.ea import metrics
from exporter.apis.ea.metrics import Adjustment, Bounds, Charge, Enrollment, Purchase
from exporter.apis.ea.outside import Outside
from exporter.apis.ea.records import BalanceSummary, MarketplaceCharge, Price
from exporter.apis.ea.report import Report
from exporter.apis.ea.usage_reports import PreviousUsageDetails, UsageDetails
from exporter.errors import Malformed, Reason, Rejected
from exporter.model.collection import Run
from exporter.model.families import Family
from exporter.model.periods import DAY, billing_month, instant, period_name


@dataclass(frozen=True, slots=True)
class BalanceSummaries(Report):
    """Commitment, purchases and overage of the current billing period; documented as brought up to date daily."""

    name: ClassVar[str] = "balancesummary"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.BALANCE

    def records(self, now: datetime, run: Run) -> Iterator[BalanceSummary | Enrollment | Purchase | Adjustment]:
        if summary := self.client.balance_summary(run.validators):
            run.period = summary.period or run.period
            currency = summary.currency or self.currency(now, run)
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
    shaped_by: ClassVar[tuple[str, ...]] = ("usage.period",)
    families: ClassVar[tuple[Family, ...]] = metrics.MARKETPLACE

    def records(self, now: datetime, run: Run) -> Iterator[Charge]:
        asked, currency = self.client.settings.usage.period, self.currency(now, run)
        run.period = period_name(asked) or str(asked) if asked else run.period
        charges: list[Charge] = []
        for part, rows in self.client.marketplace_charges(asked, now.date(), run.validators):
            outside = Outside(part, now.date())
            charges += [
                self._charge(row, currency)
                for row in rows
                if outside.overlaps(row.usage_start_date, row.usage_end_date)
            ]
            outside.report(run, self.titled(run), lags=asked is None and outside.lags(len(charges)))
        unknown = {charge.labels for charge in charges if charge.cost is None}
        unpriced = sum(charge.cost is None for charge in charges)
        if charges and unpriced == len(charges):
            raise Malformed(f"no charge states a cost, of {unpriced}")
        if unpriced:
            run.drop(f"{self.titled(run)}: {unpriced} charges state no cost, so sums over them are absent", unpriced)
        yield from (charge for charge in charges if charge.labels not in unknown)

    def _charge(self, row: MarketplaceCharge, currency: str) -> Charge:
        until = instant(row.usage_end_date) if row.usage_end_date else None
        return Charge(
            row.publisher_name, row.offer, row.plan_name, row.subscription_name, currency, row.extended_cost, until
        )

    def data_timestamp(self, record: Charge) -> datetime | None:
        return record.until


@dataclass(frozen=True, slots=True)
class PriceSheet(Report):
    """Prices of the current billing period; one sheet per period, so once a day is ample."""

    name: ClassVar[str] = "pricesheet"
    fresh_every: ClassVar[timedelta] = timedelta(hours=24)
    shaped_by: ClassVar[tuple[str, ...]] = ("prices",)
    families: ClassVar[tuple[Family, ...]] = metrics.PRICES

    def records(self, now: datetime, run: Run) -> Iterable[Price]:
        if self.client.settings.prices == "all":
            return self.client.price_sheet(run.validators)
        used = {meter.lower() for meter in self.client.meters_in_use(now.date()) or _published_meters(run)}
        if not used:
            text = "there is no usage yet, so the meters in use are not known; wait for it, or set `prices: all`"
            raise Rejected(text, Reason.NOT_FOUND)
        run.validators.require("meters", hashlib.sha256(" ".join(sorted(used)).encode()).hexdigest())
        return [price for price in self.client.price_sheet(run.validators) if (price.meter_id or "").lower() in used]


def _published_meters(run: Run) -> frozenset[str]:
    """The meters whose prices are published: while a period has no usage yet, those of the one before."""
    place = metrics.PRICES[0].labels.names.index("meter_id")
    samples = run.published.samples.get(metrics.PRICES[0].name, {}) if run.published else {}
    return frozenset(key[place] for key in samples)


@dataclass(frozen=True, slots=True)
class BillingPeriods(Report):
    """Bounds of the current billing period, the newest that the enrollment has data for."""

    name: ClassVar[str] = "billingperiods"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.BILLING_PERIOD

    def records(self, now: datetime, run: Run) -> Iterator[Bounds]:
        periods = self.client.billing_periods(run.validators)
        if periods:
            month = billing_month(max(period.start for period in periods).date())
            first, after = (datetime.combine(day, time(), UTC) for day in (month.start, month.end + DAY))
            yield Bounds(first.timestamp(), after.timestamp())


REPORTS = (UsageDetails, PreviousUsageDetails, BalanceSummaries, MarketplaceCharges, PriceSheet, BillingPeriods)
