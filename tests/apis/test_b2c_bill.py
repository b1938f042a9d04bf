"""The bill: tiers to the last digit, and what the month is expected to bring."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from exporter.apis.b2c.estimate.bill import MonthUsage, charge, events, free, stock
from exporter.model.periods import billing_month

FIRST = date(2026, 11, 1)
MONTH = billing_month(FIRST)


@dataclass(frozen=True)
class Tier:
    up_to: int | None
    price: Decimal


def tiers(*rows: tuple[int | None, str]) -> tuple[Tier, ...]:
    return tuple(Tier(up_to, Decimal(price)) for up_to, price in rows)


ACTIVE_USERS = tiers(
    (50_000, "0"), (100_000, "0.0055"), (1_000_000, "0.0046"), (10_000_000, "0.00325"), (None, "0.0025")
)
"""The price pages' first list for monthly active users."""


@pytest.mark.parametrize(
    ("quantity", "cost"),
    [
        (0, "0"),
        (1, "0"),
        (49_999, "0"),
        (50_000, "0"),
        (50_001, "0.0055"),
        (99_999, "274.9945"),
        (100_000, "275"),
        (100_001, "275.0046"),
        (999_999, "4414.9954"),
        (1_000_000, "4415"),
        (1_000_001, "4415.00325"),
        (9_999_999, "33664.99675"),
        (10_000_000, "33665"),
        (10_000_001, "33665.0025"),
        (20_000_000, "58665"),
    ],
)
def test_every_border_of_the_price_list(quantity: int, cost: str) -> None:
    """Computed by hand: 50,000 x 0.0055 = 275, 900,000 x 0.0046 = 4,140, 9,000,000 x 0.00325 = 29,250."""
    assert Decimal(cost) == charge(ACTIVE_USERS, quantity)


@pytest.mark.parametrize(("quantity", "cost"), [(0, "0"), (1, "0.03"), (3, "0.09"), (2_894, "86.82")])
def test_one_price_for_all(quantity: int, cost: str) -> None:
    """A list of one tier has no border."""
    assert Decimal(cost) == charge(tiers((None, "0.03")), quantity)


@some.composite
def price_lists(draw: some.DrawFn) -> tuple[Tier, ...]:
    """Lists of up to five tiers; a later one may be more expensive."""
    borders = sorted(draw(some.sets(some.integers(1, 10**7), max_size=4)))
    prices = some.decimals(0, 10, places=5)
    return tuple(Tier(border, draw(prices)) for border in [*borders, None])


COUNTS = some.integers(0, 10**8)


@given(price_lists(), COUNTS, COUNTS)
def test_more_usage_never_costs_less(price_list: tuple[Tier, ...], one: int, other: int) -> None:
    """Whatever the tiers."""
    less, more = sorted((one, other))
    assert charge(price_list, less) <= charge(price_list, more)


@given(price_lists(), some.integers(0, 2000))
def test_the_charge_is_the_sum_of_each_units_price(price_list: tuple[Tier, ...], quantity: int) -> None:
    """Unit by unit, as a price list is read."""
    units = [next(t.price for t in price_list if t.up_to is None or n <= t.up_to) for n in range(1, quantity + 1)]
    assert sum(units, Decimal(0)) == charge(price_list, quantity)


@pytest.mark.parametrize(
    ("price_list", "quantity"),
    [
        (ACTIVE_USERS, 50_000),
        (tiers((10, "0"), (20, "0"), (None, "1")), 20),
        (tiers((10, "1"), (None, "0")), 0),
        (tiers((None, "0.03")), 0),
        (tiers((7, "0"), (None, "0")), 7),
    ],
    ids=["first-tier", "two-tiers", "free-later", "nothing", "all"],
)
def test_the_free_allowance_ends_at_the_first_price(price_list: tuple[Tier, ...], quantity: int) -> None:
    """Units that cost nothing beyond a price are a discount and no allowance; without any price there is no bound."""
    assert quantity == free(price_list)


def days(*counts: int, first: date = FIRST) -> dict[date, int]:
    return {first + timedelta(days=n): count for n, count in enumerate(counts)}


@pytest.mark.parametrize(
    ("reported", "usage"),
    [
        ({}, None),
        (days(7, first=date(2026, 10, 31)), None),
        (days(5), MonthUsage(5, None)),
        (days(10, 2), MonthUsage(12, 300)),
        (days(7, 10, 2, first=date(2026, 10, 31)), MonthUsage(12, 300)),
        (days(10, 0, 11, 5), MonthUsage(26, 210)),
        ({FIRST: 12, date(2026, 11, 4): 1}, MonthUsage(13, 120)),
        ({date(2026, 11, 2): 12, date(2026, 11, 3): 1}, MonthUsage(13, 180)),
        (days(*[1] * 31), MonthUsage(30, 30)),
        (days(1, 0, 0, 0, 0, 0, 0, 0), MonthUsage(1, 4)),
        (days(*[1] * 29, 500), MonthUsage(529, 529)),
        (days(1, 900), MonthUsage(901, 901)),
    ],
    ids=[
        "nothing",
        "no-day-yet",
        "first-day",
        "second-day",
        "last-month",
        "mean",
        "gap",
        "no-first",
        "next-month",
        "rounded",
        "end",
        "burst",
    ],
)
def test_the_month_is_projected_from_the_elapsed_days(reported: dict[date, int], usage: MonthUsage | None) -> None:
    """The newest day can grow and does not count among them; a day without a row does, as zero."""
    assert usage == events(reported, MONTH)


@pytest.mark.parametrize(
    ("reported", "usage"),
    [
        ({}, None),
        ({date(2026, 11, 20): 100}, MonthUsage(100, 100)),
        ({date(2026, 10, 20): 1, date(2026, 10, 21): 70, date(2026, 11, 19): 100}, MonthUsage(100, 111)),
        ({date(2026, 11, 10): 110, date(2026, 11, 20): 100}, MonthUsage(100, 90)),
        ({date(2026, 10, 20): 90, date(2026, 10, 30): 100}, MonthUsage(100, 131)),
        ({date(2026, 11, 1): 100, date(2026, 11, 6): 10}, MonthUsage(10, 0)),
        ({date(2026, 11, 1): 1, date(2026, 11, 30): 30}, MonthUsage(30, 30)),
    ],
    ids=["nothing", "one-row", "grows", "shrinks", "late", "not-below-zero", "last-day"],
)
def test_a_stock_continues_to_grow_as_before(reported: dict[date, int], usage: MonthUsage | None) -> None:
    """Users are not used up: the month's end has today's and those that will have come."""
    assert usage == stock(reported, MONTH)


@given(some.lists(some.integers(0, 10**6), min_size=1, max_size=30), some.data())
def test_more_on_any_day_never_makes_the_month_smaller(counts: list[int], data: some.DataObject) -> None:
    """So the bill, too, is monotonic in usage; and the month is never below what was used."""
    more = [count + data.draw(some.integers(0, 1000)) for count in counts]
    before, after = events(days(*counts), MONTH), events(days(*more), MONTH)
    assert before is not None
    assert after is not None
    assert before.so_far <= after.so_far
    assert (before.month is None) == (after.month is None)
    assert before.so_far <= (before.month or before.so_far) <= (after.month or after.so_far)
