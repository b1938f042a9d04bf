"""Microsoft's forecast of the month."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from exporter.apis.cost_management.collectors import Forecast
from exporter.errors import Malformed, Rejected
from exporter.model.evidence import vanished
from tests.apis.cost_scopes import SUBSCRIPTION, Collected, ScopeHarness
from tests.harness import NOON, Answer, CannedService

FORECAST = f"{SUBSCRIPTION}/providers/Microsoft.CostManagement/forecast"
COLUMNS = ("Cost", "UsageDate", "CostStatus", "Currency")
NONE = Answer({"error": {"code": "FailedDependency", "message": "Forecast is unavailable (Request ID: x)"}}, 424)
Row = tuple[object, ...]


def row(day: int, cost: object = 1, status: str = "", currency: str = "EUR") -> Row:
    """A day of November 2026, of which the twentieth is today."""
    return cost, 20261100 + day, status or ("Actual" if day < 20 else "Forecast"), currency


def month(currency: str = "EUR", cost: object = 1) -> list[Row]:
    return [row(day, cost, currency=currency) for day in range(1, 31)]


def answer(rows: Iterable[Row], columns: Iterable[str] = COLUMNS, link: str | None = None) -> Answer:
    named = [{"name": name, "type": "Number"} for name in columns]
    return Answer({"id": "x", "name": "x", "properties": {"nextLink": link, "columns": named, "rows": list(rows)}})


def collected(canned: CannedService, *answers: Answer, **arguments: Any) -> Collected:
    canned.answer(FORECAST, *answers)
    return ScopeHarness(canned).collect(Forecast, **arguments)


def sums(found: Collected) -> dict[str, Any]:
    return {labels[0]: amount for labels, amount in found.samples["azure_cost_forecast_month"].items()}


def test_the_month_is_the_sum_of_its_days(canned: CannedService) -> None:
    """Actual costs so far and the forecast of the others, to the last digit."""
    rows = [row(day, "COST") for day in range(1, 31)]
    text = json.dumps(json.loads(answer(rows).bytes())).replace('"COST"', "160.1234567890123456789")
    found = collected(canned, Answer(text.encode()))
    assert {"EUR": 30 * Decimal("160.1234567890123456789")} == sums(found)
    assert [] == found.run.warnings


def test_the_request_is_for_all_days_of_the_month(canned: CannedService) -> None:
    """Actual costs included; nothing is grouped, which a forecast refuses."""
    collected(canned, answer(month()))
    ((path, headers),) = canned.received
    assert f"{FORECAST}?api-version=2025-03-01" == path
    assert "azure-billing-exporter" == headers["clienttype"]
    sent = json.loads(canned.bodies[0])
    assert {"from": "2026-11-01T00:00:00+00:00", "to": "2026-11-30T00:00:00+00:00"} == sent["timePeriod"]
    assert ("Custom", "Daily") == (sent["timeframe"], sent["dataset"]["granularity"])
    assert (True, True) == (sent["includeActualCost"], sent["includeFreshPartialCost"])
    assert "grouping" not in sent["dataset"]


@pytest.mark.parametrize("name", ["Cost", "PreTaxCost", "totalCost"])
def test_columns_are_found_by_name(canned: CannedService, name: str) -> None:
    """In whatever order, and case, they come."""
    rows = [(status, cost, currency, day) for cost, day, status, currency in month()]
    assert {"EUR": 30} == sums(collected(canned, answer(rows, ("COSTSTATUS", name, "currency", "UsageDate"))))


def test_a_day_counts_once(canned: CannedService) -> None:
    """Its actual cost before today, whose days are over; its forecast from today on, where the cost is partial."""
    rows = [row for row in month() if row[1] not in {20261119, 20261120}]
    both = [row(19, 10, "Actual"), row(19, 500, "Forecast"), row(20, 500, "Actual"), row(20, 10, "Forecast")]
    assert {"EUR": 28 + 20} == sums(collected(canned, answer([*rows, *both])))


@pytest.mark.parametrize(("day", "status"), [(19, "Forecast"), (20, "Actual")])
def test_a_day_with_one_of_both_has_that_one(canned: CannedService, day: int, status: str) -> None:
    """Costs of yesterday may not be there yet."""
    rows = [row(day, 5, status) if one[1] == 20261100 + day else one for one in month()]
    assert {"EUR": 34} == sums(collected(canned, answer(rows)))


def test_currencies_stay_apart(canned: CannedService) -> None:
    """Each has its own sum."""
    assert {"EUR": 30, "USD": 60} == sums(collected(canned, answer([*month(), *month("USD", 2)])))


@pytest.mark.parametrize("missing", [[], [row(25, None)]])
def test_a_month_with_a_gap_has_no_forecast(canned: CannedService, missing: list[Row]) -> None:
    """A part is not the month; the other currency's stays."""
    rows = [*(one for one in month() if one[1] != 20261125), *missing, *month("USD")]
    found = collected(canned, answer(rows))
    assert {"USD": 30} == sums(found)
    expected = "forecast 202611: no cost and no forecast in EUR of 1 days, from 2026-11-25 on, so it is absent"
    assert [expected] == found.run.warnings


def test_a_past_day_without_a_row_had_no_cost(canned: CannedService) -> None:
    """As in queries; but without any actual cost in the answer they have been left out, and the sum is absent."""
    assert {"EUR": 29} == sums(collected(canned, answer(one for one in month() if one[1] != 20261102)))
    assert {} == sums(collected(canned, answer(one for one in month() if one[2] == "Forecast")))


def test_pages_are_posted_again(canned: CannedService) -> None:
    """With the same body, below the same resource."""
    link = f"{canned.url}{FORECAST}?api-version=2021-10-01&$skiptoken=A"
    assert {"EUR": 30} == sums(collected(canned, answer(month()[:20], link=link), answer(month()[20:])))
    assert canned.bodies[0] == canned.bodies[1]
    assert canned.received[1][0].endswith("skiptoken=A")


@pytest.mark.parametrize("link", ["https://attacker.example/x", "/subscriptions/1/deleteEverything"])
def test_the_body_is_posted_nowhere_else(canned: CannedService, link: str) -> None:
    """A link of the answer may not choose what is called."""
    with pytest.raises(Malformed, match="nothing was sent there"):
        collected(canned, answer(month()[:20], link=link))
    assert 1 == len(canned.received)


@pytest.mark.parametrize("nothing", [NONE, Answer(status=204), answer([]), answer([], ())])
def test_no_forecast_is_no_failure(canned: CannedService, nothing: Answer) -> None:
    """What was published of this month is absent, without waiting for a second run that confirms it."""
    before = collected(canned, answer(month()))
    after = collected(canned, nothing, published=before.published, now=NOON + timedelta(hours=1))
    assert {} == sums(after)
    families = ScopeHarness(canned).collector(Forecast).families
    assert not vanished(before.published, after.samples, families, period="202611", now=NOON)


def test_it_says_that_there_is_no_forecast(canned: CannedService) -> None:
    """On the status page, and once in the log."""
    (warning,) = collected(canned, NONE).run.warnings
    assert "forecast 202611: Microsoft has no forecast" in warning


def test_another_refusal_is_one(canned: CannedService) -> None:
    """With what to do about it."""
    with pytest.raises(Rejected, match="Cost Management Reader"):
        collected(canned, Answer({"error": {"code": "RBACAccessDenied", "message": "no"}}, 403))


@pytest.mark.parametrize(
    "bad",
    [
        answer(month(), ("Cost", "UsageDate", "Currency", "Other")),
        answer(month(), ("CostUSD", "UsageDate", "CostStatus", "Currency")),
        answer([row(1)[:3]]),
        answer([(*row(1), "more")]),
        answer([row(1, "1.5")]),
        answer([row(1, True)]),
        answer([row(1, status="Guess")]),
        answer([row(1, currency="")]),
        answer([(1, 20261199, "Actual", "EUR")]),
        answer([(1, None, "Actual", "EUR")]),
        Answer({"error": {"code": "500", "message": "sorry"}}),
        Answer(b"<html></html>"),
    ],
)
def test_what_is_not_documented_is_malformed(canned: CannedService, bad: Answer) -> None:
    """No sum is made of it."""
    with pytest.raises(Malformed, match="forecast 202611"):
        collected(canned, bad)


def test_days_of_another_month_do_not_count(canned: CannedService) -> None:
    """With a warning."""
    found = collected(canned, answer([*month(), (99, 20261201, "Forecast", "EUR")]))
    assert {"EUR": 30} == sums(found)
    assert ["forecast 202611: 1 rows are outside 2026-11-01..2026-11-30"] == found.run.warnings


def test_a_new_month_has_a_forecast_of_its_own(canned: CannedService) -> None:
    """So a run is due when it begins."""
    collector = ScopeHarness(canned).collector(Forecast)
    assert datetime(2026, 12, 1, tzinfo=UTC) == collector.next_period(NOON)
    assert not collector.required
