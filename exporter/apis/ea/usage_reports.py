"""The reports of usage details: the current billing period, and the previous one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from exporter.apis.ea import metrics
from exporter.apis.ea.collectors import Report
from exporter.apis.ea.records import SummedUsage
from exporter.apis.ea.settings import UsageBudget
from exporter.apis.ea.usage.aggregate import Aggregate
from exporter.apis.ea.usage.budgets import conditions, spent
from exporter.apis.ea.usage.columns import tag_label
from exporter.apis.ea.usage.selection import Selection
from exporter.errors import Failure, Malformed, NotModified
from exporter.model import budgets
from exporter.model.budgets import BudgetSpent
from exporter.model.collection import Run, Validators
from exporter.model.families import Family
from exporter.model.periods import DAY, Days, billing_month, day_end, next_month, period_name


@dataclass(frozen=True, slots=True)
class UsageReport(Report):
    """What the reports of usage have in common: columns and tags that become labels, and how rows are summed."""

    columns: tuple[str, ...]
    tags: tuple[str, ...]
    days_late: int

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the columns and tags."""
        return (*self.columns, *map(tag_label, self.tags))

    def next_period(self, after: datetime) -> datetime | None:
        return next_month(after)

    def complete(self, now: datetime) -> date:
        """The newest day whose usage is complete."""
        return (now - timedelta(days=self.days_late)).date()

    def summed(
        self, period: Days | None, now: datetime, selection: Selection, run: Run, validators: Validators
    ) -> tuple[list[SummedUsage], frozenset[str]]:
        """The usage of a period, or of the current billing period, and the labels that no row has.

        Raises `Malformed` for rows of which none states a cost.
        """
        currency = self.currency(now, run)
        aggregate = Aggregate(selection, self.labels, self.complete(now))
        for days, batches in self.client.usage(period, now.date(), selection, validators):
            outside = aggregate.add(batches, days, now.date())
            lags = period is None and outside.lags(aggregate.rows)
            outside.report(run, self.titled(run), lags=lags)
            if lags:
                aggregate.clear()
        usage, missing = aggregate.usage(currency), aggregate.missing
        self._warn(usage, missing, run)
        return usage, missing

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

    def rows(self, record: SummedUsage | BudgetSpent) -> int:
        return record.rows

    def data_timestamp(self, record: SummedUsage | BudgetSpent) -> datetime | None:
        day = record.until if isinstance(record, SummedUsage) and record.of_period else None
        return day_end(day) if day else None


@dataclass(frozen=True, slots=True)
class UsageDetails(UsageReport):
    """Cost and quantity in the current billing period; documented as refreshed every 24 hours."""

    period: Days | None
    budgets: tuple[UsageBudget, ...]
    shares_meters: bool
    """Whether the price sheet needs the meters in use."""

    name: ClassVar[str] = "usagedetails"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)

    @property
    def families(self) -> tuple[Family, ...]:
        return (*metrics.usage(self.labels), *budgets.FAMILIES)

    def records(self, now: datetime, run: Run) -> Iterator[SummedUsage | BudgetSpent]:
        if self.period:
            run.period = period_name(self.period) or str(self.period)
        run.validators.require("day", str(now.date()))
        shares_meters = self.shares_meters and self.period is None
        names = [name for budget in self.budgets for name in budget.where] + ["meter_id"] * shares_meters
        selection = Selection.from_names(self.columns, self.tags, names)
        usage, missing = self.summed(self.period, now, selection, run, run.validators)
        yield from usage
        for budget in self.budgets:
            if absent := ", ".join(sorted(conditions(budget).keys() & missing)):
                text = f"no row has {absent}, so what is spent of budget {budget.name!r} is absent"
                run.warn(f"{self.titled(run)}: {text}")
        yield from spent(usage, self.budgets, self.currency(now, run), missing)
        month = billing_month(now.date())
        if shares_meters:
            self.client.share_meters(month, frozenset(row.values["meter_id"] for row in usage))
        if self.period is None and self.complete(now) not in month:
            yield from self._complete_day(now, run)

    def _complete_day(self, now: datetime, run: Run) -> Iterable[SummedUsage]:
        """The newest complete day where it is in the previous month. The month does not fail with it: what was
        published for the same day stays, and the next run reads everything again.
        """
        day, selection = self.complete(now), Selection.from_names(self.columns, self.tags)
        try:
            usage, _ = self.summed(Days(day, day), now, selection, run, Validators())
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


@dataclass(frozen=True, slots=True)
class PreviousUsageDetails(UsageReport):
    """Cost of the previous billing period, until it is settled; documented to change until the 5th."""

    settled_day: int

    name: ClassVar[str] = "usagedetails_previous_month"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)

    @property
    def families(self) -> tuple[Family, ...]:
        return metrics.previous_usage(self.labels)

    def records(self, now: datetime, run: Run) -> Iterable[SummedUsage]:
        """The month is settled only by rows, and never by an answer without any."""
        previous = billing_month(billing_month(now.date()).start - DAY)
        run.period = f"{previous.start:%Y%m}"
        settled = f"{previous.start} {now.day >= self.settled_day}"
        if now.day >= self.settled_day and run.validators.known.get("settled") == settled:
            raise NotModified
        run.validators.require("month", str(previous.start))
        try:
            selection = Selection.from_names(self.columns, self.tags)
            rows, _ = self.summed(previous, now, selection, run, run.validators)
        except NotModified:
            if run.published and run.published.series:
                run.validators.seen["settled"] = settled
            raise
        if rows:
            run.validators.seen["settled"] = settled
        return rows
