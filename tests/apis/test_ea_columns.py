"""Columns, tags and amounts that are missing, misspelled or broken: what depends on them is absent, with a warning."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import pytest

from exporter.apis.costs.aggregate import DISTINCT_DAYS, Aggregate
from exporter.apis.costs.selection import Selection
from exporter.errors import Malformed, Reason
from exporter.model.periods import billing_month
from tests.harness import NOON, Answer, CannedService, ExporterHarness, series, value

ROOT = "/v3/enrollments/100"
USAGE, CSV = f"{ROOT}/usagedetails", f"{ROOT}/usagedetails/download"
COST, SPENT = "azure_cost_month_to_date", "azure_billing_budget_spent"
BUILD = Callable[..., ExporterHarness]


def warnings(harness: ExporterHarness) -> str:
    (job,) = (job for job in harness.exporter.jobs if job.collector.name == "usagedetails")
    collection = harness.exporter.store.collection(job)
    return "; ".join(collection.warnings) if collection else ""


def rows(*found: Mapping[str, object]) -> Answer:
    return Answer({"data": [{"date": "2026-11-18T00:00:00", "cost": 1, **row} for row in found]})


@pytest.mark.parametrize("download", ["json", "csv"])
def test_a_budget_on_a_column_that_no_row_has_is_absent(
    canned: CannedService, enrollment: BUILD, download: str
) -> None:
    """v2 lacks seven columns; a label on one is empty, with a warning for both."""
    budgets = "[{name: s, amount: 5, where: {service_name: x}}, {name: t, amount: 5, where: {tag_a: x}}]"
    labels = "labels: [meter_name, service_name]"
    harness = enrollment(f", usage: {{download: {download}, {labels}}}, budgets: {budgets}")
    canned.answer(USAGE, rows({"meterName": "m"}))
    canned.answer(CSV, Answer(b"Date,Cost,ConsumedQuantity,MeterName\r\n2026-11-18,1,1,m\r\n"))
    assert [None] == harness.run("usagedetails")
    assert 1 == value(harness.scrape(), COST, meter_name="m", service_name="")
    assert {} == series(harness.scrape(), SPENT)
    assert "no row has the columns of the labels service_name" in warnings(harness)
    assert "no row has service_name, so what is spent of budget 's' is absent" in warnings(harness)
    assert "no row has tag_a, so what is spent of budget 't' is absent" in warnings(harness)


@pytest.mark.parametrize("download", ["json", "csv"])
def test_a_column_that_is_empty_everywhere_is_there(canned: CannedService, enrollment: BUILD, download: str) -> None:
    """Nothing is spent of a budget on it: that is known."""
    budgets = "[{name: c, amount: 5, where: {cost_center: x}}]"
    harness = enrollment(f", usage: {{download: {download}, labels: []}}, budgets: {budgets}")
    canned.answer(USAGE, rows({"costCenter": None}))
    canned.answer(CSV, Answer(b"Date,Cost,ConsumedQuantity,CostCenter\r\n2026-11-18,1,1,\r\n"))
    assert [None] == harness.run("usagedetails")
    assert 0 == value(harness.scrape(), SPENT)


@pytest.mark.parametrize("text", ["env=prod", '{"env": ', '{"env": ' + "[" * 100_000])
def test_a_budget_over_tags_that_cannot_be_read_is_absent(canned: CannedService, enrollment: BUILD, text: str) -> None:
    """One on rows with other tags is not; and nothing ends as an internal error."""
    budgets = (
        "[{name: prod, amount: 5, where: {tag_env: prod}},"
        " {name: other, amount: 5, where: {tag_env: prod, meter_name: b}}]"
    )
    harness = enrollment(f", usage: {{labels: [meter_name], tags: [env]}}, budgets: {budgets}")
    readable = {"meterName": "b", "tags": '{"env": "prod"}'}
    canned.answer(USAGE, rows({"meterName": "a", "tags": text}, readable, {"meterName": "a", "tags": ""}))
    assert [None] == harness.run("usagedetails")
    samples = harness.scrape()
    assert 2 == value(samples, COST, meter_name="a", tag_env="")
    assert 1 == value(samples, SPENT, budget="other")
    assert {} == series(samples, SPENT, budget="prod")
    assert "the tags of 1 rows can't be read" in warnings(harness)


def test_a_header_with_blanks_names_the_same_columns(canned: CannedService, enrollment: BUILD) -> None:
    """`Subscription Name`, `Meter Sub-Category`."""
    harness = enrollment(", usage: {download: csv, labels: [subscription_name, meter_subcategory]}")
    header = b'"Date","Extended Cost","Consumed Quantity","Subscription Name","Meter Sub-Category",\r\n'
    canned.answer(CSV, Answer(header + b'"11/18/2026","1.5","1","shop","LRS",\r\n'))
    assert [None] == harness.run("usagedetails")
    assert 1.5 == value(harness.scrape(), COST, subscription_name="shop", meter_subcategory="LRS")
    assert "" == warnings(harness)


def test_a_resource_group_is_one_series_however_it_is_spelled(canned: CannedService, enrollment: BUILD) -> None:
    """As the newest row spells it, for labels and budgets; other columns are compared as they are."""
    budgets = "[{name: g, amount: 5, where: {resource_group: rg-a}}]"
    harness = enrollment(f", usage: {{labels: [resource_group, meter_name]}}, budgets: {budgets}")
    groups = [("RG-A", "2026-11-17"), ("Rg-A", "2026-11-19"), ("rg-a", "2026-11-18")]
    found = [{"resourceGroup": group, "meterName": "m", "date": day} for group, day in groups]
    canned.answer(USAGE, rows(*found, {"resourceGroup": None, "meterName": "M"}))
    assert [None] == harness.run("usagedetails")
    samples = harness.scrape()
    assert {("Rg-A", "m"), ("", "M")} == {
        (dict(key)["resource_group"], dict(key)["meter_name"]) for key in series(samples, COST)
    }
    assert (3, 3) == (value(samples, COST, resource_group="Rg-A"), value(samples, SPENT))


NUMBERS_TO_PYTHON = ["1_234.50", "\u0661"]
NO_NUMBERS = ["sNaN", "NaN", "Infinity", "1E+400", "1,5", "--1", "1e", "0x1"]


@pytest.mark.parametrize(
    ("download", "text"),
    [("json", text) for text in NO_NUMBERS] + [("csv", text) for text in NO_NUMBERS + NUMBERS_TO_PYTHON],
)
def test_an_amount_that_is_no_number_is_malformed(
    canned: CannedService, enrollment: BUILD, download: str, text: str
) -> None:
    """Not even what Python takes for one."""
    harness = enrollment(f", usage: {{download: {download}}}")
    canned.answer(USAGE, rows({"cost": text}, {}))
    canned.answer(CSV, Answer(f'Date,Cost,ConsumedQuantity\r\n2026-11-18,"{text}",1\r\n2026-11-18,1,1\r\n'.encode()))
    failure = harness.failure("usagedetails")
    assert Reason.MALFORMED == failure.reason
    assert {} == series(harness.scrape(), COST)


@pytest.mark.parametrize("costs", [("4.9E-324", "12.34", "-2"), ("12.34", "-4.9E-324", "-2"), ("12.34", "-2", "1E-31")])
def test_noise_of_binary_fractions_costs_nothing(
    canned: CannedService, enrollment: BUILD, costs: tuple[str, ...]
) -> None:
    """It neither fails the report nor shows."""
    harness = enrollment()
    texts = [f'{{"date":"2026-11-18","cost":{cost},"unitOfMeasure":"{n}"}}' for n, cost in enumerate(costs)]
    canned.answer(USAGE, Answer(f'{{"data":[{",".join([*texts, *texts])}]}}'.encode()))
    assert [None] == harness.run("usagedetails")
    assert 20.68 == value(harness.scrape(), COST)


def test_times_of_day_do_not_fill_the_memory() -> None:
    """Each second of a month is a text of its own in v2, and of all no more than a few thousand are remembered."""
    month, aggregate = billing_month(NOON.date()), Aggregate(Selection(("meter_id",)), (), NOON.date())
    texts = (f"2026-11-01T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}.{n}Z" for n in range(3 * DISTINCT_DAYS))
    rows = [(text, ("m",), None, Decimal("0.1")) for text in texts]
    aggregate.add([rows], month, NOON.date())
    assert {("m",): [len(rows), None, len(rows) * Decimal("0.1"), 0]} == aggregate.others
    with pytest.raises(Malformed, match="far outside"):
        aggregate.add([[("2026-09-01", (), None, None)]], month, NOON.date())
