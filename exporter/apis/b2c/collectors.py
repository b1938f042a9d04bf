"""One class per usage report."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from exporter.apis.b2c import bill, metrics
from exporter.apis.b2c.bill import MonthUsage, Tier
from exporter.apis.b2c.client import Client
from exporter.apis.b2c.metrics import Part
from exporter.apis.b2c.settings import Settings
from exporter.apis.b2c.windows import THIRTY_DAYS, PeriodRow, activity, growth, largest, per_day, windows
from exporter.model.collection import Collector, Validators
from exporter.model.families import Family
from exporter.model.periods import month_start

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UsageReport(Collector):
    """What the reports have in common: whom they ask, and what for."""

    client: Client
    settings: Settings

    @staticmethod
    def after(now: datetime) -> date:
        """The bound to ask for: a day before the month's first day, and 30 days back.

        Whether the bound of a `TimeStamp gt` filter belongs to the answer is not documented, so daily rows are
        asked for a day more than is needed, and filtered here.
        """
        return min(month_start(now), (now - THIRTY_DAYS).date()) - ONE_DAY

    def stands_for(self, record: Part) -> datetime | None:
        return record.at

    def cost(self, component: str, price: str, usage: MonthUsage | None) -> Iterator[Part]:
        """What a component of the bill costs, where the configuration has a price for it."""
        prices = self.settings.prices
        tiers: tuple[Tier, ...] | None = getattr(prices, price, None)
        if prices and tiers and usage:
            yield Part(
                of=component,
                currency=prices.currency,
                cost_month_to_date=bill.charge(tiers, usage.so_far),
                cost_month=None if usage.month is None else bill.charge(tiers, usage.month),
                rows=0,
            )


@dataclass(frozen=True, slots=True)
class TenantUserCount(UsageReport):
    """Users of the tenant by identity provider; documented as refreshed every 24 to 48 hours."""

    name: ClassVar[str] = "tenantUserCount"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.USERS + metrics.COSTS

    def collect(self, now: datetime, validators: Validators) -> Iterator[Part]:
        rows = sorted(self.client.user_counts(self.after(now)), key=lambda row: row.at)
        yield from growth(rows, largest(rows, self.settings.max_keys))
        totals = {row.at.date(): sum(count for _, count in row.parts()) for row in rows if any(row.parts())}
        yield from self.cost("users", "per_user", bill.stock(totals, month_start(now)))
        if (active := self.settings.monthly_active_users) is not None:
            yield from self.cost("monthly_active_users", "per_monthly_active_user", MonthUsage(active, active))


@dataclass(frozen=True, slots=True)
class AuthenticationCountSummary(UsageReport):
    """Billable authentications by flow; documented as updated several times a day."""

    name: ClassVar[str] = "b2cAuthenticationCountSummary"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.AUTHENTICATIONS + metrics.COSTS

    def collect(self, now: datetime, validators: Validators) -> Iterator[Part]:
        rows = list(self.client.daily_authentications(self.after(now)))
        yield from windows(rows, now, largest(rows, self.settings.max_keys))
        yield from self.cost("authentications", "per_authentication", bill.events(per_day(rows), month_start(now)))


@dataclass(frozen=True, slots=True)
class MfaRequestCountSummary(UsageReport):
    """Multi-factor authentications by method; freshness is not documented, read like authentications."""

    name: ClassVar[str] = "b2cMfaRequestCountSummary"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.MFA_REQUESTS + metrics.COSTS

    def collect(self, now: datetime, validators: Validators) -> Iterator[Part]:
        rows = list(self.client.daily_mfa_requests(self.after(now)))
        yield from windows(rows, now, largest(rows, self.settings.max_keys))
        yield from self.cost("mfa", "per_mfa_request", bill.events(per_day(rows), month_start(now)))


@dataclass(frozen=True, slots=True)
class ApplicationReport(UsageReport):
    """A report that is asked for each configured application: since the month's first day, and for 30 days.

    The bound that is asked for is the day before, as in the daily reports; the one row that comes can't be
    filtered here, so an answer that begins before the month is noted.
    """

    def rows(self, application: str, after: date | None) -> Iterator[PeriodRow]:
        """The rows of one application."""
        raise NotImplementedError

    def collect(self, now: datetime, validators: Validators) -> Iterator[Part]:
        month = month_start(now)
        answers = [
            (application, list(self.rows(application.id, month - ONE_DAY)), list(self.rows(application.id, None)))
            for application in self.settings.applications
        ]
        keys = largest((row for _, *both in answers for rows in both for row in rows), self.settings.max_keys)
        for application, this_month, trailing in answers:
            yield from activity(application, this_month, trailing, month, keys)


@dataclass(frozen=True, slots=True)
class AuthenticationCount(ApplicationReport):
    """Billable authentications of each configured application; documented as updated several times a day."""

    name: ClassVar[str] = "b2cAuthenticationCount"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.APPLICATION_AUTHENTICATIONS

    def rows(self, application: str, after: date | None) -> Iterator[PeriodRow]:
        return self.client.authentications(application, after)


@dataclass(frozen=True, slots=True)
class MfaRequestCount(ApplicationReport):
    """Multi-factor authentications of each configured application; read like authentications."""

    name: ClassVar[str] = "b2cMfaRequestCount"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.APPLICATION_MFA_REQUESTS

    def rows(self, application: str, after: date | None) -> Iterator[PeriodRow]:
        return self.client.mfa_requests(application, after)


REPORTS = (TenantUserCount, AuthenticationCountSummary, MfaRequestCountSummary, AuthenticationCount, MfaRequestCount)
