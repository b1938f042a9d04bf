"""The reports of usage details: the current billing period, and the one before."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from exporter.apis.ea import metrics
from exporter.apis.ea.columns import RESOURCE_NAMES, tag_label
from exporter.apis.ea.report import Report
from exporter.apis.ea.settings import UsageBudget
from exporter.apis.ea.sums import Spellings, Sums, summed
from exporter.apis.ea.usage import Needed, SummedUsage, spent, where
from exporter.errors import Failure, Malformed, NotModified
from exporter.model import budgets
from exporter.model.budgets import BudgetSpent
from exporter.model.collection import Run, Validators
from exporter.model.families import Family
from exporter.model.periods import DAY, Days, billing_month, day_end, next_month, period_name


class UsageReport(Report):
    """What the reports of usage have in common: their labels, and how rows are summed."""

    __slots__ = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Columns and tags that become labels."""
        usage = self.client.settings.usage
        return (*usage.labels, *map(tag_label, usage.tags))

    def next_period(self, after: datetime) -> datetime | None:
        return next_month(after)

    def complete(self, now: datetime) -> date:
        """The newest day whose usage is all there."""
        return (now - timedelta(days=self.client.settings.usage.days_late)).date()

    def summed(
        self, asked: Days | None, now: datetime, needed: Needed, run: Run, validators: Validators
    ) -> tuple[list[SummedUsage], frozenset[str]]:
        """The usage of some days, or of the current billing period, and the labels that no row has.

        Raises `Malformed` for rows of which none states a cost.
        """
        currency, complete = self.currency(now, run), self.complete(now)
        others, newest = Sums(), Sums()
        spelled = [place for place, name in enumerate(needed.columns) if name in RESOURCE_NAMES & set(self.labels)]
        spellings = Spellings(spelled)
        for part, batches in self.client.usage(asked, now.date(), needed, validators):
            outside = summed(spellings.noted(batches), part, now.date(), complete, others, newest)
            lags = asked is None and outside.lags(others.rows + newest.rows)
            outside.report(run, self.titled(run), lags=lags)
            if lags:
                others, newest = Sums(), Sums()
        missing = needed.missing((*others, *newest))
        usage = []
        for sums in (others, newest):
            for key, (rows, quantity, cost, unpriced) in sums.items():
                values = needed.named(spellings(key))
                own = tuple(values[name] for name in self.labels)
                row = SummedUsage(values, own, currency, sums.until, sums is newest, rows, quantity, cost)
                row.unpriced, row.readable_tags = unpriced, not needed.tag_keys or key[-1] is not None
                usage.append(row)
        self._judge(usage, missing, run)
        return usage, missing

    def _judge(self, usage: Sequence[SummedUsage], missing: frozenset[str], run: Run) -> None:
        """Say what the samples do not show; the cost of labels of which one row states none is not known."""
        unpriced = sum(row.unpriced for row in usage)
        if unpriced and unpriced == sum(row.rows for row in usage):
            raise Malformed(f"no row states a cost, of {unpriced}")
        if unpriced:
            run.drop(f"{self.titled(run)}: {unpriced} rows state no cost, so sums over them are absent", unpriced)
            unknown = {row.labels for row in usage if row.unpriced}
            for row in usage:
                row.known = row.labels not in unknown
        if unread := sum(row.rows for row in usage if not row.readable_tags):
            run.warn(f"{self.titled(run)}: the tags of {unread} rows can't be read, so labels of tags are empty there")
        if nowhere := [name for name in self.labels if name in missing]:
            run.warn(f"{self.titled(run)}: no row has the columns of the labels {', '.join(nowhere)}; they are empty")

    def rows(self, record: SummedUsage | BudgetSpent) -> int:
        return record.rows

    def data_timestamp(self, record: SummedUsage | BudgetSpent) -> datetime | None:
        day = record.until if isinstance(record, SummedUsage) and record.of_period else None
        return day_end(day) if day else None


class UsageDetails(UsageReport):
    """Cost and quantity in the current billing period; documented as refreshed every 24 hours."""

    __slots__ = ()

    name: ClassVar[str] = "usagedetails"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    shaped_by: ClassVar[tuple[str, ...]] = ("usage.labels", "usage.tags", "usage.period", "usage.days_late", "budgets")

    @property
    def families(self) -> tuple[Family, ...]:
        return (*metrics.usage(self.labels), *budgets.FAMILIES)

    def records(self, now: datetime, run: Run) -> Iterator[SummedUsage | BudgetSpent]:
        settings, month = self.client.settings, billing_month(now.date())
        asked = settings.usage.period
        run.period = period_name(asked) or str(asked) if asked else run.period
        run.validators.require("day", str(now.date()))
        shares = asked is None and settings.prices == "used" and settings.reads("pricesheet")
        needed = Needed.by(settings.usage, settings.budgets, *(["meter_id"] if shares else []))
        usage, missing = self.summed(asked, now, needed, run, run.validators)
        yield from usage
        for budget in settings.budgets:
            self._warn_of_missing(budget, missing, run)
        yield from spent(usage, settings.budgets, self.currency(now, run), missing)
        if shares:
            self.client.share_meters(month, frozenset(row.values["meter_id"] for row in usage))
        if asked is None and self.complete(now) not in month:
            yield from self._complete_day(now, run)

    def _warn_of_missing(self, budget: UsageBudget, missing: frozenset[str], run: Run) -> None:
        if nowhere := sorted(where(budget).keys() & missing):
            columns = ", ".join(nowhere)
            run.warn(f"{self.titled(run)}: no row has {columns}, so what is spent of budget {budget.name!r} is absent")

    def _complete_day(self, now: datetime, run: Run) -> Iterable[SummedUsage]:
        """The newest complete day where it is one of the month before. The month does not fail with it: what was
        published of the same day stays, and the next run reads everything again.
        """
        day, needed = self.complete(now), Needed.by(self.client.settings.usage, ())
        try:
            usage, _ = self.summed(Days(day, day), now, needed, run, Validators())
        except Failure as failure:
            run.validators.seen.clear()
            run.warn(f"{self.titled(run)}: the newest complete day {day} could not be read: {failure}")
            return self._published_day(now, run)
        return [replace(row, of_period=False) for row in usage]

    def _published_day(self, now: datetime, run: Run) -> Iterator[SummedUsage]:
        if run.published and run.published.collected.date() == now.date():
            for (*labels, currency), cost in run.published.samples.get(metrics.DAILY, {}).items():
                unit = {"unit_of_measure": ""}
                row = SummedUsage(unit, tuple(labels), currency, None, newest=True, cost=Decimal(cost))
                yield replace(row, of_period=False)


class PreviousUsageDetails(UsageReport):
    """Cost of the previous billing period, until it is settled; documented to change until the 5th."""

    __slots__ = ()

    name: ClassVar[str] = "usagedetails_previous_month"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    shaped_by: ClassVar[tuple[str, ...]] = ("usage.labels", "usage.tags")

    @property
    def families(self) -> tuple[Family, ...]:
        return metrics.previous_usage(self.labels)

    def records(self, now: datetime, run: Run) -> Iterable[SummedUsage]:
        """The month is settled only by rows, and never by an answer without any."""
        usage = self.client.settings.usage
        previous = billing_month(billing_month(now.date()).start - DAY)
        run.period = f"{previous.start:%Y%m}"
        settled = f"{previous.start} {now.day >= usage.settled_day}"
        if now.day >= usage.settled_day and run.validators.known.get("settled") == settled:
            raise NotModified
        run.validators.require("month", str(previous.start))
        try:
            rows, _ = self.summed(previous, now, Needed.by(usage, ()), run, run.validators)
        except NotModified:
            if run.published and run.published.series:
                run.validators.seen["settled"] = settled
            raise
        if rows:
            run.validators.seen["settled"] = settled
        return rows
