"""The month's bill, and the budgets it is held against."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from exporter.apis.b2c import bill, metrics
from exporter.apis.b2c.bill import MonthUsage, Tier
from exporter.apis.b2c.client import Client
from exporter.apis.b2c.metrics import Charge
from exporter.apis.b2c.records import DailyAuthentications, DailyMfaRequests
from exporter.apis.b2c.rows import Reported, asked_after, by_day
from exporter.apis.b2c.settings import BILL, Prices, Settings
from exporter.model import budgets
from exporter.model.budgets import BudgetSpent
from exporter.model.collection import Collector, Run
from exporter.model.families import Family
from exporter.model.periods import DAY, Days, billing_month, day_end

CARRIED = 3 * DAY
"""User counts are documented to be up to two days late: so long the month begins with the last month's newest count."""


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the bill: its price list, and its usage in the month; None where that is not known."""

    name: str
    tiers: tuple[Tier, ...]
    usage: MonthUsage | None
    newest: date | None = None
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Bill(Collector):
    """What the month will cost: the price list applied to all that is billed, read for itself and so of one instant.

    The bill is that of the month of the run. Until the first day of it is reported there is none: what is reported
    then is the month before. Costs are published together or not at all, since their sum is the bill.
    """

    client: Client
    settings: Settings

    name: ClassVar[str] = BILL
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.BILL + budgets.FAMILIES

    @property
    def shape(self) -> Mapping[str, object]:
        return self.settings.shape("prices", "monthly_active_users", "budgets")

    def collect(self, now: datetime, run: Run) -> Iterator[Charge | BudgetSpent]:
        components = list(self._components(self.settings.prices, now, run)) if self.settings.prices else []
        known = all(component.usage for component in components)
        reported = any(component.newest for component in components)
        charges = [
            self._charge(component, component.usage, known=known, at=self._instant(component, now, reported=reported))
            for component in components
            if component.usage
        ]
        yield from charges
        spent = sum((charge.cost or Decimal(0) for charge in charges), Decimal(0)) if known and charges else None
        for budget in self.settings.budgets:
            yield BudgetSpent(budget.name, self.settings.currency, budget.amount, spent)

    def rows(self, record: Charge | BudgetSpent) -> int:
        return record.rows

    def data_timestamp(self, record: Charge | BudgetSpent) -> datetime | None:
        return record.at if isinstance(record, Charge) else None

    def _components(self, prices: Prices, now: datetime, run: Run) -> Iterator[Component]:
        """One per component that has a price; what has no price is not asked for."""
        after, month = asked_after(now), billing_month(now.date())
        events = []
        if tiers := prices.per_authentication:
            logins = by_day("authentications", self.client.daily_authentications(after, run), now, run)
            events.append(_events("authentications", tiers, logins, month, run))
        if tiers := prices.per_mfa_request:
            requests = by_day("mfa", self.client.daily_mfa_requests(after, run), now, run)
            events.append(_events("mfa", tiers, requests, month, run))
        yield from events
        if tiers := prices.per_user:
            begun = any(component.newest for component in events)
            yield self._users(tiers, after, month, now, run, begun=begun)
        if (tiers := prices.per_monthly_active_user) and (active := self.settings.monthly_active_users) is not None:
            yield Component("monthly_active_users", tiers, MonthUsage(active, active))

    def _users(
        self, tiers: tuple[Tier, ...], after: date, month: Days, now: datetime, run: Run, *, begun: bool
    ) -> Component:
        """Stored users. Where other usage of the month is reported, it may begin with the last month's newest count."""
        rows = by_day("users", self.client.user_counts(after, run), now, run)
        totals = {day: row.total for day, row in rows.rows.items() if row.total is not None and day <= month.end}
        newest = max(totals, default=None)
        if newest is not None and newest in month:
            return Component("users", tiers, bill.stock(totals, month.start), newest, len(totals))
        if newest is not None and begun and newest >= now.date() - CARRIED:
            return Component("users", tiers, bill.stock(totals, month.start), None, len(totals))
        run.warn(f"users: the bill is not known: no total since {month.start}")
        return Component("users", tiers, None, None, len(totals))

    def _instant(self, component: Component, now: datetime, *, reported: bool) -> datetime | None:
        """The newest reported day; a configured figure is as of now where nothing is reported."""
        if component.newest:
            return day_end(component.newest)
        return None if reported or component.rows else now

    def _charge(self, component: Component, usage: MonthUsage, *, known: bool, at: datetime | None) -> Charge:
        tiers = component.tiers
        month = usage.month if known else None
        return Charge(
            component=component.name,
            currency=self.settings.currency,
            at=at,
            rows=component.rows,
            quantity=usage.so_far,
            free=bill.free(tiers),
            cost=bill.charge(tiers, usage.so_far) if known else None,
            cost_month=None if month is None else bill.charge(tiers, month),
        )


def _events(
    name: str,
    tiers: tuple[Tier, ...],
    reported: Reported[DailyAuthentications] | Reported[DailyMfaRequests],
    month: Days,
    run: Run,
) -> Component:
    counts = {day: sum(count for _, count in row.parts()) for day, row in reported.rows.items() if day in month}
    newest = max(counts, default=None)
    unknown = reported.unknown(Days(month.start, newest)) if newest else f"no row since {month.start}"
    usage = None if unknown else bill.events(counts, month.start)
    if unknown:
        run.warn(f"{name}: the bill is not known: {unknown}")
    return Component(name, tiers, usage, newest if usage else None, len(counts))
