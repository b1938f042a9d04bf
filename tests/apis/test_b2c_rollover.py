"""Which month a bill is of, and when there is none."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from exporter.simulator import Simulator
from tests.apis.b2c_tenant import BILL, LOGINS, MFA, USERS, Row, Tenant, by, logins, mfa, span, users
from tests.harness import CannedService, Scrape, series

COST, QUANTITY = "azure_b2c_estimated_cost_month_to_date", "azure_b2c_billed_quantity_month_to_date"
INSTANT = "azure_billing_exporter_collector_data_timestamp_seconds"
PER_USER, PER_LOGIN, PER_MFA = (f"per_{what}: [{{price: 1}}]" for what in ("user", "authentication", "mfa_request"))
Build = Callable[..., Tenant]
LAST = date(2026, 11, 30)
EVENING = datetime(2026, 11, 30, 22, tzinfo=UTC)
NIGHT = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)


@pytest.fixture
def build(simulator: Simulator, canned: CannedService, tmp_path: Path) -> Build:
    """A tenant with these prices and a budget of 1000."""

    def tenant(*prices: str, more: str = "") -> Tenant:
        budgets = "budgets: [{name: all, amount: 1000}],"
        return Tenant(simulator, canned, tmp_path, f"prices: {{currency: EUR, {', '.join(prices)}}}, {budgets} {more}")

    return tenant


def stored(last: date, days: int = 45, count: int = 100) -> list[Row]:
    return [users(f"{day}T00:00:00Z", count, count, 0) for day in span(last, days)]


def total(samples: Scrape, name: str) -> float | None:
    found = series(samples, name)
    return sum(found.values()) if found else None


def instant(samples: Scrape) -> datetime | None:
    found = list(series(samples, INSTANT, collector=BILL).values())
    return datetime.fromtimestamp(found[0], UTC) if found else None


def test_before_the_first_row_of_a_month_there_is_no_bill(build: Build) -> None:
    """Neither the last month's nor a data timestamp; the run is a success, and later the new month's bill appears."""
    tenant = build(PER_LOGIN, PER_MFA)
    tenant.answer(MFA, [mfa(day, 1) for day in span(LAST, 45)])
    tenant.answer(LOGINS, [logins(day, 2) for day in span(LAST, 45)])
    tenant.now = EVENING
    assert tenant.run(BILL) is None
    samples = tenant.scrape()
    assert (90, EVENING) == (total(samples, COST), instant(samples))
    tenant.now = NIGHT
    assert tenant.run(BILL) is None
    samples = tenant.scrape()
    assert (None, None, None) == (total(samples, COST), total(samples, QUANTITY), instant(samples))
    assert (1000, None) == (
        total(samples, "azure_billing_budget_amount"),
        total(samples, "azure_billing_budget_spent"),
    )
    assert "authentications: the bill is not known: no row since 2026-12-01" in tenant.warnings(BILL)
    tenant.answer(MFA, [mfa(day, 1) for day in span(date(2026, 12, 1), 45)])
    tenant.answer(LOGINS, [logins(day, 2) for day in span(date(2026, 12, 1), 45)])
    assert tenant.run(BILL) is None
    samples = tenant.scrape()
    assert (3, NIGHT) == (total(samples, COST), instant(samples))


def test_stored_users_alone_are_billed_from_the_months_first_row(build: Build) -> None:
    """User counts are up to two days late."""
    tenant = build(PER_USER)
    tenant.answer(USERS, stored(date(2026, 11, 29)))
    tenant.now = NIGHT
    assert tenant.run(BILL) is None
    assert (None, None) == (total(tenant.scrape(), COST), instant(tenant.scrape()))
    tenant.answer(USERS, stored(date(2026, 12, 1)))
    tenant.now = NIGHT + timedelta(days=2)
    assert tenant.run(BILL) is None
    samples = tenant.scrape()
    assert (100, datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)) == (total(samples, COST), instant(samples))


@pytest.mark.parametrize(("newest", "cost"), [(date(2026, 11, 29), 102), (date(2026, 11, 25), None)])
def test_a_month_that_has_begun_begins_with_the_newest_count(build: Build, newest: date, cost: float | None) -> None:
    """Where authentications are of the new month, so is the bill; a count that is older than documented is not used."""
    tenant = build(PER_USER, PER_LOGIN)
    tenant.answer(USERS, stored(newest))
    tenant.answer(LOGINS, [logins(day, 2) for day in span(date(2026, 12, 1), 45)])
    tenant.now = NIGHT
    assert tenant.run(BILL) is None
    samples = tenant.scrape()
    assert (cost, NIGHT) == (total(samples, COST), instant(samples))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"MfaCount": -1}, "the row of 2026-11-03 can't be used"),
        ({"MfaCount": None, "MfaTypeBreakDown": None}, "the row of 2026-11-03 can't be used"),
        ({"Date": None}, "a row without a readable day may be one of its days"),
    ],
    ids=["unreadable", "no-count", "no-day"],
)
def test_a_bill_without_one_component_is_no_bill(build: Build, bad: Row, reason: str) -> None:
    """Known quantities are published; the cost and the spent part of the budget are absent."""
    tenant = build(PER_LOGIN, PER_MFA)
    tenant.answer(LOGINS, [logins(day, 2) for day in span(date(2026, 11, 20), 45)])
    requests = [mfa(day, 1) for day in span(date(2026, 11, 20), 45)]
    requests[-18] |= bad
    tenant.answer(MFA, requests)
    assert tenant.run(BILL) is None
    samples = tenant.scrape()
    assert {"authentications": 40} == by(samples, QUANTITY, "component")
    assert (None, None) == (total(samples, COST), total(samples, "azure_billing_budget_spent"))
    assert f"mfa: the bill is not known: {reason}" in tenant.warnings(BILL)


def test_a_day_without_a_row_is_billed_as_zero(build: Build) -> None:
    """The service leaves out days without activity; a month may begin with one."""
    tenant = build(PER_LOGIN)
    absent = date(2026, 11, 1), date(2026, 11, 3)
    tenant.answer(LOGINS, [logins(day, 2) for day in span(date(2026, 11, 20), 45) if day not in absent])
    assert tenant.run(BILL) is None
    samples = tenant.scrape()
    # 18 days of 2; 17 of the 19 elapsed days have 2, so that the month is 34 * 30 / 19 = 53.7.
    assert (36, 54) == (total(samples, COST), total(samples, "azure_b2c_estimated_cost_month"))
    assert "" == tenant.warnings(BILL)


@pytest.mark.parametrize("day", [date(2026, 10, 31), date(2026, 11, 20)])
def test_an_unusable_row_outside_the_billed_days_leaves_the_bill(build: Build, day: date) -> None:
    """Of another month, or after the newest row that can be used, up to which the month is billed."""
    tenant = build(PER_LOGIN)
    rows = [logins(one, -1 if one == day else 2) for one in span(date(2026, 11, 20), 45)]
    tenant.answer(LOGINS, rows)
    assert tenant.run(BILL) is None
    assert (38 if day.day == 20 else 40) == total(tenant.scrape(), COST)


def test_active_users_alone_are_as_of_now(build: Build) -> None:
    """The configured figure is of the month that it is read in."""
    tenant = build("per_monthly_active_user: [{price: 1}]", more="monthly_active_users: 5,")
    for now in (EVENING, NIGHT):
        tenant.now = now
        assert tenant.run(BILL) is None
        samples = tenant.scrape()
        assert (5, now) == (total(samples, COST), instant(samples))


def test_users_growth_and_bill_take_the_same_row_of_a_day(build: Build) -> None:
    """Of two rows of a day the one with the newest time stamp, whatever their order."""
    tenant = build(PER_USER)
    rows = [users("2026-11-19T12:00:00Z", 200, 200, 0), *stored(date(2026, 11, 19))]
    for answer in (rows, rows[::-1]):
        tenant.read(USERS, answer)
        assert tenant.run(BILL) is None
        samples = tenant.scrape()
        growth = total(samples, "azure_b2c_users_registered_trailing_10d")
        assert (200, 100, 200) == (total(samples, "azure_b2c_users"), growth, total(samples, QUANTITY))


def test_a_user_of_two_providers_is_billed_once(build: Build) -> None:
    """The stated total counts."""
    tenant = build(PER_USER)
    tenant.answer(USERS, [users("2026-11-19", 10, 4, 1, facebook_com=5, amazon_com=1)])
    assert tenant.run(BILL) is None
    assert 10 == total(tenant.scrape(), QUANTITY)


@pytest.mark.parametrize("bad", [{"AuthenticationCount": "x"}, {"Date": "garbage"}])
def test_an_unusable_row_leaves_no_bill_and_no_failure(build: Build, bad: Row) -> None:
    """The bill that contains its day is absent with a warning, and the run succeeds, again and again."""
    tenant = build(PER_LOGIN)
    good = [logins(day, 1) for day in span(date(2026, 11, 19), 19)]
    tenant.answer(LOGINS, good)
    assert tenant.run(BILL) is None
    assert 19 == total(tenant.scrape(), COST)
    tenant.answer(LOGINS, [*good[:5], good[5] | bad, *good[6:]])
    assert "emptied" == tenant.failure(BILL).reason
    for _ in range(2):
        assert tenant.run(BILL) is None
    assert total(tenant.scrape(), COST) is None
    assert "the bill is not known" in tenant.warnings(BILL)


def test_the_months_estimate_is_of_all_components_or_absent(build: Build) -> None:
    """On the first reported day nothing is projected, so neither is what users alone would cost."""
    tenant = build(PER_USER, PER_LOGIN)
    tenant.now = datetime(2026, 12, 1, 20, tzinfo=UTC)
    tenant.answer(USERS, stored(date(2026, 12, 1)))
    tenant.answer(LOGINS, [logins(day, 2) for day in span(date(2026, 12, 1), 45)])
    assert tenant.run(BILL) is None
    samples = tenant.scrape()
    assert (102, None) == (total(samples, COST), total(samples, "azure_b2c_estimated_cost_month"))
