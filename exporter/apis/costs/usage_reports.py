"""The reports of usage details: the current billing period, and the previous one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from exporter.apis.budgets import thresholds
from exporter.apis.costs import metrics
from exporter.apis.costs.aggregate import Aggregate
from exporter.apis.costs.budgets import conditions, spent
from exporter.apis.costs.client import UsageClient
from exporter.apis.costs.columns import tag_label
from exporter.apis.costs.history import DailyAggregate, PastUsage
from exporter.apis.costs.records import MarketplaceCost, SummedUsage
from exporter.apis.costs.reports import Report
from exporter.apis.costs.selection import Selection
from exporter.apis.costs.settings import CostSettings
from exporter.errors import Failure, Malformed, NotModified
from exporter.model.budgets import FAMILIES as BUDGETS
from exporter.model.budgets import BudgetSpent, Threshold
from exporter.model.collection import Run, Validators
from exporter.model.families import Family
from exporter.model.history import History, Past
from exporter.model.periods import DAY, Days, billing_month, day_end, next_month, period_name


class UsageReport(Report[UsageClient, CostSettings], History):
    """What the reports of usage have in common: columns and tags that become labels, and how rows are summed."""

    shaped_by: ClassVar[tuple[str, ...]] = (*Report.shaped_by, "usage.labels", "usage.tags")

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the columns and tags."""
        return (*self.settings.usage.labels, *map(tag_label, self.settings.usage.tags))

    def selection(self, *names: str) -> Selection:
        """What is read of each row: the labels, what the client always needs, and columns and tags by `names`."""
        usage = self.settings.usage
        return Selection.from_names((*self.client.always, *usage.labels), usage.tags, names)

    def next_period(self, after: datetime) -> datetime | None:
        return next_month(after)

    def complete(self, now: datetime) -> date:
        """The newest day whose usage is complete."""
        return (now - timedelta(days=self.settings.usage.days_late)).date()

    def summed(
        self, period: Days | None, now: datetime, selection: Selection, run: Run, validators: Validators
    ) -> tuple[list[SummedUsage], frozenset[str]]:
        """The usage of a period, or of the current billing period, and the labels that no row has.

        Raises `Malformed` for rows of which none states a cost.
        """
        currency = self.client.currency(self.published_currency(run), now.date())
        aggregate = Aggregate(selection, self.labels, self.complete(now))
        self._read(aggregate, period, now, selection, run, validators)
        usage, missing = aggregate.usage(currency), aggregate.missing
        self._warn(usage, missing, run)
        return usage, missing

    def _read(
        self,
        aggregate: Aggregate,
        period: Days | None,
        now: datetime,
        selection: Selection,
        run: Run,
        validators: Validators,
    ) -> None:
        """Sum the rows of a period, or of the current billing period."""
        for days, batches in self.client.usage(period, now.date(), selection, validators):
            outside = aggregate.add(batches, days, now.date())
            lags = period is None and outside.lags(aggregate.rows)
            outside.report(run, self.titled(run), lags=lags)
            if lags:
                aggregate.clear()

    def past_usage(self, period: Days, now: datetime, run: Run, *names: str) -> PastUsage:
        """The usage of a billing period by its days, with columns and tags by `names`."""
        run.period = period_name(period) or str(period)
        selection = self.selection(*names)
        try:
            currency = self.client.currency("", now.date())
            aggregate = DailyAggregate(selection, self.labels)
            self._read(aggregate, period, now, selection, run, Validators())
            found = PastUsage(aggregate, period, self.complete(now), currency)
            self._warn(found.usage, found.missing, run)
        except Failure as failure:
            self.name_failure(failure, run)
            raise
        return found

    def oldest(self, today: date) -> date:
        return self.client.oldest(today)

    def closed(self, period: Days, now: datetime) -> bool:
        return (now - (self.settings.usage.settled_day - 1) * DAY).date() > period.end

    def _warn(self, usage: Sequence[SummedUsage], missing: frozenset[str], run: Run) -> None:
        """Report what the samples do not show."""
        unpriced = sum(row.unpriced for row in usage)
        if unpriced and unpriced == sum(row.rows for row in usage):
            raise Malformed(f"no row states a cost, of {unpriced}")
        if unpriced:
            run.drop(f"{self.titled(run)}: {unpriced} rows state no cost, so sums over them are absent", unpriced)
        if unread := sum(row.rows for row in usage if not row.readable_tags):
            run.warn(f"{self.titled(run)}: the tags of {unread} rows can't be read, so labels of tags are empty there")
        if absent := [name for name in self.labels if name in missing]:
            run.warn(f"{self.titled(run)}: no row has the columns of the labels {', '.join(absent)}; they are empty")

    def rows(self, record: SummedUsage | BudgetSpent | Threshold) -> int:
        return record.rows

    def data_timestamp(self, record: SummedUsage | BudgetSpent | Threshold) -> datetime | None:
        day = record.until if isinstance(record, SummedUsage) and record.of_period else None
        return day_end(day) if day else None


class UsageDetails(UsageReport):
    """Cost and quantity in the current billing period; documented as refreshed every 24 hours."""

    name: ClassVar[str] = "usagedetails"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    shaped_by: ClassVar[tuple[str, ...]] = (*UsageReport.shaped_by, "usage.period", "usage.days_late", "budgets")

    @property
    def families(self) -> tuple[Family, ...]:
        return (*metrics.usage(self.labels), *BUDGETS)

    def records(self, now: datetime, run: Run) -> Iterator[Any]:
        period, budgets = self.settings.period, self.settings.budgets
        if period:
            run.period = period_name(period) or str(period)
        run.validators.require("day", str(now.date()))
        shares_meters = period is None and self.settings.shares_meters
        names = [name for budget in budgets for name in budget.where] + ["meter_id"] * shares_meters
        usage, missing = self.summed(period, now, self.selection(*names), run, run.validators)
        yield from usage
        for budget in budgets:
            if absent := ", ".join(sorted(conditions(budget).keys() & missing)):
                text = f"no row has {absent}, so what is spent of budget {budget.name!r} is absent"
                run.warn(f"{self.titled(run)}: {text}")
        yield from self._spent(usage, missing, now, run)
        for budget in budgets:
            yield from thresholds(budget.thresholds, budget.name)
        month = billing_month(now.date())
        if shares_meters:
            self.client.share_meters(month, frozenset(row.values["meter_id"] for row in usage))
        if period is None and self.complete(now) not in month:
            yield from self._complete_day(now, run)

    def past(self, period: Days, now: datetime, run: Run) -> Past:
        budgets = self.settings.budgets
        usage = self.past_usage(period, now, run, *(name for budget in budgets for name in budget.where))
        found = usage.past(budgets, self.marketplace)
        found.timestamps = usage.timestamps()
        cost, *_ = self.families
        self.client.share_costs(period, found.at_end(cost.name))
        return found

    @property
    def marketplace(self) -> Callable[[SummedUsage], MarketplaceCost] | None:
        """Reads third parties' charges from rows of usage; None where they are a report of their own."""
        return None

    def _spent(
        self, usage: Sequence[SummedUsage], missing: frozenset[str], now: datetime, run: Run
    ) -> Iterable[BudgetSpent]:
        currency = self.client.currency(self.published_currency(run), now.date())
        currencies = sorted({currency} if currency else {row.currency for row in usage})
        if self.settings.budgets and len(currencies) > 1:
            text = f"costs are in {', '.join(currencies)}, so `currency` must say which one the budgets are in"
            run.warn(f"{self.titled(run)}: {text}")
        return spent(usage, self.settings.budgets, currencies[0], missing) if len(currencies) == 1 else ()

    def _complete_day(self, now: datetime, run: Run) -> Iterable[SummedUsage]:
        """The newest complete day where it is in the previous month. The month does not fail with it: what was
        published for the same day stays, and the next run reads everything again.
        """
        day = self.complete(now)
        try:
            usage, _ = self.summed(Days(day, day), now, self.selection(), run, Validators())
        except Failure as failure:
            run.validators.seen.clear()
            run.warn(f"{self.titled(run)}: the newest complete day {day} could not be read: {failure}")
            return self._published_day(now, run)
        return [replace(row, of_period=False) for row in usage]

    def _published_day(self, now: datetime, run: Run) -> Iterator[SummedUsage]:
        if run.published and run.published.collected.date() == now.date():
            for (*labels, currency), cost in run.published.samples.get(metrics.DAILY, {}).items():
                unit = {"unit_of_measure": ""}
                yield SummedUsage(unit, tuple(labels), currency, None, newest=True, cost=Decimal(cost), of_period=False)


class PreviousUsageDetails(UsageReport):
    """Cost of the previous billing period, until it is settled; documented to change until the 5th."""

    name: ClassVar[str] = "usagedetails_previous_month"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)

    @property
    def families(self) -> tuple[Family, ...]:
        return metrics.previous_usage(self.labels)

    def closed(self, period: Days, now: datetime) -> bool:
        """The figures are those of the month before."""
        return super().closed(billing_month(period.start - DAY), now)

    def past(self, period: Days, now: datetime, run: Run) -> Past:
        """The whole cost of the month before, on each day; nothing where the API has no data of it any more."""
        previous, (family,) = billing_month(period.start - DAY), self.families
        found, costs = Past(period), self.client.costs_of(previous)
        if costs is None and previous.end >= self.oldest(now.date()):
            usage = self.past_usage(previous, now, run).past((), None)
            cost, *_ = metrics.usage(())
            costs, found.rows = usage.at_end(cost.name), usage.rows
        found.values[family.name] = {key: [value] * found.length for key, value in (costs or {}).items()}
        found.timestamps = [day_end(previous.end).timestamp() if costs else None] * found.length
        return found

    def records(self, now: datetime, run: Run) -> Iterable[SummedUsage]:
        """The month is settled only by rows, and never by an answer without any."""
        previous = billing_month(billing_month(now.date()).start - DAY)
        run.period = f"{previous.start:%Y%m}"
        final = now.day >= self.settings.usage.settled_day
        settled = f"{previous.start} {final}"
        if final and run.validators.known.get("settled") == settled:
            raise NotModified
        run.validators.require("month", str(previous.start))
        try:
            rows, _ = self.summed(previous, now, self.selection(), run, run.validators)
        except NotModified:
            if run.published and run.published.series:
                run.validators.seen["settled"] = settled
            raise
        if rows:
            run.validators.seen["settled"] = settled
        return rows
