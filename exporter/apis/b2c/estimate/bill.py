"""The arithmetic of a bill: price lists, and the usage expected of a whole month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from exporter.model.periods import Days

MEAN_OF = timedelta(days=30)
"""The growth of a stock is the mean of these days."""


class Tier(Protocol):
    """A price for each unit up to the `up_to`th of the month; None is the rest."""

    @property
    def up_to(self) -> int | None: ...
    @property
    def price(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class MonthUsage:
    """How much was used so far, and how much is expected at the month's end; None before its first day is over."""

    so_far: int
    month: int | None


def charge(tiers: Sequence[Tier], quantity: int) -> Decimal:
    """What `quantity` units cost: each unit at the price of the tier that it falls in. Exact, not rounded."""
    cost, below = Decimal(0), 0
    for tier in tiers:
        top = quantity if tier.up_to is None else min(quantity, tier.up_to)
        cost += max(0, top - below) * tier.price
        below = max(below, top)
    return cost


def free(tiers: Sequence[Tier]) -> int:
    """How many units a month are free: those of the tiers before the first price; an open last tier adds none."""
    bound = 0
    for tier in tiers:
        if tier.price or tier.up_to is None:
            break
        bound = tier.up_to
    return bound


def events(days: Mapping[date, int], month: Days) -> MonthUsage | None:
    """Usage that adds up day by day, such as authentications; None where no day of the month is reported.

    The newest reported day can still grow, so it counts as used but not as elapsed. The elapsed days are the calendar
    days (UTC) from the first of the month to the day before it, reported or not; the month is projected from their
    mean, rounded to a whole unit and never below what was used already.
    """
    known = {day: count for day, count in days.items() if day in month}
    if not known:
        return None
    newest, so_far = max(known), sum(known.values())
    elapsed = (newest - month.start).days
    if not elapsed:
        return MonthUsage(so_far, None)
    length = (month.end - month.start).days + 1
    expected = round(Fraction((so_far - known[newest]) * length, elapsed))
    return MonthUsage(so_far, max(so_far, expected))


def stock(days: Mapping[date, int], month: Days) -> MonthUsage | None:
    """A stock, such as stored users: the newest count up to the month's end; None where none is reported.

    It is projected to the month's end with the mean change per day, growth or decline, since the oldest reported day
    of the 30 that end with the newest; rounded to a whole unit.
    """
    known = {day: count for day, count in days.items() if day <= month.end}
    if not known:
        return None
    newest = max(known)
    oldest = min(day for day in known if day > newest - MEAN_OF)
    left, elapsed = (month.end - newest).days, (newest - oldest).days
    growth = Fraction((known[newest] - known[oldest]) * left, elapsed) if elapsed else 0
    return MonthUsage(known[newest], max(0, round(known[newest] + growth)))
