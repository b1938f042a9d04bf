"""The components of the month's bill: what has a price, and its usage in the month."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from exporter.apis.b2c.estimate import bill
from exporter.apis.b2c.estimate.bill import MonthUsage, Tier
from exporter.apis.b2c.prices import Prices
from exporter.apis.b2c.records import Charge, DailyAuthentications, DailyMfaRequests, DayRow, UserCount
from exporter.apis.b2c.reports import Reports
from exporter.apis.b2c.windows.rows import RowsByDay, by_day, filter_bound
from exporter.model.collection import Run
from exporter.model.periods import DAY, Days, billing_month, day_end

D = TypeVar("D", bound=DayRow)
CARRIED = 3 * DAY
"""User counts are documented to be up to two days late: a count of the last month that is no older is carried over."""


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the bill: its price list, and its usage in the month; None where that is not known.

    `newest` is the newest day of the month that is reported, `as_of` the instant of a usage that is not of whole days;
    `rows` is how many rows the usage is computed from.
    """

    name: str
    tiers: tuple[Tier, ...]
    usage: MonthUsage | None
    newest: date | None = None
    rows: int = 0
    as_of: datetime | None = None


def charges(components: Sequence[Component], currency: str, now: datetime) -> Iterator[Charge]:
    """The components whose usage is known; without costs where that of another one is not.

    Each is as of its newest reported day. A configured usage is as of now if it is all that is billed.
    """
    known = all(component.usage for component in components)
    projected = all(component.usage and component.usage.month is not None for component in components)
    reported = any(component.newest or component.as_of for component in components)
    for component in components:
        tiers, usage, newest = component.tiers, component.usage, component.newest
        if not usage:
            continue
        configured = None if reported or component.rows else now
        so_far = bill.charge(tiers, usage.so_far)
        yield Charge(
            component=component.name,
            currency=currency,
            data_timestamp=component.as_of or (day_end(newest) if newest else configured),
            rows=component.rows,
            quantity=usage.so_far,
            free=bill.free(tiers),
            component_cost=so_far,
            cost=so_far if known else None,
            cost_month=bill.charge(tiers, usage.month) if projected and usage.month is not None else None,
        )


@dataclass(frozen=True, slots=True)
class ComponentReader:
    """Reads the usage of the month of `now`."""

    client: Reports
    now: datetime
    run: Run

    def components(self, prices: Prices, expected: int | None, *, count_active_users: bool) -> list[Component]:
        """One per component that has a price; what has no price is not read. `expected` active users are configured."""
        components = []
        if tiers := prices.per_authentication:
            components.append(self._events("authentications", DailyAuthentications, tiers))
        if tiers := prices.per_mfa_request:
            components.append(self._events("mfa", DailyMfaRequests, tiers))
        if tiers := prices.per_user:
            begun = any(component.newest for component in components)
            components.append(self._users(tiers, begun=begun))
        if tiers := prices.per_monthly_active_user:
            components.append(self._active_users(tiers, expected, counted=count_active_users))
        return components

    @property
    def _month(self) -> Days:
        return billing_month(self.now.date())

    def _days(self, name: str, kind: type[D]) -> RowsByDay[D]:
        return by_day(name, self.client.daily(kind, filter_bound(self.now), self.run), self.now, self.run)

    def _events(
        self, name: str, kind: type[DailyAuthentications | DailyMfaRequests], tiers: tuple[Tier, ...]
    ) -> Component:
        days, month = self._days(name, kind), self._month
        counts = {day: sum(count for _, count in row.parts()) for day, row in days.rows.items() if day in month}
        newest = max(counts, default=None)
        if unknown := days.unknown(Days(month.start, newest)) if newest else f"no row since {month.start}":
            self.run.warn(f"{name}: the bill is not known: {unknown}")
            return Component(name, tiers, None, None, len(counts))
        return Component(name, tiers, bill.events(counts, month), newest, len(counts))

    def _users(self, tiers: tuple[Tier, ...], *, begun: bool) -> Component:
        """Stored users. While `begun`, where other usage of the month is reported, a recent count is carried over."""
        days, month = self._days("users", UserCount), self._month
        totals = {day: row.total for day, row in days.rows.items() if row.total is not None and day <= month.end}
        newest = max(totals, default=date.min)
        reported = newest in month
        usage = None
        if reported or (begun and newest >= self.now.date() - CARRIED):
            usage = bill.stock(totals, month)
        else:
            self.run.warn(f"users: the bill is not known: no total since {month.start}")
        return Component("users", tiers, usage, newest if reported else None, len(totals))

    def _active_users(self, tiers: tuple[Tier, ...], expected: int | None, *, counted: bool) -> Component:
        """The active users of the month as they are counted; those that are configured while that is not known.

        A month is expected to have as many as are configured, or else as the month before, and not less than so far:
        their number does not grow evenly.
        """
        name = "monthly_active_users"
        if found := self.client.active_users(self.run) if counted else None:
            month = found.previous_month if expected is None else expected
            usage = MonthUsage(found.users, None if month is None else max(found.users, month))
            return Component(name, tiers, usage, rows=1, as_of=found.data_timestamp)
        if expected is None:
            self.run.warn(f"{name}: the bill is not known: the month's active users are not")
            return Component(name, tiers, None)
        if counted:
            self.run.warn(f"{name}: the bill has the configured ones: the month's active users are not known")
        return Component(name, tiers, MonthUsage(expected, expected))
