"""Usage that arrives late, and corrections of a month that has ended."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from exporter.simulator.world.chance import chance
from exporter.simulator.world.periods import last_day, period_of
from exporter.simulator.world.usage import UsageRow

LATENCY = 3
"""Documented: usage is up to three days late."""
SHARES = (80, 10, 6, 4)
"""Of a hundred rows, how many arrive 0, 1, 2 and 3 days late."""
CORRECTED = range(2, 6)
"""Days of the following month on which the last day of a month is corrected; from the 6th on it is settled."""
SETTLED_AFTER = timedelta(days=CORRECTED.stop)


def arrived(seed: int, rows: tuple[UsageRow, ...], day: date, now: datetime) -> Iterable[UsageRow]:
    """Those rows of `day` that are known at `now`: the same row is always late by the same number of days."""
    age = (now.date() - day).days
    if age > LATENCY:
        return rows
    dice = chance(seed, "late", day)
    late = dice.choices(range(LATENCY + 1), SHARES, k=len(rows))
    return [row for row, days in zip(rows, late, strict=True) if days < max(age, 1)]


def corrections(rows: tuple[UsageRow, ...], day: date, now: datetime) -> Iterator[UsageRow]:
    """One on each of the days `CORRECTED` of the month after the one that `day` ends: a tenth, given or taken back."""
    if day != last_day(period_of(day)) or not rows:
        return
    for number in CORRECTED:
        if now.date() >= day + timedelta(days=number):
            row = rows[number * 7 % len(rows)]
            share = Decimal("-0.1") if number % 2 else Decimal("0.1")
            yield replace(row, cost=row.cost * share, consumed_quantity=row.consumed_quantity * share)
