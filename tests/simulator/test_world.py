"""The made-up company itself, without a server."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from exporter.simulator.server.json_text import dumps
from exporter.simulator.world import World

from .conftest import NOON, Clock


@pytest.fixture(scope="module")
def world() -> World:
    return World(7, Clock())


def test_a_month_has_a_size_that_demonstrates(world: World) -> None:
    """Hundreds of rows from several subscriptions, departments, groups and units."""
    rows = world.ea.usage("202610")
    assert 500 <= len(rows) <= 2500
    assert 5 == len({row.subscription_guid for row in rows})
    assert len({row.department_name for row in rows}) >= 4
    assert len({row.resource_group for row in rows}) >= 8
    assert len({row.unit_of_measure for row in rows}) >= 6


def test_usage_has_what_usage_has(world: World) -> None:
    """Credits, rows that repeat, long fractions, tags in their odd forms."""
    rows = world.ea.usage("202610")
    assert any(row.cost < 0 for row in rows)
    assert len(set(rows)) < len(rows)
    assert any(-int(row.cost.as_tuple().exponent) >= 20 for row in rows)
    tags = {row.tags for row in rows}
    assert "" in tags
    assert any("  " in text for text in tags)
    assert any("null" in text for text in tags)
    assert any(key.endswith(" ") for text in tags if text for key in json.loads(text))


def test_days_gone_by_never_change(world: World) -> None:
    """The same seed gives the same rows whenever one looks; another seed gives others."""
    later = World(7, Clock(NOON + timedelta(days=50)))
    assert world.ea.usage("202610") == later.ea.usage("202610")
    assert world.ea.usage("202610") != World(8, Clock()).ea.usage("202610")
    assert world.ea.enrollment == later.ea.enrollment
    assert world.partner_center.refresh_token == later.partner_center.refresh_token


def test_today_grows_by_the_hour() -> None:
    """Today's usage begins with nothing and grows; tomorrow has none."""
    clock, sums = Clock(NOON.replace(hour=0)), []
    world = World(7, clock)
    for hour in (0, 6, 12, 18, 23):
        clock.now = NOON.replace(hour=hour)
        rows = world.ea.usage_between(NOON.date(), NOON.date() + timedelta(days=2))
        sums.append(sum((row.cost for row in rows), Decimal(0)))
    assert 0 == sums[0]
    assert sorted(sums) == sums


@pytest.mark.parametrize("day", [1, 2, 3, 15, 28, 29, 30, 31])
def test_every_day_of_a_month_has_a_whole_company(day: int) -> None:
    """No date, the first and the last of a month included, breaks anything."""
    world = World(1, Clock(datetime(2026, 1, day, 0, 0, tzinfo=UTC)))
    assert world.ea.balance("202601").total_usage == sum(row.cost for row in world.ea.usage("202601"))
    assert 25 == len(world.partner_center.customers())
    assert world.b2c.users(world.b2c.now().date()).total > 0


def test_decimals_keep_their_digits_in_json() -> None:
    """A number's text is its digits; nothing passes through a float."""
    amount = Decimal("120.56829999999959047161234567890")
    assert f'{{"a":[{amount},true,null,"ü\\"",0.00000000000000000001,-5]}}' == dumps(
        {"a": (amount, True, None, 'ü"', Decimal("1E-20"), -5)}
    )


def test_a_float_has_no_exact_text() -> None:
    """Floats are refused rather than rounded."""
    with pytest.raises(TypeError, match="float"):
        dumps(0.1)
