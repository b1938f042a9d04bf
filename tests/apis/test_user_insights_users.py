"""Users and active users of an External ID tenant: only what the rows determine."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from exporter.simulator import Simulator
from tests.apis.b2c_tenant import USERS as USER_COUNT
from tests.apis.b2c_tenant import Tenant, by
from tests.apis.insights_tenant import ACTIVE, CLUB, DAILY, DAY, MONTHLY, SHOP, Row, answer, insights, row
from tests.harness import NOON, Answer, CannedService, series


@pytest.fixture
def tenant(simulator: Simulator, canned: CannedService, tmp_path: Path) -> Tenant:
    return insights(simulator, canned, tmp_path)


def test_users_are_a_total_and_its_growth(tenant: Tenant) -> None:
    """No provider is reported, and ten days ago is in the same answer."""
    counts = {NOON.date() - number * DAY: 51_234 - 33 * number for number in range(1, 31)}
    answer(tenant, "userCount", [row(day, count=count, language=None) for day, count in counts.items()])
    assert tenant.run(USER_COUNT) is None
    samples = tenant.scrape()
    assert {"unattributed": 51_201} == by(samples, "azure_b2c_users", "identity_provider")
    assert {"unattributed": 330} == by(samples, "azure_b2c_users_registered_trailing_10d", "identity_provider")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"count": 7}], {"unattributed": 7}),
        ([{"count": 5, "language": "de"}, {"count": 2, "language": "en"}], {"unattributed": 7}),
        ([{"count": 5, "language": "de"}, {"count": 2, "language": "DE"}], {"unattributed": 7}),
        ([{"count": 5, "language": "de"}, {"count": 2, "language": "en"}, {"count": 7}], {"unattributed": 7}),
        ([{"count": 5, "language": "de"}, {"count": 2, "language": None}], {}),
        ([{"count": 5, "language": "de"}, {"count": 6, "language": "de"}], {}),
        ([{"count": 7}, {"count": 8}], {}),
        ([{"language": "de"}], {}),
    ],
)
def test_users_that_the_rows_do_not_determine_are_absent(
    tenant: Tenant, rows: list[Row], expected: Mapping[str, int]
) -> None:
    """A row without a language may be the whole or a part."""
    day = date(2026, 11, 19)
    tenant.canned.answer(f"{DAILY}/userCount", Answer({"value": [row(day, **fields) for fields in rows]}))
    failure = tenant.run(USER_COUNT)
    assert expected == by(tenant.scrape(), "azure_b2c_users", "identity_provider")
    assert expected or failure or "do not determine" in tenant.warnings(USER_COUNT)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"count": 12_345, "appId": SHOP, "appName": "Shop"}], [12_345]),
        ([{"count": 0}], [0]),
        ([{"count": 900, "appId": SHOP}, {"count": 500, "appId": CLUB}], []),
        ([{"count": 900, "appId": SHOP}, {"count": 500, "appId": CLUB}, {"count": 1_100}], [1_100]),
        ([{"count": 900, "appId": SHOP}, {"count": 500, "os": "WINDOWS"}, {"count": 30}], []),
        ([{"count": 900, "appId": SHOP}, {"count": 5, "country": "DE"}, {"count": 1_000}], []),
        ([{"count": 900, "factDate": "2026-10-01"}], []),
        ([], []),
    ],
)
def test_active_users_are_never_summed(tenant: Tenant, rows: list[Row], expected: list[int]) -> None:
    """A single row is the whole, and a row without dimensions where it can be; otherwise there is no figure."""
    tenant.canned.answer(
        f"{MONTHLY}/activeUsers", Answer({"value": [row(date(2026, 11, 1), **fields) for fields in rows]})
    )
    assert tenant.run(ACTIVE) is None
    assert expected == list(series(tenant.scrape(), "azure_b2c_monthly_active_users").values())
    assert bool(expected) != bool(tenant.warnings(ACTIVE))


def test_active_users_with_a_row_that_cannot_be_read_are_no_figure(tenant: Tenant) -> None:
    rows = [row(date(2026, 11, 1), count=900), row(date(2026, 11, 1), count=-1)]
    answer(tenant, "activeUsers", rows, every=MONTHLY)
    assert "malformed" == tenant.failure(ACTIVE).reason


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"count": 900, "appId": SHOP}], []),
        ([{"count": 900, "appId": SHOP}, {"count": 100, "appId": CLUB}, {"count": 950}], [950]),
    ],
)
def test_active_users_beside_a_row_without_a_month(tenant: Tenant, rows: list[Row], expected: list[int]) -> None:
    """It may be of this one, so a single row is no longer the whole; a row about everybody still is."""
    month = [row(date(2026, 11, 1), **fields) for fields in rows]
    answer(tenant, "activeUsers", [*month, {"factDate": None, "count": 1}], every=MONTHLY)
    assert bool(expected) == (tenant.run(ACTIVE) is None)
    assert expected == list(series(tenant.scrape(), "azure_b2c_monthly_active_users").values())


def test_users_beside_a_row_without_a_date(tenant: Tenant) -> None:
    """A day whose total is stated is known; one with rows of languages only is not."""
    rows = [row(date(2026, 11, 19), count=7), row(date(2026, 11, 18), count=5, language="de"), {"count": 2}]
    answer(tenant, "userCount", rows)
    assert tenant.run(USER_COUNT) is None
    assert {"unattributed": 7} == by(tenant.scrape(), "azure_b2c_users", "identity_provider")
    assert "the rows of 2026-11-18 do not determine" in tenant.warnings(USER_COUNT)
    assert 1 == tenant.collection(USER_COUNT).dropped
