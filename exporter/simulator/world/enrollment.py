"""An Enterprise Agreement enrollment: its keys, its usage, its balance, its billing periods."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, localcontext

from exporter.simulator.world.balance import Balance, Ledger
from exporter.simulator.world.chance import chance
from exporter.simulator.world.keys import Key, View, write_key
from exporter.simulator.world.late import SETTLED_AFTER, arrived, corrections
from exporter.simulator.world.ledger import UsageLedger
from exporter.simulator.world.marketplace import MarketplaceCharge, marketplace_charges
from exporter.simulator.world.periods import days, first_day, hours_known, last_day, next_period, period_of
from exporter.simulator.world.usage import UsageRow, estate

FIRST_DAY = date(2014, 5, 1)
"""Documented as the first day of which the service has anything."""
KEY_LIFE = timedelta(days=183)


class Enrollment:
    """The enrollment; every amount of money is exact and in `currency`."""

    def __init__(self, seed: int, now: Callable[[], datetime]) -> None:
        self.seed = seed
        self.now = now
        self.currency = "EUR"
        self.enrollment = str(chance(seed, "enrollment").randrange(4_000_000, 9_999_999))
        self.api_key = self.make_key()
        self.ledger = UsageLedger(self.usage_between)
        """Exact sums for tests."""
        self._estate = estate(seed)
        self._past: dict[date, tuple[UsageRow, ...]] = {}
        self._closed: dict[str, tuple[Decimal, Decimal]] = {}

    def make_key(self, view: View = "Enterprise", age: timedelta = timedelta(days=30)) -> str:
        """An API key made `age` ago; a key is valid for half a year, so an older one has expired."""
        made = self.now().replace(hour=0, minute=0, second=0, microsecond=0) - age
        return write_key(self.seed, Key(self.enrollment, view, made, made + KEY_LIFE))

    def usage(self, period: str) -> tuple[UsageRow, ...]:
        """All rows of a billing period ``yyyyMM`` that are known now, by day."""
        return self.usage_between(first_day(period), last_day(period))

    def usage_between(self, start: date, end: date, now: datetime | None = None) -> tuple[UsageRow, ...]:
        """All rows from `start` to `end`, both included, that are known now (or were at `now`)."""
        at = now or self.now()
        first, last = max(start, FIRST_DAY), min(end, at.date())
        # The same rows for every caller, whatever decimal context it works in.
        with localcontext(Context()):
            return tuple(row for day in days(first, last) for row in self._rows(day, at))

    def last_days(self, number: int) -> tuple[date, date]:
        """The first and the last of the last `number` days."""
        today = self.now().date()
        return today - timedelta(days=number), today

    def balance(self, period: str) -> Balance:
        """The balance summary of a billing period; ValueError for one before the first or yet to come."""
        if not FIRST_DAY <= first_day(period) <= self.now().date():
            raise ValueError(f"no balance for {period}")
        return Ledger(self.seed, self._spent, self._marketplace).balance(period)

    def billing_periods(self, most: int = 36) -> tuple[str, ...]:
        """Billing periods, newest first, at most `most`."""
        today = self.now().date()
        period = period_of(max(FIRST_DAY, date(today.year - 1 - most // 12, today.month, 1)))
        periods = []
        while first_day(period) <= today:
            periods.append(period)
            period = next_period(period)
        return tuple(reversed(periods[-most:]))

    def has_usage(self, period: str) -> bool:
        """Whether a billing period has any rows yet."""
        return last_day(period) < self.now().date() or bool(self.usage(period))

    def marketplace(self, period: str) -> Decimal:
        """What the marketplace charged in a billing period so far; today's charges arrive tomorrow."""
        return self._marketplace(period)

    def _rows(self, day: date, now: datetime) -> tuple[UsageRow, ...]:
        hours = hours_known(day, now)
        if hours == 24 and day not in self._past:
            self._past[day] = tuple(row for resource in self._estate for row in resource.rows(day, hours))
        rows = (
            self._past[day]
            if hours == 24
            else tuple(row for resource in self._estate for row in resource.rows(day, hours))
        )
        return (*arrived(self.seed, rows, day, now), *corrections(rows, day, now))

    def _spent(self, period: str) -> tuple[Decimal, Decimal]:
        """What the prepayment may cover, and what is billed separately."""
        if period in self._closed:
            return self._closed[period]
        rows = self.usage(period)
        separate = sum((row.cost for row in rows if row.charges_billed_separately), Decimal(0))
        spent = sum((row.cost for row in rows), Decimal(0)) - separate, separate
        if last_day(period) + SETTLED_AFTER < self.now().date():
            self._closed[period] = spent
        return spent

    def marketplace_charges(self, start: date, end: date) -> tuple[MarketplaceCharge, ...]:
        """The marketplace charges from `start` to `end`, both included; today's arrive tomorrow."""
        last = min(end, self.now().date() - timedelta(days=1))
        return tuple(marketplace_charges(self.seed, max(start, FIRST_DAY), last))

    def _marketplace(self, period: str) -> Decimal:
        charges = self.marketplace_charges(first_day(period), last_day(period))
        return sum((charge.extended_cost for charge in charges), Decimal(0))
