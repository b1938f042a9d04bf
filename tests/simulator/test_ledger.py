"""The exact sums that the simulated company's books hold."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest

from exporter.simulator.world import World

from .conftest import NOON, Browser, Clock
from .test_ea import all_rows, every_page

MONTH = date(2026, 11, 1), date(2026, 11, 30)


@pytest.fixture(scope="module")
def world() -> World:
    return World(7, Clock())


def test_the_sum_is_that_of_the_rows_to_the_last_digit(world: World) -> None:
    """Whatever precision the caller works with."""
    exact = sum(Fraction(row.cost) for row in world.ea.usage("202611"))
    with localcontext(prec=3):
        assert exact == Fraction(World(7, Clock()).ea.ledger.cost(*MONTH))


def test_what_the_service_answers_is_what_the_books_hold(browser: Browser) -> None:
    """By period and by dates, through every page."""
    ledger = browser.sim.world.ea.ledger
    whole = all_rows(every_page(browser, "usagedetails"))
    days = all_rows(every_page(browser, "usagedetailsbycustomdate?startTime=2026-11-03&endTime=2026-11-05"))
    assert sum(Fraction(row["cost"]) for row in whole) == Fraction(ledger.cost(*MONTH))
    assert sum(Fraction(row["cost"]) for row in days) == Fraction(
        ledger.cost(date(2026, 11, 3), date(2026, 11, 5), NOON)
    )


def test_parts_sum_to_the_whole(world: World) -> None:
    """By subscription, by day, and by anything else that rows tell."""
    ledger = world.ea.ledger
    by_subscription = ledger.cost_by_subscription(*MONTH)
    assert 5 == len(by_subscription)
    assert {row.subscription_guid for row in world.ea.usage("202611")} == set(by_subscription)
    for parts in (by_subscription, ledger.cost_by(lambda row: (row.date, row.meter_name), *MONTH)):
        assert Fraction(ledger.cost(*MONTH)) == sum(Fraction(part) for part in parts.values())


def test_late_rows_and_corrections_are_in_the_books_once_they_are_known(world: World) -> None:
    """Day by day until the month is settled; the same instant in another zone is the same instant."""
    ledger, day = world.ea.ledger, date(2026, 10, 31)
    begin = datetime(2026, 11, 1, 12, tzinfo=UTC)
    known = [ledger.cost(day, day, begin + timedelta(days=after)) for after in range(12)]
    assert len(set(known[:5])) == 5
    assert 1 == len(set(known[5:]))
    assert known[0] == ledger.cost(day, day, begin.astimezone(timezone(timedelta(hours=14))))


def test_nothing_costs_nothing(world: World) -> None:
    """Days to come, and days before the agreement, have neither rows nor subscriptions."""
    future = date(2027, 1, 1), date(2027, 1, 31)
    assert (Decimal(0), {}) == (world.ea.ledger.cost(*future), world.ea.ledger.cost_by_subscription(*future))
    assert Decimal(0) == world.ea.ledger.cost(date(2010, 1, 1), date(2010, 12, 31))


def test_no_switch_changes_the_books(browser: Browser) -> None:
    """Neighbouring days are the answer's affair."""
    ledger, day = browser.sim.world.ea.ledger, date(2026, 11, 3)
    before = ledger.cost(day, day)
    browser.sim.switches.ea_stray_days = 2
    rows = all_rows(every_page(browser, f"usagedetailsbycustomdate?startTime={day}&endTime={day}"))
    assert before == ledger.cost(day, day)
    assert Fraction(before) == sum(Fraction(row["cost"]) for row in rows if row["date"].startswith(str(day)))
    assert Fraction(before) != sum(Fraction(row["cost"]) for row in rows)
