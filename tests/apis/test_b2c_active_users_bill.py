"""The bill of a tenant that is billed by active users: counted where they are known, else as configured."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from exporter.simulator import Simulator
from tests.apis.b2c_tenant import BILL, Tenant, by
from tests.apis.insights_tenant import DAILY, MONTHLY, SETTINGS, Row, answer, attempts, days, row
from tests.harness import Answer, CannedService, series

COST = "azure_b2c_estimated_cost_month_to_date"
QUANTITY = "azure_b2c_billed_quantity_month_to_date"
MONTH = "azure_b2c_estimated_cost_month"
PART = "azure_b2c_estimated_component_cost_month_to_date"
PER_USER, PER_MFA = "per_monthly_active_user: [{price: 1}]", "per_mfa_request: [{price: 2}]"
NOVEMBER, OCTOBER = date(2026, 11, 1), date(2026, 10, 1)
Build = Callable[..., Tenant]


@pytest.fixture
def build(simulator: Simulator, canned: CannedService, tmp_path: Path) -> Build:
    """An External ID tenant with these prices."""

    def tenant(*prices: str, more: str = "") -> Tenant:
        found = Tenant(
            simulator, canned, tmp_path, f"{SETTINGS} prices: {{currency: EUR, {', '.join(prices)}}}, {more}"
        )
        found.stopped.skip_waits = True
        return found

    return tenant


def active(tenant: Tenant, *rows: Row) -> None:
    answer(tenant, "activeUsers", rows, every=MONTHLY)


@pytest.mark.parametrize(
    ("more", "before", "month"),
    [
        ("", None, None),
        ("", 90, 90),
        ("", 50, 70),
        ("monthly_active_users: 80,", None, 80),
        ("monthly_active_users: 80,", 90, 80),
        ("monthly_active_users: 5,", 90, 70),
    ],
)
def test_the_counted_active_users_are_billed(build: Build, more: str, before: int | None, month: int | None) -> None:
    """The whole month has as many as configured, or as the month before, and not less than there are already."""
    tenant = build(PER_USER, more=more)
    earlier = [row(OCTOBER, count=before)] if before is not None else []
    active(tenant, row(NOVEMBER, count=70), *earlier)
    assert tenant.run(BILL) is None
    samples = tenant.scrape()
    assert {"monthly_active_users": 70} == by(samples, QUANTITY, "component") == by(samples, COST, "component")
    assert ([] if month is None else [month]) == list(series(samples, MONTH).values())
    assert "" == tenant.warnings(BILL)


def test_the_configured_active_users_are_billed_while_they_are_not_counted(build: Build) -> None:
    """A warning says so."""
    tenant = build(PER_USER, more="monthly_active_users: 80,")
    active(tenant, row(OCTOBER, count=90))
    assert tenant.run(BILL) is None
    samples = tenant.scrape()
    assert ([80], [80]) == (list(series(samples, COST).values()), list(series(samples, MONTH).values()))
    text = "monthly_active_users: the bill has the configured ones: the month's active users are not known"
    assert text in tenant.warnings(BILL)


def test_configured_active_users_override_those_that_are_not_read(build: Build) -> None:
    tenant = build(PER_USER, more="monthly_active_users: 80, reports: {monthlyActiveUsers: {enabled: false}},")
    assert tenant.run(BILL) is None
    assert [80] == list(series(tenant.scrape(), COST).values())
    assert ("", []) == (tenant.warnings(BILL), tenant.canned.received)


def test_without_any_figure_the_active_users_have_no_cost(build: Build) -> None:
    """What is known of the others is published apart, so that nothing that is a sum looks like the bill."""
    tenant = build(PER_USER, PER_MFA)
    active(tenant)
    answer(tenant, "mfaCompletions", [attempts(day, 1) for day in days(date(2026, 10, 21), date(2026, 11, 19))])
    assert tenant.run(BILL) is None
    samples = tenant.scrape()
    assert {"mfa": 38} == by(samples, PART, "component")
    assert {} == series(samples, COST) | series(samples, MONTH)
    assert "monthly_active_users: the bill is not known" in tenant.warnings(BILL)


def test_the_cost_of_active_users_is_known_without_that_of_second_factors(build: Build) -> None:
    tenant = build(PER_USER, PER_MFA)
    active(tenant, row(NOVEMBER, count=70))
    tenant.canned.answer(f"{DAILY}/mfaCompletions", Answer({"value": [attempts(date(2026, 11, 19), 1)]}))
    assert tenant.run(BILL) is None
    samples = tenant.scrape()
    assert {"monthly_active_users": 70} == by(samples, PART, "component")
    assert {} == series(samples, COST) | series(samples, MONTH)


def test_the_parts_of_a_known_bill_sum_to_it(build: Build) -> None:
    tenant = build(PER_USER, PER_MFA)
    active(tenant, row(NOVEMBER, count=70))
    answer(tenant, "mfaCompletions", [attempts(day, 1) for day in days(date(2026, 10, 21), date(2026, 11, 19))])
    assert tenant.run(BILL) is None
    samples = tenant.scrape()
    assert {"monthly_active_users": 70, "mfa": 38} == by(samples, PART, "component") == by(samples, COST, "component")
