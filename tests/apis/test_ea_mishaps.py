"""Answers that are not what they seem to be: what was published stays, and nothing is taken for an empty month."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from exporter.errors import Reason
from tests.harness import Answer, CannedService, Clock, ExporterHarness, scrape, series, value

ROOT = "/v3/enrollments/100"
USAGE, CSV = f"{ROOT}/usagedetails", f"{ROOT}/usagedetails/download"
COST = "azure_cost_month_to_date"
BUILD = Callable[..., ExporterHarness]
HEADER = b"Date,Cost,ConsumedQuantity,SubscriptionName\r\n"
NONE = Answer({"error": {"code": "404", "message": "No data found for the requested range."}}, 404)
GOOD = HEADER + b"2026-11-18,12.34,1,Shop\r\n"


def page(*rows: dict[str, object]) -> Answer:
    return Answer({"data": rows, "nextLink": ""})


def row(cost: object = 1, day: str = "2026-11-18", **fields: object) -> dict[str, object]:
    return {"cost": cost, "date": f"{day}T00:00:00", "meterName": "m", **fields}


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>We will be back soon, promised</body></html>",
        b'{"error": {"code": "500", "message": "sorry"}}',
        HEADER[:20],
        b"Usage Data Extract\r\n\r\n" + HEADER[:20],
        b"Date,Kosten,ConsumedQuantity\r\n2026-11-18,1,1\r\n",
        b"Date;Cost;ConsumedQuantity\r\n2026-11-18;1;1\r\n",
        b"Service unavailable",
        b"",
        b"\xef\xbb\xbf",
        b"\r\n \r\n",
        GOOD.replace(b"Shop", b'"Shop') + b"2026-11-18,1,1,Shop\r\n",
        GOOD.replace(b"Shop", b'"Shop" x'),
    ],
    ids=lambda body: body[:30].decode(errors="replace"),
)
def test_a_body_that_is_no_csv_is_not_an_empty_month(canned: CannedService, enrollment: BUILD, body: bytes) -> None:
    """Only the documented emptiness is empty."""
    harness = enrollment(", usage: {download: csv}")
    canned.answer(CSV, Answer(GOOD), Answer(body))
    assert [None] == harness.run("usagedetails")
    failure = harness.failure("usagedetails")
    assert Reason.MALFORMED == failure.reason
    assert 12.34 == value(harness.scrape(), COST)


@pytest.mark.parametrize("body", [b"Usage Data Extract\r\n\r\n", HEADER], ids=["title", "header"])
def test_an_empty_month_is_empty(canned: CannedService, enrollment: BUILD, body: bytes) -> None:
    """A title, or a header and no rows."""
    harness = enrollment(", usage: {download: csv}")
    canned.answer(CSV, Answer(body))
    assert [None] == harness.run("usagedetails")
    assert {} == series(harness.scrape(), COST)


def test_an_amount_that_is_no_number_is_no_internal_error(canned: CannedService, enrollment: BUILD) -> None:
    """Not even a signalling one."""
    harness = enrollment()
    canned.answer(f"{ROOT}/balancesummary", Answer({"currencyCode": "EUR", "utilized": "sNaN"}))
    (failure,) = harness.run("balancesummary")
    assert "azure_ea_utilized would be sNaN" in str(failure)


@pytest.mark.parametrize("status", [302, 402, 405, 409, 410])
def test_a_refusal_that_is_not_documented_is_not_a_month_without_data(
    canned: CannedService, enrollment: BUILD, status: int
) -> None:
    """Although the enrollment is known."""
    harness = enrollment()
    canned.answer(USAGE, page(row()), Answer(b"<html>gone</html>", status))
    canned.answer("/v2/enrollments/100/billingperiods", Answer([]))
    assert [None] == harness.run("usagedetails")
    assert harness.run("usagedetails") != [None]
    assert 1 == value(harness.scrape(), COST)


def test_a_cost_of_zero_in_the_older_spelling_is_zero(canned: CannedService, enrollment: BUILD) -> None:
    """Not absent."""
    harness = enrollment()
    canned.answer(USAGE, page({"Cost": 0, "date": "2026-11-18T00:00:00"}))
    assert [None] == harness.run("usagedetails")
    assert 0 == value(harness.scrape(), COST)


def test_a_budget_may_name_a_tag_as_its_label_does(canned: CannedService, enrollment: BUILD) -> None:
    """And does not take the label's value away."""
    harness = enrollment(", usage: {tags: [cost center]}, budgets: [{name: a, amount: 5, where: {tag_cost_center: A}}]")
    canned.answer(USAGE, page(row(tags='{"cost center": "A"}')))
    assert [None] == harness.run("usagedetails")
    assert 1 == value(harness.scrape(), COST, tag_cost_center="A")
    assert 1 == value(harness.scrape(), "azure_billing_budget_spent", budget="a")


def test_a_budget_on_a_boolean_column_takes_any_case(canned: CannedService, enrollment: BUILD) -> None:
    """CSV spells it `True`."""
    harness = enrollment(', budgets: [{name: a, amount: 5, where: {charges_billed_separately: "True"}}]')
    canned.answer(USAGE, page(row(chargesBilledSeparately=True), row(7, chargesBilledSeparately=False)))
    harness.run("usagedetails")
    assert 1 == value(harness.scrape(), "azure_billing_budget_spent", budget="a")


def test_a_limit_on_series_leaves_budgets_alone_and_loses_no_digit(canned: CannedService, enrollment: BUILD) -> None:
    """Budgets are few, and their sum means nothing."""
    budgets = ", ".join(f"{{name: {name}, amount: 1}}" for name in "abc")
    harness = enrollment(f", usage: {{max_series: 2}}, budgets: [{budgets}]")
    small = [Decimal("8888788.1234567890123456789012"), Decimal("1.0000000000000000000000997")]
    rows = [
        f'{{"cost": {cost}, "date": "2026-11-18T00:00:00", "meterName": "m{n}"}}'
        for n, cost in enumerate([10**9, *small])
    ]
    canned.answer(USAGE, Answer(f'{{"data": [{",".join(rows)}]}}'.encode()))
    assert [None] == harness.run("usagedetails")
    (job,) = (job for job in harness.exporter.jobs if job.collector.name == "usagedetails")
    collection = harness.exporter.store.collection(job)
    assert collection is not None
    (folded,) = (v for key, v in collection.samples[COST].items() if "__other__" in key)
    assert Decimal("8888789.1234567890123456789012997") == folded
    assert {"a", "b", "c"} == {dict(key)["budget"] for key in series(harness.scrape(), "azure_billing_budget_amount")}


def test_a_new_meter_gets_its_price(canned: CannedService, enrollment: BUILD) -> None:
    """Though the process has been running since before it was used."""
    harness = enrollment()
    canned.answer(USAGE, NONE, page(row(meterId="one")), page(row(meterId="one"), row(meterId="two")))
    canned.answer("/v2/enrollments/100/billingperiods", Answer([]))
    prices = [{"meterId": meter, "unitPrice": 2, "currencyCode": "EUR"} for meter in ("one", "two", "three")]
    canned.answer(f"{ROOT}/pricesheet", Answer(prices))
    found = []
    assert Reason.NOT_FOUND == harness.failure("pricesheet").reason
    for _ in range(2):
        assert [None] == harness.run("pricesheet")
        found.append({dict(key)["meter_id"] for key in series(harness.scrape(), "azure_unit_price")})
    assert [{"one"}, {"one", "two"}] == found


def test_an_unchanged_part_does_not_hide_that_another_has_changed(canned: CannedService, enrollment: BUILD) -> None:
    """A range in parts is read whole each time."""
    harness = enrollment(", usage: {download: csv, period: {start: 2026-10-15, end: 2026-11-20}}")
    tagged = {"ETag": '"1"'}
    october, november = (HEADER + f"2026-{month}-18,{cost},1,Shop\r\n".encode() for month, cost in ((10, 1), (11, 1)))
    canned.answer(
        CSV,
        Answer(october, headers=tagged),
        Answer(november),
        Answer(october),
        Answer(november.replace(b",1,1", b",5,1")),
    )
    for _ in range(2):
        assert [None] == harness.run("usagedetails")
    assert 6 == value(harness.scrape(), COST)
    assert not any("if-none-match" in headers for path, headers in canned.received if "download" in path)


@pytest.mark.parametrize(
    "balance", [{}, {"currencyCode": None, "utilized": 3}, [], b"null"], ids=["none", "null", "[]", "nothing"]
)
def test_a_balance_without_a_currency_leaves_it_to_the_price_sheet(
    canned: CannedService, enrollment: BUILD, balance: object
) -> None:
    """All of its properties are documented as optional."""
    harness = enrollment()
    canned.answer(f"{ROOT}/balancesummary", Answer(balance))
    canned.answer(f"{ROOT}/pricesheet", Answer([{"meterId": "one", "currencyCode": "SEK "}]))
    canned.answer(USAGE, page(row()))
    assert [None] == harness.run("usagedetails")
    assert 1 == value(harness.scrape(), COST, currency="SEK")


@pytest.mark.parametrize(
    "balance",
    [{}, [], b"null", {"currencyCode": "EUR"}, {"error": {"code": "500", "message": "sorry"}}],
)
def test_a_balance_that_states_no_amount_is_malformed(
    canned: CannedService, enrollment: BUILD, balance: object
) -> None:
    """And takes no published amount away."""
    harness = enrollment(", currency: EUR")
    canned.answer(f"{ROOT}/balancesummary", Answer({"currencyCode": "EUR", "utilized": 3}), Answer(balance))
    assert [None] == harness.run("balancesummary")
    failure = harness.failure("balancesummary")
    assert Reason.MALFORMED == failure.reason
    assert "balancesummary 202611: " in str(failure)
    assert 3 == value(harness.scrape(), "azure_ea_utilized")


def test_on_the_first_the_newest_complete_day_is_one_of_the_month_before(
    canned: CannedService, enrollment: BUILD, clock: Clock
) -> None:
    """It is requested separately, and counts in nothing else."""
    clock.now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    harness = enrollment(", budgets: [{name: all, amount: 50}]")
    canned.answer(USAGE, page(row(3, "2026-12-01")))
    canned.answer(f"{ROOT}/usagedetailsbycustomdate", page(row(40, "2026-11-29")))
    assert [None] == harness.run("usagedetails")
    samples = scrape(harness.exporter)
    assert (3, 40, 3) == (
        value(samples, COST),
        value(samples, "azure_cost_daily"),
        value(samples, "azure_billing_budget_spent"),
    )
    (requested,) = (path for path, _ in canned.received if "bycustomdate" in path)
    assert requested.endswith("?startTime=2026-11-29&endTime=2026-11-29")
    assert clock.now.timestamp() == value(samples, "azure_billing_exporter_collector_data_timestamp_seconds")


def test_a_settled_month_is_left_alone_though_its_last_answer_was_304(
    canned: CannedService, enrollment: BUILD, clock: Clock
) -> None:
    """The mark is stored with the data that the answer confirmed."""
    path = f"{ROOT}/billingPeriods/202611/usagedetails"
    harness = enrollment()
    canned.answer(path, Answer({"data": [row()]}, headers={"ETag": '"1"'}), Answer(b"", 304))
    requests = []
    for day in (5, 6, 7, 8):
        clock.now = datetime(2026, 12, day, 12, tzinfo=UTC)
        assert [None] == harness.run("usagedetails_previous_month")
        requests.append(sum(path in received for received, _ in canned.received))
    assert [1, 2, 2, 2] == requests
