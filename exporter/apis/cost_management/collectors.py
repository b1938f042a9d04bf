"""Reports that are one request each, and the list of all reports."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar

from exporter.apis.budgets import thresholds
from exporter.apis.cost_management import metrics
from exporter.apis.cost_management.client import Client
from exporter.apis.cost_management.commitments import Commitments
from exporter.apis.cost_management.forecast import month_forecasts
from exporter.apis.cost_management.records import AzureBudget, BalanceProperties, ExportResource, MonthForecast
from exporter.apis.cost_management.settings import Settings
from exporter.apis.cost_management.usage_reports import PreviousUsage, Usage
from exporter.apis.costs import metrics as costs
from exporter.apis.costs.prices import PriceSheet
from exporter.apis.costs.records import Adjustment, Enrollment, Purchase
from exporter.apis.costs.reports import Report
from exporter.apis.costs.settings import CostSettings
from exporter.model.budgets import Threshold
from exporter.model.collection import Run
from exporter.model.families import Family
from exporter.model.periods import billing_month, next_month


class Budgets(Report[Client, Settings]):
    """Budgets that are set in Azure, at the scope and below; Azure evaluates them once a day.

    A budget whose period has ended keeps what was spent last, for ever, and would never cease to be used up; one whose
    period has not begun covers nothing yet. Neither is published.
    """

    name: ClassVar[str] = "budgets"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.BUDGETS + metrics.BUDGET_THRESHOLDS
    shaped_by: ClassVar[tuple[str, ...]] = (*Report.shaped_by, "azure_budget_thresholds")

    def records(self, now: datetime, run: Run) -> Iterator[AzureBudget | Threshold]:
        """Amounts of a budget that states no currency, as before its first evaluation, are in the account's only one.

        Where there is none, or more than one, the budget is absent.
        """
        found = self.client.budgets()
        budgets = [budget for budget in found if budget.applies(now.date())]
        run.unpublished += len(found) - len(budgets)
        stated = {budget.currency for budget in budgets if budget.currency} or _published_currencies(run)
        for budget in budgets:
            if currency := budget.currency or (min(stated) if len(stated) == 1 else ""):
                yield budget.budget(currency)
            else:
                scope, name = budget.place
                text = f"budget {name!r} of {scope} is absent: it states no currency until Azure has evaluated it"
                run.warn(f"{self.titled(run)}: {text}")
                run.unpublished += 1
        if budgets:
            yield from thresholds(self.settings.azure_budget_thresholds)

    def rows(self, record: AzureBudget | Threshold) -> int:
        return 1 if isinstance(record, AzureBudget) else 0


def _published_currencies(run: Run) -> frozenset[str]:
    place = metrics.BUDGET.names.index("currency")
    samples = run.published.samples if run.published else {}
    return frozenset(key[place] for family in metrics.BUDGETS for key in samples.get(family.name, ()))


class Forecast(Report[Client, CostSettings]):
    """Microsoft's forecast of the cost of the current month; often there is none."""

    name: ClassVar[str] = "forecast"
    fresh_every: ClassVar[timedelta] = timedelta(hours=24)
    required: ClassVar[bool] = False
    families: ClassVar[tuple[Family, ...]] = metrics.FORECAST

    def next_period(self, after: datetime) -> datetime | None:
        return next_month(after)

    def records(self, now: datetime, run: Run) -> Iterator[MonthForecast]:
        month = billing_month(now.date())
        rows = self.client.forecast(month)
        if rows is None:
            run.warn(f"{self.titled(run)}: Microsoft has no forecast: too little history, or several currencies")
            return
        inside = [row for row in rows if row.day in month]
        if len(inside) < len(rows):
            run.drop(f"{self.titled(run)}: {len(rows) - len(inside)} rows are outside {month}", len(rows) - len(inside))
        forecasts, missing = month_forecasts(inside, month, now.date())
        for currency, days in missing.items():
            text = f"no cost and no forecast in {currency} of {len(days)} days, from {days[0]} on, so it is absent"
            run.warn(f"{self.titled(run)}: {text}")
        run.unpublished += len(inside) - len(forecasts)
        yield from forecasts


class Balances(Report[Client, CostSettings]):
    """Commitment, purchases and overage of the current billing period of an enrollment."""

    name: ClassVar[str] = "balances"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = costs.BALANCE

    def records(self, now: datetime, run: Run) -> Iterator[BalanceProperties | Enrollment | Purchase | Adjustment]:
        if balance := self.client.balance():
            run.period = balance.period or run.period
            currency = balance.properties.currency or ""
            yield balance.properties
            yield Enrollment(self.client.enrollment, currency)
            yield from balance.properties.lines(currency)


class Exports(Report[Client, CostSettings]):
    """Exports that are set up at the scope, and whether they run; they run once a day at most."""

    name: ClassVar[str] = "exports"
    fresh_every: ClassVar[timedelta] = timedelta(hours=6)
    required: ClassVar[bool] = False
    families: ClassVar[tuple[Family, ...]] = metrics.EXPORTS

    def records(self, now: datetime, run: Run) -> Iterator[ExportResource]:
        yield from self.client.exports()


REPORTS = (Usage, PreviousUsage, Commitments, Budgets, Forecast, Balances, PriceSheet, Exports)
