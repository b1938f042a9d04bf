"""One class per usage report."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Protocol

from exporter.apis.b2c import metrics
from exporter.apis.b2c.client import Client
from exporter.apis.b2c.metrics import Part
from exporter.model.collection import Collector, Validators
from exporter.model.families import Family
from exporter.model.periods import month_start

TEN_DAYS, THIRTY_DAYS = timedelta(days=10), timedelta(days=30)


class Row(Protocol):
    """A day of any of the reports."""

    @property
    def at(self) -> datetime: ...
    def parts(self) -> Iterator[tuple[str, int]]: ...


@dataclass(frozen=True, slots=True)
class UsageReport(Collector):
    """What the reports have in common: rows of a month, a day more than is needed, filtered here.

    Whether the bound of a `TimeStamp gt` filter belongs to the answer is not documented.
    """

    client: Client

    @staticmethod
    def after(now: datetime) -> date:
        """The bound to ask for: before the month's first day, and 30 days back."""
        return min(month_start(now), (now - THIRTY_DAYS).date()) - timedelta(days=1)

    def stands_for(self, record: Part) -> datetime:
        return record.at


@dataclass(frozen=True, slots=True)
class TenantUserCount(UsageReport):
    """Users of the tenant by identity provider; documented as refreshed every 24 to 48 hours."""

    name: ClassVar[str] = "tenantUserCount"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = metrics.USERS

    def collect(self, now: datetime, validators: Validators) -> Iterable[Part]:
        rows = sorted(self.client.user_counts(self.after(now)), key=lambda row: row.at)
        if not rows:
            return
        newest = rows[-1]
        earlier = [row for row in rows if row.at.date() <= (newest.at - TEN_DAYS).date()]
        for of, count in newest.parts():
            yield Part(of, newest.at, newest=count, trailing_10d=count if earlier else None)
        if earlier:
            for of, count in earlier[-1].parts():
                yield Part(of, newest.at, trailing_10d=-count)


@dataclass(frozen=True, slots=True)
class AuthenticationCountSummary(UsageReport):
    """Billable authentications by flow; documented as updated several times a day."""

    name: ClassVar[str] = "b2cAuthenticationCountSummary"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.AUTHENTICATIONS

    def collect(self, now: datetime, validators: Validators) -> Iterable[Part]:
        return windows(self.client.authentication_counts(self.after(now)), now)


@dataclass(frozen=True, slots=True)
class MfaRequestCountSummary(UsageReport):
    """Multi-factor authentications by method; freshness is not documented, read like authentications."""

    name: ClassVar[str] = "b2cMfaRequestCountSummary"
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.MFA_REQUESTS

    def collect(self, now: datetime, validators: Validators) -> Iterable[Part]:
        return windows(self.client.mfa_counts(self.after(now)), now)


def windows(rows: Iterable[Row], now: datetime) -> Iterator[Part]:
    """The parts of daily rows, in each window that a day lies in; the newest row can still grow."""
    days = sorted(rows, key=lambda row: row.at)
    dates = sorted({row.at.date() for row in days})
    complete = dates[-2] if len(dates) > 1 else None
    for row in days:
        day = row.at.date()
        for of, count in row.parts():
            yield Part(
                of,
                row.at,
                daily=count if day == complete else None,
                month_to_date=count if day >= month_start(now) else None,
                trailing_30d=count if day > dates[-1] - THIRTY_DAYS else None,
            )


REPORTS = (TenantUserCount, AuthenticationCountSummary, MfaRequestCountSummary)
