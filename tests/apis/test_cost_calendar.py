"""Months of Cost Management: their turn, their settlement, those without data, and what is expected of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from exporter.simulator import Simulator
from tests.apis.company import Company, figures, summed, total
from tests.harness import Clock

COST, DAILY, PREVIOUS = "azure_cost_month_to_date", "azure_cost_daily", "azure_cost_previous_month"
FORECAST = "azure_cost_forecast_month"
BEHIND = timedelta(hours=3)


@pytest.fixture
def behind(tmp_path: Path, clock: Clock) -> Iterator[Company]:
    """A company whose services' clock is three hours behind that of the exporter."""
    with Simulator(seed=1, clock=lambda: clock() - BEHIND) as simulator:
        yield Company(simulator, tmp_path, clock)


def account(company: Company, download: str) -> dict[str, Any]:
    """The enrollment's account by a download; the name of an export stands for it."""
    labels = {"labels": ["subscription_name"]}
    if download in ("query", "cost_details"):
        return company.account(usage={**labels, "download": download})
    return company.exported(download, **labels)


def books(company: Company, start: str, end: str, known: datetime | None = None) -> Fraction:
    """The enrollment's costs of some days in the simulated books, without those of third parties."""
    first, last = map(date.fromisoformat, (start, end))
    rows = company.rows(company.simulator.world.azure.enrollment, first, last, known)
    own = (row for row in rows if row.publisher_type != "Marketplace")
    return summed(own, lambda row: row.actual).get(frozenset(), Fraction(0))


@pytest.mark.parametrize("download", ["query", "cost_details", "ea-actual"])
def test_a_month_turns(company: Company, download: str) -> None:
    """Before the first figures of a month there are none, and the newest complete day is still that of the last one."""
    harness = company.harness(account(company, download))
    company.clock.now = datetime(2026, 11, 30, 23, 50, tzinfo=UTC)
    assert [None, None] == harness.run("usage") + harness.run("usage_previous_month")
    assert books(company, "2026-10-01", "2026-10-31") == total(harness, PREVIOUS)
    for hours, day in ((0.2, "2026-11-29"), (2, "2026-11-29"), (30, "2026-11-30"), (54, "2026-12-01")):
        company.clock.now = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(hours=hours)
        run = company.simulator.exports.newest("ea-actual")
        known = None if download != "ea-actual" else run.submitted
        assert [None, None] == harness.run("usage") + harness.run("usage_previous_month"), hours
        assert (books(company, "2026-12-01", "2026-12-31", known) or None) == total(harness, COST), hours
        if download != "ea-actual":
            assert books(company, day, day) == total(harness, DAILY), hours
            assert books(company, "2026-11-01", "2026-11-30") == total(harness, PREVIOUS), hours


@pytest.mark.parametrize("download", ["query", "cost_details"])
def test_a_service_whose_day_has_not_begun_has_no_data_yet(behind: Company, download: str) -> None:
    """It refuses a query of days in its future (400) in the first hours of a month; that is no failure."""
    behind.clock.now = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
    harness = behind.harness(account(behind, download))
    assert [None, None] == harness.run("usage") + harness.run("usage_previous_month")
    assert total(harness, COST) is None
    assert books(behind, "2026-11-29", "2026-11-29") == total(harness, DAILY)
    assert books(behind, "2026-11-01", "2026-11-30") == total(harness, PREVIOUS)
    behind.clock.advance(timedelta(hours=4))
    assert [None] == harness.run("usage")
    assert books(behind, "2026-12-01", "2026-12-01") == total(harness, COST)


@pytest.mark.parametrize("download", ["query", "cost_details", "focus-daily"])
def test_the_previous_month_is_read_until_it_is_settled(company: Company, download: str) -> None:
    """Late rows and corrections arrive until the 5th; from the 6th on, nothing is read any more."""
    sums = []
    company.clock.now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    harness = company.harness(account(company, download))
    for day in (2, 4, 6, 8):
        company.clock.now = datetime(2026, 11, day, 12, tzinfo=UTC)
        company.simulator.received.clear()
        company.simulator.blob_received.clear()
        assert [None] == harness.run("usage_previous_month")
        sums.append(total(harness, PREVIOUS))
    assert [] == company.simulator.received + company.simulator.blob_received
    assert sums[0] != sums[1] != sums[2] == sums[3]
    known = datetime(2026, 11, 5, 5, 10, tzinfo=UTC) if download == "focus-daily" else None
    assert books(company, "2026-10-01", "2026-10-31", known) == sums[3]


@pytest.mark.parametrize(
    ("download", "switches"),
    [
        ("query", {"cost_management_no_data": "rows"}),
        ("query", {"cost_management_no_data": "204"}),
        ("cost_details", {"cost_details_no_data": "204"}),
        ("cost_details", {"cost_details_no_data": "status"}),
        ("ea-actual", {}),
        ("ea-legacy", {}),
    ],
)
def test_a_scope_without_costs_is_no_failure(company: Company, download: str, switches: dict[str, str]) -> None:
    """In every form in which the services say it; nothing is published, and not a zero."""
    harness = company.harness(account(company, download))
    for name, setting in {"cost_management_empty": True, **switches}.items():
        setattr(company.simulator.switches, name, setting)
    assert [None, None] == harness.run("usage") + harness.run("usage_previous_month")
    assert {} == figures(harness, COST) | figures(harness, DAILY) | figures(harness, PREVIOUS)


def test_a_month_without_a_forecast_is_no_failure(company: Company) -> None:
    """424: too little history. What was published of this month stays, until two runs agree."""
    azure = company.simulator.world.azure
    harness = company.harness(
        company.account(scope=azure.subscription), company.account(name="both", scope=azure.billing_profile)
    )
    one, two_currencies = harness.run("forecast")
    assert (None, None) == (one, two_currencies)
    published = figures(harness, FORECAST)
    assert {"EUR"} == {dict(key)["currency"] for key in published}
    fresh = company.harness(company.account(scope=azure.subscription))
    company.simulator.switches.cost_management_forecast = False
    assert [None] == fresh.run("forecast")
    assert {} == figures(fresh, FORECAST)
