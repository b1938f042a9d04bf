"""Days, ranges and the month's turn: each amount counts in the month that it is of, and once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exporter.errors import Reason
from tests.harness import Answer, CannedService, Clock, ExporterHarness, scrape, series, value

ROOT = "/v3/enrollments/100"
USAGE, CSV, RANGE = f"{ROOT}/usagedetails", f"{ROOT}/usagedetails/download", f"{ROOT}/usagedetailsbycustomdate"
COST, DAILY = "azure_cost_month_to_date", "azure_cost_daily"
BUILD = Callable[..., ExporterHarness]
NONE = Answer({"error": {"code": "404", "message": "No data found for the requested range."}}, 404)
FIRST = datetime(2026, 12, 1, 12, tzinfo=UTC)


def rows(*days: tuple[str, object]) -> Answer:
    return Answer({"data": [{"date": f"{day}T00:00:00", "cost": cost} for day, cost in days]})


def csv(*days: tuple[str, object]) -> Answer:
    lines = [f"{day},{cost},1" for day, cost in days]
    return Answer("\r\n".join(["Date,Cost,ConsumedQuantity", *lines, ""]).encode())


def warnings(harness: ExporterHarness, collector: str = "usagedetails") -> str:
    (job,) = (job for job in harness.exporter.jobs if job.collector.name == collector)
    collection = harness.exporter.store.collection(job)
    return "; ".join(collection.warnings) if collection else ""


def test_a_calendar_that_lags_doubles_nothing(canned: CannedService, enrollment: BUILD, clock: Clock) -> None:
    """While the service calls November the current month, December's figures are absent, with a warning."""
    clock.now = FIRST
    harness = enrollment(", budgets: [{name: all, amount: 50}]")
    canned.answer(USAGE, rows(("2026-11-01", 3), ("2026-11-29", 40), ("2026-11-30", 5)))
    canned.answer(RANGE, rows(("2026-11-29", 40)))
    assert [None] == harness.run("usagedetails")
    samples = scrape(harness.exporter)
    assert 40 == value(samples, DAILY)
    assert {} == series(samples, COST) | series(samples, "azure_billing_budget_spent")
    assert "usagedetails 202612: the service still answers for 202611" in warnings(harness)
    assert 0 == value(samples, "azure_billing_exporter_collector_dropped_records", collector="usagedetails")


def test_marketplace_charges_of_a_lagging_calendar_are_not_this_months(
    canned: CannedService, enrollment: BUILD, clock: Clock
) -> None:
    """Nor do charges of other months count in it."""
    clock.now = FIRST
    harness, days = enrollment(), {"usageStartDate": "2026-11-02T00:00:00Z", "usageEndDate": "2026-11-02T23:59:59Z"}
    later = {"usageStartDate": "2026-12-01T00:00:00Z", "usageEndDate": "2026-12-01T23:59:59Z"}
    old, new = ({"offerName": "o", "extendedCost": 9} | span for span in (days, later))
    canned.answer(f"{ROOT}/marketplacecharges", Answer([old]), Answer([old, new]))
    assert [None] == harness.run("marketplacecharges")
    assert {} == series(harness.scrape(), "azure_marketplace_cost_month_to_date")
    assert [None] == harness.run("marketplacecharges")
    assert 9 == value(harness.scrape(), "azure_marketplace_cost_month_to_date")
    assert "1 row of 2026-11-02 is outside 2026-12-01..2026-12-31" in warnings(harness, "marketplacecharges")


def test_each_part_of_a_range_counts_its_own_days(canned: CannedService, enrollment: BUILD) -> None:
    """Although each answer brings a day of the other part along."""
    harness = enrollment(", usage: {download: csv, period: {start: 2026-10-15, end: 2026-11-20}}")
    days = ("2026-10-31", 16), ("2026-11-01", 20)
    canned.answer(CSV, csv(*days), csv(*days))
    assert [None] == harness.run("usagedetails")
    assert 36 == value(harness.scrape(), COST)
    assert "usagedetails 2026-10-15..2026-11-20: 1 row of 2026-11-01 is outside" in warnings(harness)


@pytest.mark.parametrize(
    "days",
    [
        [("12/11/2026", 100), ("11/11/2026", 10)],
        [("13/11/2026", 1)],
        [("01/11/2026", 1), ("02/11/2026", 1)],
        [("2026-09-27", 1), ("2026-11-12", 1)],
        [("2026-13-01", 1)],
        [("11/31/2026", 1)],
    ],
    ids=str,
)
def test_days_in_another_order_are_malformed(
    canned: CannedService, enrollment: BUILD, clock: Clock, days: list[tuple[str, object]]
) -> None:
    """Read as MM/dd/yyyy they are far outside; a part of the rows is never taken for all."""
    clock.now = datetime(2026, 11, 12, 12, tzinfo=UTC)
    harness = enrollment(", usage: {download: csv}")
    canned.answer(CSV, csv(*days))
    failure = harness.failure("usagedetails")
    assert Reason.MALFORMED == failure.reason
    assert str(failure).startswith("usagedetails 202611: ")


@pytest.mark.parametrize("day", ["11/3/2026", "11/03/2026 00:00:00", "11/3/2026 12:00:00 AM", "2026-11-03T23:01:43.7Z"])
def test_days_may_lack_their_zeros(canned: CannedService, enrollment: BUILD, day: str) -> None:
    """And have a time."""
    harness = enrollment(", usage: {download: csv}")
    canned.answer(CSV, csv((day, 3)))
    assert [None] == harness.run("usagedetails")
    assert 3 == value(harness.scrape(), COST)


def test_the_month_does_not_fail_with_the_day_before(canned: CannedService, enrollment: BUILD, clock: Clock) -> None:
    """The daily figure is absent with a warning; once it is known, it stays for that day."""
    clock.now = FIRST
    harness = enrollment()
    canned.answer(USAGE, rows(("2026-12-01", 3)))
    canned.answer(RANGE, Answer(b"<html>", 403))
    assert [None] == harness.run("usagedetails")
    assert 3 == value(harness.scrape(), COST)
    assert {} == series(harness.scrape(), DAILY)
    assert "the newest complete day 2026-11-29 could not be read" in warnings(harness)
    canned.answer(RANGE, rows(("2026-11-29", 40)), Answer(b"<html>", 403))
    canned.answer(USAGE, rows(("2026-12-01", 3)), rows(("2026-12-01", 4)))
    for _ in range(2):
        assert [None] == harness.run("usagedetails")
        assert 40 == value(harness.scrape(), DAILY)
    assert 4 == value(harness.scrape(), COST)


def test_an_unread_day_is_not_confirmed_by_an_unchanged_month(
    canned: CannedService, enrollment: BUILD, clock: Clock
) -> None:
    """The next run requests the month without condition."""
    clock.now = FIRST
    harness = enrollment()
    canned.answer(USAGE, Answer({"data": [{"cost": 3}]}, headers={"ETag": '"1"'}))
    canned.answer(RANGE, Answer(b"", 403), rows(("2026-11-29", 40)))
    assert [None, None] == harness.run("usagedetails") + harness.run("usagedetails")
    assert 40 == value(harness.scrape(), DAILY)


def test_both_months_change_at_the_months_turn(enrollment: BUILD) -> None:
    """The current month and the previous one are due at the same instant, whatever their interval."""
    reports = {job.collector.name: job.collector for job in enrollment().exporter.jobs}
    before, turn = datetime(2026, 11, 30, 23, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    for name in ("usagedetails", "usagedetails_previous_month"):
        assert turn == reports[name].next_period(before)
        assert datetime(2027, 1, 1, tzinfo=UTC) == reports[name].next_period(turn)


def test_the_published_currency_is_the_last_source(canned: CannedService, enrollment: BUILD, clock: Clock) -> None:
    """On the first neither balance nor prices may be there, after a restart."""
    harness = enrollment()
    canned.answer(USAGE, rows(("2026-11-18", 1)))
    assert [None] == harness.run("usagedetails")
    clock.now = FIRST
    restarted = enrollment()
    for report in ("balancesummary", "pricesheet"):
        canned.answer(f"{ROOT}/{report}", NONE)
    canned.answer("/v2/enrollments/100/billingperiods", Answer([]))
    canned.answer(USAGE, rows(("2026-12-01", 2)))
    assert [None] == restarted.run("usagedetails")
    assert 2 == value(restarted.scrape(), COST, currency="EUR")


days = st.dates(date(2026, 10, 29), date(2026, 12, 2))
amounts = st.decimals(-1000, 1000, places=22).map(lambda cost: f"{cost:f}")
lists = st.lists(st.tuples(days, amounts, st.sampled_from(["a", "b", ""])), max_size=12)


@given(lists, st.integers(1, 30))
@example([(date(2026, 11, 1), "2", "a"), (date(2026, 12, 1), "1", "a")], 30)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_three_downloads_agree_on_any_day(
    canned: CannedService,
    enrollment: BUILD,
    clock: Clock,
    found: list[tuple[date, str, str]],
    day: int,
) -> None:
    """Rows of neighbouring days included: samples, warnings and the number of dropped rows are the same."""
    clock.now = now = datetime(2026, 11, day, 12, tzinfo=UTC)
    found = [row for row in found if row[0] <= now.date() + timedelta(days=1)]
    inside = [row for row in found if date(2026, 11, 1) <= row[0] <= date(2026, 11, 30)]
    found = found if inside else []
    lines = "".join(f'{when},{cost},1,"{name}"\r\n' for when, cost, name in found)
    body = f"Date,Cost,ConsumedQuantity,MeterName\r\n{lines}".encode()
    texts = [
        f'{{"date":"{when}T00:00:00","cost":{cost},"consumedQuantity":1,"meterName":"{name}"}}'
        for when, cost, name in found
    ]
    page = f'{{"data":[{",".join(texts)}]}}'.encode()
    for path in (USAGE, RANGE):
        canned.answer(path, Answer(page))
    for path in (CSV, "/blob"):
        canned.answer(path, Answer(body))
    canned.answer(f"{ROOT}/usagedetails/submit", Answer({"status": 3, "blobPath": f"{canned.url}/blob"}))
    results = []
    for download in ("json", "csv", "csv_async"):
        harness = enrollment(f", usage: {{download: {download}, labels: [meter_name]}}")
        (job,) = (job for job in harness.exporter.jobs if job.collector.name == "usagedetails")
        collection = harness.exporter.runner.collection(job)
        results.append((dict(collection.samples), collection.warnings, collection.dropped, collection.records))
    assert results[0] == results[1] == results[2]
    assert sum(Fraction(cost) for _, cost, _ in inside) == sum(
        (Fraction(Decimal(cost)) for cost in results[0][0][COST].values()), Fraction(0)
    )
