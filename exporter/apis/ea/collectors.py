"""One class per report, those of usage and prices in `exporter.apis.costs`; and the list of all reports."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import ClassVar

import msgspec

from exporter.apis.costs import metrics
from exporter.apis.costs.outside import Outside
from exporter.apis.costs.prices import PriceSheet
from exporter.apis.costs.records import Adjustment, Bounds, Enrollment, MarketplaceCost, Purchase
from exporter.apis.costs.reports import Report
from exporter.apis.costs.usage_reports import PreviousUsageDetails, UsageDetails
from exporter.apis.ea.client import Client
from exporter.apis.ea.records import BalanceSummary
from exporter.apis.ea.settings import Settings
from exporter.errors import Malformed
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
            yield from summary.lines(currency)


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
