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
from exporter.apis.b2c.settings import BILL, Settings
from exporter.apis.b2c.windows import asked_after, per_day
from exporter.model import budgets
from exporter.model.budgets import BudgetSpent
from exporter.model.collection import Collector, Run
from exporter.model.families import Family
from exporter.model.periods import day_end, month_start


@dataclass(frozen=True, slots=True)
class Bill(Collector):
    """What the month will cost: the price list applied to all that is billed, read for itself and so of one instant."""

    client: Client
    settings: Settings

    name: ClassVar[str] = BILL
    fresh_every: ClassVar[timedelta] = timedelta(hours=2)
    families: ClassVar[tuple[Family, ...]] = metrics.BILL + budgets.FAMILIES

    def collect(self, now: datetime, run: Run) -> Iterator[Charge | BudgetSpent]:
        charges = list(self._charges(month_start(now), asked_after(now)))
        yield from charges
        spent = sum((charge.cost for charge in charges), Decimal(0)) if charges else None
        for budget in self.settings.budgets:
            yield BudgetSpent(budget.name, self.settings.currency, budget.amount, spent)

    def rows(self, record: Charge | BudgetSpent) -> int:
        return record.rows

    def stands_for(self, record: Charge | BudgetSpent) -> datetime | None:
        return record.at if isinstance(record, Charge) else None

    def _charges(self, month: date, after: date) -> Iterator[Charge]:
        """One per component that has a price and some usage; what has no price is not asked for."""
        if tiers := self._tiers("per_user"):
            rows = self.client.user_counts(after)
            totals = {row.at.date(): sum(count for _, count in row.parts()) for row in rows if any(row.parts())}
            yield from self._charge("users", tiers, totals, bill.stock(totals, month))
        if tiers := self._tiers("per_authentication"):
            days = per_day(self.client.daily_authentications(after))
            yield from self._charge("authentications", tiers, days, bill.events(days, month))
        if tiers := self._tiers("per_mfa_request"):
            days = per_day(self.client.daily_mfa_requests(after))
            yield from self._charge("mfa", tiers, days, bill.events(days, month))
        active = self.settings.monthly_active_users
        if (tiers := self._tiers("per_monthly_active_user")) and active is not None:
            yield from self._charge("monthly_active_users", tiers, {}, MonthUsage(active, active))

    def _tiers(self, price: str) -> tuple[Tier, ...]:
        return getattr(self.settings.prices, price, None) or ()

    def _charge(
        self, component: str, tiers: tuple[Tier, ...], days: Mapping[date, int], usage: MonthUsage | None
    ) -> Iterator[Charge]:
        if usage:
            yield Charge(
                component=component,
                currency=self.settings.currency,
                at=day_end(max(days)) if days else None,
                rows=len(days),
                quantity=usage.so_far,
                free=bill.free(tiers),
                cost=bill.charge(tiers, usage.so_far),
                cost_month=None if usage.month is None else bill.charge(tiers, usage.month),
            )
