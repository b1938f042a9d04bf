"""Rows that state little, and budgets: what is not known is absent, and sums lose nothing."""

from decimal import Decimal
from typing import Any

import pytest

from tests.backfill.conftest import Backfill
from tests.backfill.test_sources import at, total
from tests.harness import Answer, CannedService

DAYS = {1: 1793577000, 2: 1793663400, 3: 1793749800, 4: 1793836200}
"""The last instants of the first days of November."""
OFF = ("usagedetails_previous_month", "balancesummary", "marketplacecharges", "pricesheet", "billingperiods")


def row(day: int | None, name: str, cost: Any, **more: Any) -> dict[str, Any]:
    """A usage row of a day of November."""
    date = f"2026-11-{day:02}T00:00:00" if day else None
    return {"date": date, "cost": cost, "consumedQuantity": 1, "subscriptionName": name, **more}


@pytest.fixture
def november(history: Backfill, canned: CannedService) -> Any:
    """Writes the history of these rows; returns what is written."""

    def written(*rows: dict[str, Any], **account: Any) -> str:
        canned.answer("/v3/enrollments/1/billingPeriods/202611/usagedetails", Answer({"data": rows, "nextLink": ""}))
        reports = {name: {"enabled": False} for name in OFF}
        usage = {"labels": ["subscription_name"]}
        settings = {"enrollment": "1", "api_key": "k", "currency": "EUR", "base_url": canned.url, "usage": usage}
        history.configure(ea=[{**settings, "reports": reports, **account}])
        assert 0 == history.run("2026-11-01", "--to=2026-11-04", output="one.om")
        return history.read("one.om")

    return written


def daily(text: str, day: int, family: str = "azure_cost_daily") -> dict[str, str]:
    """Values of a family on a day by subscription."""
    lines = (line.rsplit(" ", 1) for line in at(text, family, DAYS[day]))
    return {series.split('subscription_name="')[1].split('"')[0]: value for series, value in lines}


def to_date(text: str, day: int) -> dict[str, str]:
    return daily(text, day, "azure_cost_month_to_date")


def test_sums_are_exact_and_days_without_rows_have_none(november: Any) -> None:
    """The sum to date stays; a day's cost is absent."""
    text = november(row(1, "a", "0.1"), row(1, "a", "0.2"), row(3, "a", "-5.0000000000000000000001"), row(3, "b", "1"))
    assert [{"a": "0.3"}, {}, {"a": "-5.0000000000000000000001", "b": "1"}] == [daily(text, day) for day in (1, 2, 3)]
    assert [{"a": "0.3"}, {"a": "0.3"}] == [to_date(text, day) for day in (1, 2)]
    assert {"a": "-4.7000000000000000000001", "b": "1"} == to_date(text, 4)


def test_a_row_without_a_cost_makes_sums_unknown_from_its_day_on(november: Any) -> None:
    """Of its labels only; other days' costs stay."""
    text = november(row(1, "a", 1), row(2, "a", None), row(2, "a", 7), row(3, "a", 3), row(3, "b", 4))
    assert [{"a": "1"}, {}, {"a": "3", "b": "4"}] == [daily(text, day) for day in (1, 2, 3)]
    assert [{"a": "1"}, {}, {"b": "4"}] == [to_date(text, day) for day in (1, 2, 3)]


def test_noise_beyond_thirty_decimals_is_rounded(november: Any) -> None:
    """As on /metrics, in the days' costs and in their sum."""
    text = november(row(1, "a", "1E-40"), row(2, "a", "1.5"), row(3, "b", "2E+3"))
    assert Decimal(0) == Decimal(daily(text, 1)["a"])
    assert Decimal("1.5") == Decimal(to_date(text, 3)["a"])
    assert Decimal(2000) == Decimal(to_date(text, 3)["b"])


def test_what_is_spent_of_a_budget(november: Any) -> None:
    """From the first day with usage on, zero until a row counts, and not known after a row without a cost."""
    budgets = [
        {"name": "all", "amount": 10},
        {"name": "b", "amount": 4, "where": {"subscription_name": "b"}},
        {"name": "c", "amount": 4, "where": {"subscription_name": "c"}},
    ]
    text = november(row(2, "a", 1), row(3, "b", 2), row(3, "c", 1), row(4, "c", None), budgets=budgets)
    spent = [at(text, "azure_billing_budget_spent", DAYS[day]) for day in DAYS]
    values = [[line.rsplit(" ", 1)[1] for line in found] for found in spent]
    assert [[], ["1", "0", "0"], ["4", "2", "1"], ["2"]] == values
    ratios = [line.rsplit(" ", 1)[1] for line in at(text, "azure_billing_budget_used_ratio", DAYS[3])]
    assert ["0.4", "0.5", "0.25"] == ratios
    assert 18 == total(text, "azure_billing_budget_amount", DAYS[4])


def test_a_row_without_a_day_counts_at_the_end_of_the_month(november: Any, history: Backfill) -> None:
    """Where in the month it belongs is not known."""
    history.clock.now = history.clock.now.replace(month=12)
    text = november(row(1, "a", 1), row(None, "a", 5))
    assert {"a": "1"} == to_date(text, 4)
    assert 0 == history.run("2026-11-01", "--to=2026-11-30", output="one.om")
    assert 6 == total(history.read("one.om"), "azure_cost_month_to_date", DAYS[1] + 29 * 86_400)
