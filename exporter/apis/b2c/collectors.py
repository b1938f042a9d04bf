"""One class per usage report."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from exporter.apis.b2c import metrics
from exporter.apis.b2c.client import Client
from exporter.apis.b2c.estimate import Bill
from exporter.apis.b2c.metrics import Part
from exporter.apis.b2c.settings import Settings
from exporter.apis.b2c.windows import PeriodRow, activity, asked_after, growth, largest, windows
from exporter.model.collection import Collector, Run
from exporter.model.families import Family
from exporter.model.periods import DAY, month_start


@dataclass(frozen=True, slots=True)
class UsageReport(Collector):
    """What the reports have in common: whom they ask, and what for."""

    client: Client
    settings: Settings

    def rows(self, record: Part) -> int:
        return record.rows

    def stands_for(self, record: Part) -> datetime | None:
        return record.at


@dataclass(frozen=True, slots=True)
class TenantUserCount(UsageReport):
    """Users of the tenant by identity provider; documented as refreshed every 24 to 48 hours."""

    name: ClassVar[str] = "tenantUserCount"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.USERS

    def collect(self, now: datetime, run: Run) -> Iterator[Part]:
        rows = sorted(self.client.user_counts(asked_after(now)), key=lambda row: row.at)
        yield from growth(rows, largest(rows, self.settings.max_keys))


@dataclass(frozen=True, slots=True)
class AuthenticationCountSummary(UsageReport):
    """Billable authentications by flow; documented as updated several times a day."""

    name: ClassVar[str] = "b2cAuthenticationCountSummary"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.AUTHENTICATIONS

    def collect(self, now: datetime, run: Run) -> Iterator[Part]:
        rows = list(self.client.daily_authentications(asked_after(now)))
        yield from windows(rows, now, largest(rows, self.settings.max_keys))


@dataclass(frozen=True, slots=True)
class MfaRequestCountSummary(UsageReport):
    """Multi-factor authentications by method; freshness is not documented, read like authentications."""

    name: ClassVar[str] = "b2cMfaRequestCountSummary"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.MFA_REQUESTS

    def collect(self, now: datetime, run: Run) -> Iterator[Part]:
        rows = list(self.client.daily_mfa_requests(asked_after(now)))
        yield from windows(rows, now, largest(rows, self.settings.max_keys))


@dataclass(frozen=True, slots=True)
class ApplicationReport(UsageReport):
    """A report that is asked for each configured application: since the month's first day, and for 30 days.

    The bound that is asked for is the day before, as in the daily reports; the one row that comes can't be
    filtered here, so an answer that begins before the month is noted.
    """

    def answer(self, application: str, after: date | None) -> Iterator[PeriodRow]:
        """The rows of one application."""
        raise NotImplementedError

    def collect(self, now: datetime, run: Run) -> Iterator[Part]:
        month = month_start(now)
        answers = [
            (application, list(self.answer(application.id, month - DAY)), list(self.answer(application.id, None)))
            for application in self.settings.applications
        ]
        keys = largest((row for _, *both in answers for rows in both for row in rows), self.settings.max_keys)
        for application, this_month, trailing in answers:
            yield from activity(application, this_month, trailing, month, keys, run)


@dataclass(frozen=True, slots=True)
class AuthenticationCount(ApplicationReport):
    """Billable authentications of each configured application; documented as updated several times a day."""

    name: ClassVar[str] = "b2cAuthenticationCount"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.APPLICATION_AUTHENTICATIONS

    def answer(self, application: str, after: date | None) -> Iterator[PeriodRow]:
        return self.client.authentications(application, after)


@dataclass(frozen=True, slots=True)
class MfaRequestCount(ApplicationReport):
    """Multi-factor authentications of each configured application; read like authentications."""

    name: ClassVar[str] = "b2cMfaRequestCount"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.APPLICATION_MFA_REQUESTS

    def answer(self, application: str, after: date | None) -> Iterator[PeriodRow]:
        return self.client.mfa_requests(application, after)


REPORTS = (
    TenantUserCount,
    AuthenticationCountSummary,
    MfaRequestCountSummary,
    AuthenticationCount,
    MfaRequestCount,
    Bill,
)
