"""A price list applied to usage so far, and to what the usage of the whole month is expected to be."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

MEAN_OF = timedelta(days=30)
"""The growth of a stock is that of so many days."""


class Tier(Protocol):
    """A price for each unit up to the `up_to`th of the month; None is the rest."""

    @property
    def up_to(self) -> int | None: ...
    @property
    def price(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class MonthUsage:
    """How much was used so far, and how much it will be at the month's end; None where no day has gone by yet."""

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
    """How many units cost nothing: the tiers that come before the first price; a list without prices has no bound."""
    bound = 0
    for tier in tiers:
        if tier.price or tier.up_to is None:
            break
        bound = tier.up_to
    return bound


def events(days: Mapping[date, int], month: date) -> MonthUsage | None:
    """Usage that happens, in the month that begins on `month`.

    None where no day of it is reported. The newest reported day can still grow, so it counts in what was used but not
    among the days gone by. Those are the calendar days (UTC) from the first of the month to the day before it,
    reported or not; their mean makes the month, rounded to a whole unit and never below what was used already.
    """
    known = {day: count for day, count in days.items() if _in(day, month)}
    if not known:
        return None
    newest, so_far = max(known), sum(known.values())
    gone = (newest - month).days
    if not gone:
        return MonthUsage(so_far, None)
    expected = round(Fraction((so_far - known[newest]) * _length(month), gone))
    return MonthUsage(so_far, max(so_far, expected))


def stock(days: Mapping[date, int], month: date) -> MonthUsage | None:
    """What is there rather than happens, such as stored users: the newest count; None where none is reported.

    At the month's end it will have grown, or shrunk, from the newest day on as it did a day, on average, since
    the oldest reported day of the 30 that end with it; rounded to a whole unit.
    """
    known = {day: count for day, count in days.items() if day < month or _in(day, month)}
    if not known:
        return None
    newest = max(known)
    oldest = min(day for day in known if day > newest - MEAN_OF)
    left = _length(month) - 1 - (newest - month).days
    gone = (newest - oldest).days
    growth = Fraction((known[newest] - known[oldest]) * max(0, left), gone) if gone else 0
    return MonthUsage(known[newest], max(0, round(known[newest] + growth)))


def _in(day: date, month: date) -> bool:
    return (day.year, day.month) == (month.year, month.month)


def _length(month: date) -> int:
    return monthrange(month.year, month.month)[1]
