"""Exact sums of what an enrollment's usage costs, computed from the simulated usage and not from answers."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal, Inexact, localcontext
from typing import TypeVar

from exporter.simulator.world.usage import UsageRow

Key = TypeVar("Key", bound=Hashable)
EXACT = Context(prec=200, traps=[Inexact])


@dataclass(frozen=True)
class UsageLedger:
    """What the usage of some days costs as known at an instant, late rows and corrections included.

    Days are included at both ends; `now` is any instant with a time zone, by default the world's own. Amounts are in
    the enrollment's currency and exact: none is rounded, whatever the caller's decimal context. No switch changes
    them: they know neither pages, downloads, neighbouring days nor a calendar that lags.
    """

    rows: Callable[[date, date, datetime | None], tuple[UsageRow, ...]]

    def cost(self, start: date, end: date, now: datetime | None = None) -> Decimal:
        """The sum of all rows; 0 without any."""
        return self.cost_by(lambda row: "", start, end, now).get("", Decimal(0))

    def cost_by_subscription(self, start: date, end: date, now: datetime | None = None) -> dict[str, Decimal]:
        """The sums by subscription GUID, of those that have rows; together they are `cost`."""
        return self.cost_by(lambda row: row.subscription_guid, start, end, now)

    def cost_by(
        self, key: Callable[[UsageRow], Key], start: date, end: date, now: datetime | None = None
    ) -> dict[Key, Decimal]:
        """The sums by what `key` finds in a row; together they are `cost`."""
        rows = self.rows(start, end, None if now is None else now.astimezone(UTC))
        sums: dict[Key, Decimal] = {}
        with localcontext(EXACT):
            for row in rows:
                found = key(row)
                sums[found] = sums.get(found, Decimal(0)) + row.cost
        return sums
