"""Series that end: at no instant are they summed with those that take their place."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exporter.backfill.instants import Instants
from tests.backfill.conftest import Backfill
from tests.harness import Answer, CannedService
from tools import recorded

MINUTE = timedelta(minutes=1)


def test_a_sum_over_midnight_has_one_day_only(
    history: Backfill, canned: CannedService, imported: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """In a real Prometheus, each minute of three days, for series that come and go."""
    costs = {"2026-10-30": ("one", 100), "2026-10-31": ("two", 200), "2026-11-01": ("three", 300)}
    for month in ("202610", "202611"):
        rows = [
            {"date": f"{day}T00:00:00", "cost": cost, "consumedQuantity": 1, "subscriptionName": name}
            for day, (name, cost) in costs.items()
            if day.replace("-", "").startswith(month)
        ]
        path = f"/v3/enrollments/1/billingPeriods/{month}/usagedetails"
        canned.answer(path, Answer({"data": rows, "nextLink": None}))
    canned.answer("/v3/enrollments/1/balancesummary", Answer({"currencyCode": "EUR"}))
    off = {"enabled": False}
    names = "usagedetails_previous_month", "balancesummary", "marketplacecharges", "pricesheet", "billingperiods"
    reports = dict.fromkeys(names, off)
    account = {"enrollment": "1", "api_key": "k", "base_url": canned.url, "reports": reports}
    history.configure(ea=[account])
    assert 0 == history.run("2026-10-30", "--to=2026-11-01", "--every=5m")
    start, end = datetime(2026, 10, 30, tzinfo=UTC), datetime(2026, 11, 1, 23, 59, tzinfo=UTC)
    with imported(capsys.readouterr().out) as prometheus:
        for name, expected in (("daily", {"100", "200", "300"}), ("month_to_date", {"100", "300"})):
            found = recorded.evaluated(prometheus.address, f"sum(azure_cost_{name})", start, end, MINUTE)
            assert expected == {value for _, _, value in found}
        found = recorded.evaluated(prometheus.address, "count(azure_cost_daily)", start, end, MINUTE)
        assert {"1"} == {value for _, _, value in found}


@pytest.mark.parametrize("minutes", [1, 5, 10, 60, 360, 1440, None])
def test_a_day_ends_before_the_next_one_begins(minutes: int | None) -> None:
    """By more than the five minutes that a query looks back, whatever the steps."""
    instants = Instants(timedelta(minutes=minutes) if minutes else None)
    day = datetime(2026, 10, 30, tzinfo=UTC).date()
    one, other = instants.of(day), instants.of(day + timedelta(days=1))
    assert other[0] - one[-1] >= 600
    assert len(one) == instants.per_day
    assert {day} == {datetime.fromtimestamp(at, UTC).date() for at in one}
