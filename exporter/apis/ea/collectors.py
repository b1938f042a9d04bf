"""One class per report, those of usage in `usage_reports`; and the list of all reports."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import ClassVar

import msgspec

from exporter.apis.costs import metrics
from exporter.apis.costs.outside import Outside
from exporter.apis.costs.records import Adjustment, Bounds, Enrollment, MarketplaceCost, Price, Purchase
from exporter.apis.costs.reports import Report
from exporter.apis.costs.usage_reports import PreviousUsageDetails, UsageDetails
from exporter.apis.ea.client import Client
from exporter.apis.ea.records import BalanceSummary
from exporter.apis.ea.settings import Settings
from exporter.errors import Malformed, Reason, Rejected
from exporter.model.collection import Run
from exporter.model.families import Family
from exporter.model.periods import DAY, billing_month, period_name


class EnrollmentReport(Report[Client, Settings]):
    """A report of one enrollment."""

    def currency(self, now: datetime, run: Run) -> str:
        """The enrollment's currency; where nothing states it any more, or not yet, the one that is published."""
        return self.client.currency(self.published_currency(run), now.date())


class BalanceSummaries(EnrollmentReport):
    """Commitment, purchases and overage of the current billing period; documented as updated daily."""

    name: ClassVar[str] = "balancesummary"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.BALANCE

    def records(self, now: datetime, run: Run) -> Iterator[BalanceSummary | Enrollment | Purchase | Adjustment]:
        if summary := self.client.balance_summary(run.validators):
            run.period = summary.period or run.period
            currency = summary.currency or self.currency(now, run)
            yield msgspec.structs.replace(summary, currency_code=currency)
            yield Enrollment(self.settings.enrollment, currency)
            for line in summary.new_purchases_details or ():
                yield Purchase(line.name, currency, line.value)
            for line in summary.adjustment_details or ():
                yield Adjustment(line.name, currency, line.value)


class MarketplaceCharges(EnrollmentReport):
    """Cost of third parties' offers in the current billing period; read as often as usage."""

    name: ClassVar[str] = "marketplacecharges"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.MARKETPLACE
    shaped_by: ClassVar[tuple[str, ...]] = (*Report.shaped_by, "usage.period")

    def records(self, now: datetime, run: Run) -> Iterator[MarketplaceCost]:
        currency, period = self.currency(now, run), self.settings.period
        if period:
            run.period = period_name(period) or str(period)
        costs: list[MarketplaceCost] = []
        for days, rows in self.client.marketplace_charges(period, now.date(), run.validators):
            outside = Outside(days, now.date())
            costs += [
                row.cost(currency) for row in rows if not outside.count_span(row.usage_start_date, row.usage_end_date)
            ]
            outside.report(run, self.titled(run), lags=period is None and outside.lags(len(costs)))
        labels = metrics.MARKETPLACE[0].labels.read
        unknown = {labels(one) for one in costs if one.cost is None}
        unpriced = sum(one.cost is None for one in costs)
        if costs and unpriced == len(costs):
            raise Malformed(f"no charge states a cost, of {unpriced}")
        if unpriced:
            run.drop(f"{self.titled(run)}: {unpriced} charges state no cost, so sums over them are absent", unpriced)
        yield from (one for one in costs if labels(one) not in unknown)

    def data_timestamp(self, record: MarketplaceCost) -> datetime | None:
        return record.until


class PriceSheet(EnrollmentReport):
    """Prices of the current billing period; one sheet per period, so once a day is enough."""

    name: ClassVar[str] = "pricesheet"
    fresh_every: ClassVar[timedelta] = timedelta(hours=24)
    families: ClassVar[tuple[Family, ...]] = metrics.PRICES
    shaped_by: ClassVar[tuple[str, ...]] = (*Report.shaped_by, "prices")

    def records(self, now: datetime, run: Run) -> Iterable[Price]:
        if self.settings.prices == "all":
            return self.client.price_sheet(run.validators)
        used = {meter.lower() for meter in self.client.meters_in_use(now.date()) or _published_meters(run)}
        if not used:
            text = "there is no usage yet, so the meters in use are not known; wait for it, or set `prices: all`"
            raise Rejected(text, Reason.NOT_FOUND)
        run.validators.require("meters", hashlib.sha256(" ".join(sorted(used)).encode()).hexdigest())
        return [price for price in self.client.price_sheet(run.validators) if (price.meter_id or "").lower() in used]


def _published_meters(run: Run) -> frozenset[str]:
    """The meters whose prices are published: while a period has no usage yet, those of the one before."""
    family = metrics.PRICES[0]
    samples = run.published.samples.get(family.name, {}) if run.published else {}
    return frozenset(key[family.labels.names.index("meter_id")] for key in samples)


class BillingPeriods(EnrollmentReport):
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
