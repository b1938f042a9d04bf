"""One class per usage report, and one for the bill that is estimated from them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from exporter.apis.api import AccountReport
from exporter.apis.b2c import metrics
from exporter.apis.b2c.estimate.components import ComponentReader, charges
from exporter.apis.b2c.records import (
    ActiveUsers,
    AuthenticationsInPeriod,
    Charge,
    DailyAuthentications,
    DailyMfaRequests,
    DayRow,
    MfaRequestsInPeriod,
    Part,
    PeriodRow,
    Reading,
    Unreadable,
    UserCount,
)
from exporter.apis.b2c.reports import Reports
from exporter.apis.b2c.settings import ACTIVE_USERS, BILL, Settings
from exporter.apis.b2c.windows.applications import ActivityReader
from exporter.apis.b2c.windows.daily import growth, window_parts, windows
from exporter.apis.b2c.windows.history import FINAL_AFTER, KEPT, STORED, first_row_needed, past_days
from exporter.apis.b2c.windows.keys import limited_keys
from exporter.apis.b2c.windows.rows import RowsByDay, by_day, filter_bound
from exporter.apis.budgets import thresholds
from exporter.model.budgets import FAMILIES as BUDGETS
from exporter.model.budgets import BudgetSpent, Threshold
from exporter.model.collection import Run
from exporter.model.families import Family
from exporter.model.history import History, Past
from exporter.model.periods import Days


class DirectoryReport(AccountReport[Reports, Settings]):
    """A report of a directory. Readiness does not wait for an audit log, whose first read can take hours."""

    @property
    def required(self) -> bool:
        return self.settings.source != "microsoft_graph"


class UsageReport(DirectoryReport):
    """What the reports of usage have in common."""

    shaped_by: ClassVar[tuple[str, ...]] = ("max_keys", "applications")

    def rows(self, record: Part | Reading) -> int:
        return record.rows if isinstance(record, Reading) else 0

    def data_timestamp(self, record: Part | Reading) -> datetime | None:
        return record.data_timestamp if isinstance(record, Reading) else None


class DailyReport(UsageReport, History):
    """A report with a row per day. Those of the APIs keep about 30 days, the exporter's own counts stay."""

    forgets: ClassVar[bool] = True

    def oldest(self, today: date) -> date:
        return today - (STORED if self.settings.source == "microsoft_graph" else KEPT)

    def closed(self, period: Days, now: datetime) -> bool:
        return (now - FINAL_AFTER).date() > period.end


class TenantUserCount(DailyReport):
    """Users of the tenant by identity provider; documented as refreshed every 24 to 48 hours."""

    name: ClassVar[str] = UserCount.report
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.USERS

    def collect(self, now: datetime, run: Run) -> Iterator[Part | Reading]:
        days = by_day(self.name, self.client.daily(UserCount, filter_bound(now), run), now, run)
        keys = limited_keys([days.rows.values()], self.settings.max_keys, self.families, run)
        yield from growth(self.name, days, keys, run)

    def past(self, period: Days, now: datetime, run: Run) -> Past:
        rows = list(self.client.daily(UserCount, first_row_needed(period), run))
        readable = [row for row in rows if not isinstance(row, Unreadable)]
        keys = limited_keys([readable], self.settings.max_keys, self.families, run)

        def records(days: RowsByDay[UserCount], day: date) -> Iterator[Part | Reading]:
            return growth(self.name, days, keys, Run(now)) if day in days.rows else iter(())

        return past_days(rows, self.name, period, now, run, records, self.families)


class Summary(DailyReport):
    """A report of the whole tenant's activity per day."""

    kind: ClassVar[type[DailyAuthentications | DailyMfaRequests]]
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)

    def collect(self, now: datetime, run: Run) -> Iterator[Part | Reading]:
        days = by_day(self.name, self.client.daily(self.kind, filter_bound(now), run), now, run)
        keys = limited_keys([days.rows.values()], self.settings.max_keys, self.families, run)
        yield from windows(self.name, days, now, keys, run, whole_days=self.client.whole_days)

    def past(self, period: Days, now: datetime, run: Run) -> Past:
        rows: list[DayRow | Unreadable] = [*self.client.daily(self.kind, first_row_needed(period), run)]
        readable = [row for row in rows if not isinstance(row, Unreadable)]
        keys = limited_keys([readable], self.settings.max_keys, self.families, run)

        def records(days: RowsByDay[DayRow], day: date) -> Iterator[Part | Reading]:
            return window_parts(self.name, days, day, day, period, keys, Run(now))

        return past_days(rows, self.name, period, now, run, records, self.families)


class AuthenticationCountSummary(Summary):
    """Billable authentications by flow; documented as updated several times a day."""

    name: ClassVar[str] = DailyAuthentications.report
    families: ClassVar[tuple[Family, ...]] = metrics.AUTHENTICATIONS
    kind = DailyAuthentications


class MfaRequestCountSummary(Summary):
    """Multi-factor authentications by method; freshness is not documented, read like authentications."""

    name: ClassVar[str] = DailyMfaRequests.report
    families: ClassVar[tuple[Family, ...]] = metrics.MFA_REQUESTS
    kind = DailyMfaRequests


class ApplicationReport(UsageReport):
    """A report that is read for each configured application: since the month's first day, and for 30 days.

    Each application and each window succeeds or fails on its own; the run fails where everything is refused.
    """

    kind: ClassVar[type[PeriodRow]]
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)

    def collect(self, now: datetime, run: Run) -> Iterator[Part | Reading]:
        reader = ActivityReader(self.client, self.kind, now, run)
        activities = [reader.activity(application) for application in self.settings.applications]
        reader.require_answers()
        keys = limited_keys([activity.rows for activity in activities], self.settings.max_keys, self.families, run)
        for activity in activities:
            yield from activity.parts(keys)


class AuthenticationCount(ApplicationReport):
    """Billable authentications of each configured application; documented as updated several times a day."""

    name: ClassVar[str] = AuthenticationsInPeriod.report
    families: ClassVar[tuple[Family, ...]] = metrics.APPLICATION_AUTHENTICATIONS
    kind = AuthenticationsInPeriod


class MfaRequestCount(ApplicationReport):
    """Multi-factor authentications of each configured application; read like authentications."""

    name: ClassVar[str] = MfaRequestsInPeriod.report
    families: ClassVar[tuple[Family, ...]] = metrics.APPLICATION_MFA_REQUESTS
    kind = MfaRequestsInPeriod


class MonthlyActiveUsers(DirectoryReport):
    """Users who were active in the current month, each once; read like authentications."""

    name: ClassVar[str] = ACTIVE_USERS
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.ACTIVE_USERS

    def collect(self, now: datetime, run: Run) -> Iterator[ActiveUsers]:
        if found := self.client.active_users(run):
            yield found

    def data_timestamp(self, record: ActiveUsers) -> datetime | None:
        return record.data_timestamp


class Bill(DirectoryReport):
    """What the month will cost: the price list applied to all that is billed, read separately and so as of one instant.

    The bill is that of the month of the run. Until the first day of it is reported there is none: what is reported
    then is the month before. Costs whose sum is the bill are published together or not at all; the cost of each
    component is published apart from them.
    """

    name: ClassVar[str] = BILL
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.BILL + BUDGETS
    shaped_by: ClassVar[tuple[str, ...]] = ("prices", "monthly_active_users", "budgets")

    def collect(self, now: datetime, run: Run) -> Iterator[Charge | BudgetSpent | Threshold]:
        prices = self.settings.prices
        if prices is None:
            raise AssertionError("an account without prices does not read its bill")
        reader = ComponentReader(self.client, now, run)
        components = reader.components(
            prices, self.settings.monthly_active_users, count_active_users=self.settings.counts_active_users
        )
        billed = list(charges(components, prices.currency, now))
        run.unpublished = sum(component.rows for component in components if not component.usage)
        yield from billed
        costs = [charge.cost for charge in billed if charge.cost is not None]
        spent = sum(costs, Decimal(0)) if costs else None
        for budget in self.settings.budgets:
            yield BudgetSpent(budget.name, prices.currency, budget.amount, spent)
            yield from thresholds(budget.thresholds, budget.name)

    def rows(self, record: Charge | BudgetSpent | Threshold) -> int:
        return record.rows

    def data_timestamp(self, record: Charge | BudgetSpent | Threshold) -> datetime | None:
        return record.data_timestamp if isinstance(record, Charge) else None


REPORTS = (
    TenantUserCount,
    AuthenticationCountSummary,
    MfaRequestCountSummary,
    AuthenticationCount,
    MfaRequestCount,
    MonthlyActiveUsers,
    Bill,
)
