"""Answers without data, and answers that only look like one."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.errors import Reason
from tests.harness import Answer, CannedService, Clock, ExporterHarness, series, value

ROOT = "/v3/enrollments/100"
USAGE, PERIODS = f"{ROOT}/usagedetails", "/v2/enrollments/100/billingperiods"
COST, SPENT = "azure_cost_month_to_date", "azure_billing_budget_spent"
BUILD = Callable[..., ExporterHarness]
ALL = ", budgets: [{name: all, amount: 50}]"


def error(status: int, message: str) -> Answer:
    return Answer({"error": {"code": str(status), "message": message}}, status)


NONE = error(404, "No data found for the requested range.")


def rows(*costs: object, **fields: object) -> Answer:
    row = {"date": "2026-11-18T00:00:00", "consumedQuantity": 1, "meterName": "m"} | fields
    return Answer({"data": [row | ({} if cost is None else {"cost": cost}) for cost in costs]})


def reason(harness: ExporterHarness, collector: str = "usagedetails") -> str:
    (failure,) = harness.run(collector)
    return failure.reason if failure else ""


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html><h1>404 Not Found</h1>nginx</html>", 404),
        Answer(b"", 404),
        Answer({"error": {"code": "ResourceNotFound", "message": "No data"}}, 404),
        Answer({"code": "404", "message": "No data"}, 404),
        Answer({"odata.error": {"code": "404", "message": {"value": "No data"}}}, 404),
        Answer({"statusCode": 404, "message": "Resource not found"}, 404),
        Answer({"error": {"code": "404", "message": "No data"}}, 410),
        error(404, "Resource not found"),
        error(404, "Enrollment 100 was not found."),
        error(404, "Report endpoint not found."),
        error(404, "Service unavailable: the backend is down"),
        error(400, "api version is not supported"),
        error(400, "The date range is invalid, so no data can be read"),
        error(400, "sorry"),
        Answer(b"", 204),
        Answer(b"", 400),
    ],
    ids=lambda answer: f"{answer.status} {answer.bytes()[:60]!r}",
)
def test_an_error_page_is_not_a_month_without_data(canned: CannedService, enrollment: BUILD, answer: Answer) -> None:
    """Although the billing periods have been read, and as often as it comes."""
    harness = enrollment(ALL)
    canned.answer(PERIODS, Answer([]))
    canned.answer(USAGE, rows(2), answer)
    assert [None] == harness.run("usagedetails")
    for _ in range(3):
        failure = harness.failure("usagedetails")
        assert str(failure).startswith("usagedetails 202611: ")
        assert failure.reason is not Reason.EMPTIED
    assert (2, 2) == (value(harness.scrape(), COST), value(harness.scrape(), SPENT))


@pytest.mark.parametrize(
    "answer",
    [NONE, error(404, "none"), error(400, "The range has no current data."), error(400, "Data is not available yet")],
)
def test_data_that_is_withdrawn_is_believed_the_second_time(
    canned: CannedService, enrollment: BUILD, answer: Answer
) -> None:
    """The service's own words for days without data, after data of the same month."""
    harness = enrollment()
    canned.answer(USAGE, rows(2), answer)
    assert ["", Reason.EMPTIED, ""] == [reason(harness) for _ in range(3)]
    assert {} == series(harness.scrape(), COST)


def test_a_csv_that_is_not_found_is_judged_as_a_page_is(canned: CannedService, enrollment: BUILD) -> None:
    """Its body shows whether there is no data."""
    harness = enrollment(", usage: {download: csv}")
    good = Answer(b"Date,Cost,ConsumedQuantity\r\n2026-11-18,2,1\r\n")
    canned.answer(f"{USAGE}/download", good, Answer(b"<html>", 404), NONE, NONE)
    assert ["", Reason.NOT_FOUND, Reason.EMPTIED, ""] == [reason(harness) for _ in range(4)]
    assert {} == series(harness.scrape(), COST)


def test_a_month_without_rows_is_never_settled(canned: CannedService, enrollment: BUILD, clock: Clock) -> None:
    """It is read again until a run brings rows."""
    clock.now = datetime(2026, 12, 6, 12, tzinfo=UTC)
    harness, path = enrollment(), f"{ROOT}/billingPeriods/202611/usagedetails"
    canned.answer(path, NONE, NONE, rows(5), rows(7))
    for _ in range(4):
        assert [None] == harness.run("usagedetails_previous_month")
    assert 5 == value(harness.scrape(), "azure_cost_previous_month")
    assert 3 == sum(received == path for received, _ in canned.received)


@pytest.mark.parametrize("download", ["json", "csv"])
def test_rows_of_which_none_states_a_cost_fail(canned: CannedService, enrollment: BUILD, download: str) -> None:
    """Unknown is not zero."""
    harness = enrollment(f", usage: {{download: {download}}}{ALL}")
    canned.answer(USAGE, rows(None, None))
    canned.answer(f"{USAGE}/download", Answer(b"Date,Cost,ConsumedQuantity\r\n2026-11-18,,1\r\n"))
    (failure,) = harness.run("usagedetails")
    assert "usagedetails 202611: no row states a cost" in str(failure)
    assert {} == series(harness.scrape(), SPENT)


def test_what_a_row_without_a_cost_is_part_of_is_absent(canned: CannedService, enrollment: BUILD) -> None:
    """Its series and the budgets over it; its quantity counts, and a stated zero is published."""
    budgets = "[{name: all, amount: 5}, {name: b, amount: 5, where: {meter_name: b}}]"
    harness = enrollment(f", usage: {{labels: [meter_name]}}, budgets: {budgets}")
    known, unknown = {"meterName": "b", "cost": 0}, {"meterName": "a"}
    canned.answer(USAGE, Answer({"data": [known, unknown | {"cost": 1}, unknown | {"consumedQuantity": 3}]}))
    assert [None] == harness.run("usagedetails")
    samples = harness.scrape()
    assert 0 == value(samples, COST)
    assert 0 == value(samples, COST, meter_name="b")
    assert 3 == value(samples, "azure_usage_quantity_month_to_date")
    assert [0] == list(series(samples, SPENT).values())
    assert 1 == value(samples, "azure_billing_exporter_collector_dropped_records", collector="usagedetails")


def test_the_cost_of_version_1_is_read(canned: CannedService, enrollment: BUILD) -> None:
    """It is called `extendedCost` there."""
    canned.answer("/v1/enrollments/100/balancesummary", Answer({"currencyCode": "EUR"}))
    canned.answer("/v1/enrollments/100/usagedetails", Answer({"data": [{"extendedCost": 4}]}))
    harness = enrollment(", api_version: v1")
    assert [None] == harness.run("usagedetails")
    assert 4 == value(harness.scrape(), COST)


def test_a_marketplace_charge_without_a_cost_hides_its_series(canned: CannedService, enrollment: BUILD) -> None:
    """And charges of which none states a cost fail."""
    path, harness = f"{ROOT}/marketplacecharges", enrollment()
    charges = [{"offerName": "a", "extendedCost": 1}, {"offerName": "a"}, {"offerName": "b", "extendedCost": 2}]
    canned.answer(path, Answer(charges), Answer([{"offerName": "a"}]))
    assert [None] == harness.run("marketplacecharges")
    assert 2 == value(harness.scrape(), "azure_marketplace_cost_month_to_date")
    assert Reason.MALFORMED == reason(harness, "marketplacecharges")


@pytest.mark.parametrize("download", ["json", "csv"])
def test_prices_do_not_read_the_month_a_second_time(canned: CannedService, enrollment: BUILD, download: str) -> None:
    """The run of usage has seen the meters, whatever their spelling; their types may be mixed."""
    harness = enrollment(f", usage: {{download: {download}, labels: []}}")
    canned.answer(USAGE, Answer({"data": [{"cost": 1, "meterId": meter} for meter in ("ONE", 2)]}))
    body = b"Date,Cost,ConsumedQuantity,MeterId\r\n2026-11-18,1,1,ONE\r\n2026-11-18,1,1,2\r\n"
    canned.answer(f"{USAGE}/download", Answer(body))
    prices = [{"meterId": meter, "unitPrice": 2, "currencyCode": "EUR"} for meter in ("one", "2", "three")]
    canned.answer(f"{ROOT}/pricesheet", Answer(prices))
    assert [None, None] == harness.run("usagedetails") + harness.run("pricesheet")
    assert {"one", "2"} == {dict(key)["meter_id"] for key in series(harness.scrape(), "azure_unit_price")}
    assert 1 == sum("usagedetails" in path for path, _ in canned.received)


def test_meters_of_half_a_month_are_no_meters_in_use(canned: CannedService, enrollment: BUILD) -> None:
    """A second page that is not found is a failure, and prices stay."""
    harness = enrollment()
    paged = Answer({"data": [{"cost": 1, "meterId": "one"}], "nextLink": f"{canned.url}/next"})
    canned.answer(USAGE, rows(1, meterId="one"), paged)
    canned.answer("/next", NONE)
    canned.answer(f"{ROOT}/pricesheet", Answer([{"meterId": "one", "unitPrice": 2, "currencyCode": "EUR"}]))
    assert ["", Reason.NOT_FOUND] == [reason(harness, "pricesheet") for _ in range(2)]
    assert 2 == value(harness.scrape(), "azure_unit_price")


def test_prices_stay_while_a_new_month_has_no_usage(canned: CannedService, enrollment: BUILD) -> None:
    """Those of the meters that were in use before."""
    harness = enrollment()
    canned.answer(USAGE, rows(1, meterId="one"), NONE)
    prices = [{"meterId": meter, "unitPrice": 2, "currencyCode": "EUR"} for meter in ("one", "two")]
    canned.answer(f"{ROOT}/pricesheet", Answer(prices))
    assert ["", ""] == [reason(harness, "pricesheet") for _ in range(2)]
    assert 2 == value(harness.scrape(), "azure_unit_price", meter_id="one")


def test_every_report_has_a_limit(canned: CannedService, enrollment: BUILD) -> None:
    """Marketplace charges are folded; prices beyond it are left out."""
    harness = enrollment(", prices: all, usage: {max_series: 3}")
    prices = [{"meterId": f"m{n}", "unitPrice": n, "currencyCode": "EUR"} for n in range(9)]
    canned.answer(f"{ROOT}/pricesheet", Answer(prices))
    canned.answer(f"{ROOT}/marketplacecharges", Answer([{"offerName": f"o{n}", "extendedCost": n} for n in range(9)]))
    assert [None, None] == harness.run("pricesheet") + harness.run("marketplacecharges")
    offers = series(harness.scrape(), "azure_marketplace_cost_month_to_date")
    assert (3, 36) == (len(offers), sum(offers.values()))
    assert len(series(harness.scrape(), "azure_unit_price")) <= 3


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_reads_nothing_needs_no_currency(canned: CannedService, enrollment: BUILD, status: int) -> None:
    """Only one that can read usage, but not the balance, does."""
    harness = enrollment()
    for path in (f"{ROOT}/balancesummary", USAGE):
        canned.answer(path, error(status, "no access"))
    (failure,) = harness.run("usagedetails")
    assert "currency" not in str(failure)
    canned.answer(USAGE, rows(1))
    (failure,) = harness.run("usagedetails")
    assert "set `currency` for this enrollment" in str(failure)


def test_a_missing_key_file_is_reported_as_such(canned: CannedService, harness_for: BUILD, tmp_path: Path) -> None:
    """Nothing about a currency."""
    key = tmp_path / "key"
    key.write_text("k")
    harness = harness_for(f'ea: [{{enrollment: "100", api_key_file: "{key}", base_url: "{canned.url}"}}]')
    key.unlink()
    (failure,) = harness.without_waiting().run("usagedetails")
    assert "currency" not in str(failure)
