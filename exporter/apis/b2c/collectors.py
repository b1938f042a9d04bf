"""One class per usage report."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from exporter.apis.b2c import metrics
from exporter.apis.b2c.applications import Inquiry, PeriodRow
from exporter.apis.b2c.client import Client
from exporter.apis.b2c.estimate import Bill
from exporter.apis.b2c.keys import limited_keys
from exporter.apis.b2c.metrics import Part, Reading
from exporter.apis.b2c.records import Unreadable
from exporter.apis.b2c.rows import asked_after, by_day
from exporter.apis.b2c.settings import Settings
from exporter.apis.b2c.windows import growth, windows
from exporter.model.collection import Collector, Run
from exporter.model.families import Family


@dataclass(frozen=True, slots=True)
class UsageReport(Collector):
    """What the reports have in common: whom they ask, and what for."""

    client: Client
    settings: Settings

    @property
    def shape(self) -> Mapping[str, object]:
        return self.settings.shape("max_keys", "applications")

    def rows(self, record: Part | Reading) -> int:
        return record.rows if isinstance(record, Reading) else 0

    def data_timestamp(self, record: Part | Reading) -> datetime | None:
        return record.at if isinstance(record, Reading) else None


@dataclass(frozen=True, slots=True)
class TenantUserCount(UsageReport):
    """Users of the tenant by identity provider; documented as refreshed every 24 to 48 hours."""

    name: ClassVar[str] = "tenantUserCount"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.USERS

    def collect(self, now: datetime, run: Run) -> Iterator[Part | Reading]:
        days = by_day(self.name, self.client.user_counts(asked_after(now), run), now, run)
        keys = limited_keys([days.rows.values()], self.settings.max_keys, self.families, run)
        yield from growth(self.name, days, keys, run)


@dataclass(frozen=True, slots=True)
class AuthenticationCountSummary(UsageReport):
    """Billable authentications by flow; documented as updated several times a day."""

    name: ClassVar[str] = "b2cAuthenticationCountSummary"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.AUTHENTICATIONS

    def collect(self, now: datetime, run: Run) -> Iterator[Part | Reading]:
        days = by_day(self.name, self.client.daily_authentications(asked_after(now), run), now, run)
        keys = limited_keys([days.rows.values()], self.settings.max_keys, self.families, run)
        yield from windows(self.name, days, now, keys, run)


@dataclass(frozen=True, slots=True)
class MfaRequestCountSummary(UsageReport):
    """Multi-factor authentications by method; freshness is not documented, read like authentications."""

    name: ClassVar[str] = "b2cMfaRequestCountSummary"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.MFA_REQUESTS

    def collect(self, now: datetime, run: Run) -> Iterator[Part | Reading]:
        days = by_day(self.name, self.client.daily_mfa_requests(asked_after(now), run), now, run)
        keys = limited_keys([days.rows.values()], self.settings.max_keys, self.families, run)
        yield from windows(self.name, days, now, keys, run)


@dataclass(frozen=True, slots=True)
class ApplicationReport(UsageReport):
    """A report that is asked for each configured application: since the month's first day, and for 30 days.

    Each application and each window is judged by itself; the run fails where everything is refused.
    """

    def answer(self, application: str, after: date | None, run: Run) -> Iterator[PeriodRow | Unreadable]:
        """The rows of one application."""
        raise NotImplementedError

    def collect(self, now: datetime, run: Run) -> Iterator[Part | Reading]:
        inquiry = Inquiry(lambda application, after: self.answer(application, after, run), now, run)
        activities = [inquiry.activity(application) for application in self.settings.applications]
        inquiry.require_answers()
        groups = [activity.rows for activity in activities]
        keys = limited_keys(groups, self.settings.max_keys, self.families, run)
        for activity in activities:
            yield from activity.parts(keys)


@dataclass(frozen=True, slots=True)
class AuthenticationCount(ApplicationReport):
    """Billable authentications of each configured application; documented as updated several times a day."""

    name: ClassVar[str] = "b2cAuthenticationCount"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.APPLICATION_AUTHENTICATIONS

    def answer(self, application: str, after: date | None, run: Run) -> Iterator[PeriodRow | Unreadable]:
        return self.client.authentications(application, after, run)


@dataclass(frozen=True, slots=True)
class MfaRequestCount(ApplicationReport):
    """Multi-factor authentications of each configured application; read like authentications."""

    name: ClassVar[str] = "b2cMfaRequestCount"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.APPLICATION_MFA_REQUESTS

    def answer(self, application: str, after: date | None, run: Run) -> Iterator[PeriodRow | Unreadable]:
        return self.client.mfa_requests(application, after, run)


REPORTS = (
    TenantUserCount,
    AuthenticationCountSummary,
    MfaRequestCountSummary,
    AuthenticationCount,
    MfaRequestCount,
    Bill,
)
