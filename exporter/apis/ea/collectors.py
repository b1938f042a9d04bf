"""One class per report, those of usage and prices in `exporter.apis.costs`; and the list of all reports."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

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
from exporter.apis.ea.usage.periods import FIRST_DAY
from exporter.errors import Failure, Malformed
from exporter.model.collection import Run, Validators
from exporter.model.families import Family
from exporter.model.history import History, Past
from exporter.model.periods import DAY, Days, billing_month, period_name


class EnrollmentReport(Report[Client, Settings]):
    """A report of one enrollment."""

    def currency(self, now: datetime, run: Run) -> str:
        """The enrollment's currency; where nothing states it any more, or not yet, the one that is published."""
        return self.client.currency(self.published_currency(run), now.date())


class EnrollmentHistory(EnrollmentReport, History):
    """A report of one enrollment that has past billing periods."""

    def oldest(self, today: date) -> date:
        return FIRST_DAY

    def closed(self, period: Days, now: datetime) -> bool:
        return (now - (self.settings.usage.settled_day - 1) * DAY).date() > period.end

    def past(self, period: Days, now: datetime, run: Run) -> Past:
        run.period = period_name(period) or str(period)
        found, last = Past(period), min(period.end, (now - DAY).date())
        try:
            for day, records in self.days(Days(period.start, last), now, run):
                found.put(day, records, self.families)
                found.rows = max(found.rows, len(records))
        except Failure as failure:
            self.name_failure(failure, run)
            raise
        return found

    @abstractmethod
    def days(self, days: Days, now: datetime, run: Run) -> Iterator[tuple[date, Sequence[Any]]]:
        """The records of those days of a billing period whose figures are known."""


class BalanceSummaries(EnrollmentHistory):
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

    def days(self, days: Days, now: datetime, run: Run) -> Iterator[tuple[date, Sequence[Any]]]:
        """The last day of a period that has ended: how its balance stood before is not stated."""
        if days.end == billing_month(days.end).end and (
            summary := self.client.balance_summary(Validators(), billing_month(days.end))
        ):
            currency = summary.currency or self.client.currency("", now.date())
            replaced = msgspec.structs.replace(summary, currency_code=currency)
            yield days.end, [replaced, Enrollment(self.settings.enrollment, currency), *summary.lines(currency)]


class MarketplaceCharges(EnrollmentHistory):
    """Cost of third parties' offers in the current billing period; read as often as usage."""

    name: ClassVar[str] = "marketplacecharges"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.MARKETPLACE
    shaped_by: ClassVar[tuple[str, ...]] = (*Report.shaped_by, "usage.period")

    def records(self, now: datetime, run: Run) -> Iterator[MarketplaceCost]:
        period = self.settings.period
        if period:
            run.period = period_name(period) or str(period)
        yield from self._priced(self._costs(period, self.currency(now, run), now, run), run)

    def days(self, days: Days, now: datetime, run: Run) -> Iterator[tuple[date, Sequence[MarketplaceCost]]]:
        """Each charge counts from its last day on, one that does not state it on the last day of the period."""
        month = billing_month(days.end)
        charges = list(self._priced(self._costs(month, self.client.currency("", now.date()), now, run), run))
        for day in days:
            counted = [one for one in charges if day == month.end or (one.until and one.until.date() <= day)]
            yield day, counted

    def _costs(self, period: Days | None, currency: str, now: datetime, run: Run) -> list[MarketplaceCost]:
        costs: list[MarketplaceCost] = []
        for days, rows in self.client.marketplace_charges(period, now.date(), run.validators):
            outside = Outside(days, now.date())
            costs += [
                row.cost(currency) for row in rows if not outside.count_span(row.usage_start_date, row.usage_end_date)
            ]
            outside.report(run, self.titled(run), lags=period is None and outside.lags(len(costs)))
        return costs

    def _priced(self, costs: Sequence[MarketplaceCost], run: Run) -> Iterator[MarketplaceCost]:
        """The charges with labels of which all charges state a cost."""
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


class BillingPeriods(EnrollmentHistory):
    """Bounds of the current billing period, the newest that the enrollment has data for."""

    name: ClassVar[str] = "billingperiods"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.BILLING_PERIOD

    def records(self, now: datetime, run: Run) -> Iterator[Bounds]:
        periods = self.client.billing_periods(run.validators)
        if periods:
            yield _bounds(billing_month(max(period.start for period in periods).date()))

    def days(self, days: Days, now: datetime, run: Run) -> Iterator[tuple[date, Sequence[Bounds]]]:
        if any(period.start.date() in days for period in self.client.billing_periods()):
            yield from ((day, [_bounds(billing_month(day))]) for day in days)


def _bounds(month: Days) -> Bounds:
    first, after = (datetime.combine(day, time(), UTC) for day in (month.start, month.end + DAY))
    return Bounds(first.timestamp(), after.timestamp())


REPORTS = (UsageDetails, PreviousUsageDetails, BalanceSummaries, MarketplaceCharges, PriceSheet, BillingPeriods)
