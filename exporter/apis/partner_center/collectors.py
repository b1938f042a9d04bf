"""One class per report."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from exporter.apis.api import AccountReport
from exporter.apis.budgets import thresholds
from exporter.apis.partner_center import metrics
from exporter.apis.partner_center.client import Client, CustomerList
from exporter.apis.partner_center.reading.findings import Findings, listed
from exporter.apis.partner_center.records import (
    AsOf,
    BillingPeriod,
    CustomerCount,
    CustomerPeriod,
    CustomerUsage,
    MfaCompliance,
    SubscriptionUsage,
    Usage,
    calendar_month,
)
from exporter.apis.partner_center.rollover import amounts_as_of
from exporter.apis.partner_center.rounds import Round
from exporter.apis.partner_center.settings import SUBSCRIPTION_USAGE, Settings
from exporter.model.budgets import Threshold
from exporter.model.collection import Run
from exporter.model.families import Family
from exporter.model.periods import month_start

Reported = CustomerUsage | CustomerCount | MfaCompliance | Threshold | AsOf


class Report(AccountReport[Client, Settings]):
    """What the reports have in common: what shapes their samples, and their limit of series."""

    shaped_by: ClassVar[tuple[str, ...]] = (
        "customer_names",
        "customer_names_key",
        "customer_names_key_file",
        "max_series",
    )

    @property
    def max_series(self) -> int:
        return self.settings.max_series


class UsageRecords(Report):
    """Every customer's spending and budget; rated usage is documented to arrive within about a day."""

    name: ClassVar[str] = "usagerecords"
    fresh_every: ClassVar[timedelta] = timedelta(hours=3)
    families: ClassVar[tuple[Family, ...]] = metrics.CUSTOMERS + metrics.THRESHOLDS
    shaped_by: ClassVar[tuple[str, ...]] = (*Report.shaped_by, "budget_thresholds")

    def collect(self, now: datetime, run: Run) -> Iterable[Reported]:
        found = self.client.customers()
        found.findings.report(run)
        self._compare(found, run)
        if found.compliant is False:
            run.warn(
                "Partner Center reports that the sign-in does not prove multi-factor authentication, which it "
                f"increasingly requires; sign in again: azure-billing-exporter login {self.client.account} "
                "--config.file=…"
            )
        as_of = amounts_as_of(found.customers, now, run.published)
        run.period = f"{min(as_of or now, now):%Y%m}"
        return self._reported(found, as_of)

    def _reported(self, found: CustomerList, as_of: datetime | None) -> Iterator[Reported]:
        yield from found.customers
        yield from _counts(found.customers)
        yield from thresholds(self.settings.budget_thresholds)
        if found.compliant is not None:
            yield MfaCompliance(found.compliant)
        if as_of:
            yield AsOf(as_of)

    def _compare(self, found: CustomerList, run: Run) -> None:
        """A larger `totalCount` alone is a warning; with published customers missing, two runs must agree on them."""
        number = len({customer.id for customer in found.customers})
        if found.total_count > number:
            run.incomplete = (
                f"customers/usagerecords: totalCount is {found.total_count}, but there are {number} distinct customers"
            )
            run.warn(run.incomplete)

    def rows(self, record: Reported) -> int:
        return 1 if isinstance(record, CustomerUsage) else 0

    def data_timestamp(self, record: Reported) -> datetime | None:
        return record.at if isinstance(record, AsOf) else None


def _counts(usage: Iterable[CustomerUsage]) -> Iterator[CustomerCount]:
    """The number of customers, each counted once: one may have a record in each of two currencies."""
    kinds: dict[str, set[str]] = {"true": set(), "false": set()}
    with_budget = {one.id for one in usage if one.has_budget}
    for one in usage:
        kinds[one.azure_plan].add(one.id)
    kinds["false"] -= kinds["true"]
    for azure_plan, ids in kinds.items():
        if ids:
            yield CustomerCount(azure_plan, len(ids), len(ids - with_budget))


class UsageSummaries(Report):
    """Every customer's billing period: the calendar month for Azure plans, one request for each legacy customer.

    A legacy customer's period is requested once in it; one that can't be read is a warning, and requested again.
    """

    name: ClassVar[str] = "usagesummary"
    fresh_every: ClassVar[timedelta] = timedelta(hours=6)
    families: ClassVar[tuple[Family, ...]] = metrics.BILLING_PERIODS
    required: ClassVar[bool] = False

    def __init__(self, client: Client, settings: Settings) -> None:
        super().__init__(client, settings)
        self._paced = client.paced(settings.requests_per_minute)
        self._round = Round[BillingPeriod]()

    def collect(self, now: datetime, run: Run) -> Iterable[CustomerPeriod]:
        customers = self.client.customers().customers
        plans = {one.id for one in customers if one.azure_plan == "true"}
        legacy = [one.id for one in customers if one.azure_plan == "false"]
        if mixed := sorted(plans.intersection(legacy)):
            run.warn(f"two records with different billing periods, neither of which is published: {listed(mixed)}")
        known = _published_periods(run) | self._round.results
        wanted = dict.fromkeys(one for one in legacy if one not in plans)
        self._round.results = {one: known[one] for one in wanted if one in known and now in known[one]}
        self._round.read(wanted, self._paced.billing_period, self._paced.at_once)
        periods = self._round.finish(run, self.name)
        if over := sorted(one for one, period in periods.items() if now not in period):
            run.warn(f"usagesummary does not state the current billing period: {listed(over)}")
        month = calendar_month(now)
        return [
            CustomerPeriod(one.id, one.name, int(period.start.timestamp()), int(period.end.timestamp()))
            for one in {one.id: one for one in customers if one.id not in mixed}.values()
            if (period := month if one.id in plans else periods.get(one.id)) and now in period
        ]


def _published_periods(run: Run) -> dict[str, BillingPeriod]:
    samples = run.published.samples if run.published else {}
    starts, ends = (samples.get(family.name, {}) for family in metrics.BILLING_PERIODS)
    return {
        labels[0]: BillingPeriod(_instant(start), _instant(ends[labels]))
        for labels, start in starts.items()
        if labels in ends
    }


def _instant(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


class SubscriptionUsageRecords(Report):
    """The cost of each customer's subscriptions: one request per customer, spread over half of the interval.

    As long as nothing is published, requests are only limited by `requests_per_minute`.
    After a failure the next run reads the customers that are still missing. A customer that can't be read is a
    warning, and the others are published; the run fails where none can be read.
    """

    name: ClassVar[str] = SUBSCRIPTION_USAGE
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.SUBSCRIPTIONS
    required: ClassVar[bool] = False

    def __init__(self, client: Client, settings: Settings) -> None:
        super().__init__(client.paced(settings.requests_per_minute), settings)
        self._span = (settings.report(self.name).every or self.fresh_every) / 2
        self._began: datetime | None = None
        self._round = Round[tuple[list[Usage], Findings]]()

    def collect(self, now: datetime, run: Run) -> Iterable[SubscriptionUsage]:
        customers = {one.id: one for one in self.client.customers().customers}
        if self._began and (now - self._began > timedelta(days=1) or month_start(self._began) != month_start(now)):
            self._began, self._round.results = None, {}
        self._began = self._began or now
        self.client.spread(len(self._round.missing(customers)), self._span if run.published else timedelta(0))
        self._round.read(customers, self.client.subscriptions, self.client.at_once)
        first = next(iter(self._round.failures.values()), None)
        read, self._round.results, self._began = self._round.finish(run, self.name), {}, None
        if first and not read:
            raise first
        return self._usage(customers, read, run)

    def _usage(
        self, customers: Mapping[str, CustomerUsage], read: Mapping[str, tuple[list[Usage], Findings]], run: Run
    ) -> Iterator[SubscriptionUsage]:
        for customer in (customers[one] for one in customers if one in read):
            usage, findings = read[customer.id]
            findings.report(run)
            for subscription in usage:
                yield SubscriptionUsage(customer, subscription)

    def data_timestamp(self, record: SubscriptionUsage) -> datetime | None:
        return record.subscription.modified


REPORTS = (UsageRecords, UsageSummaries, SubscriptionUsageRecords)
