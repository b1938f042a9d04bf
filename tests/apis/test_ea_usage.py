"""Usage as it is published: labels by choice, limits, budgets, the previous month, prices, roles."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.apis.costs.tags import selector, tags
from exporter.model.families import Family, Labels, fold
from exporter.model.limits import OTHER, limited
from tests.harness import Answer, CannedService, Clock, ExporterHarness, series, value

ROOT = "/v3/enrollments/100"
BUILD = Callable[..., ExporterHarness]


def row(cost: str, **fields: object) -> dict[str, object]:
    return {"cost": float(cost), "date": "2026-11-18T00:00:00", "meterName": "m", **fields}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"env": "prod"}', {"env": "prod"}),
        ('{  "Env ": "prod",  "k2": null}', {"env": "prod", "k2": ""}),
        ('"env": "prod"', {"env": "prod"}),
        ('{"level": 3, "on": true, "list": [1]}', {"level": "3", "on": "true", "list": "[1]"}),
        ("", {}),
        ("{}", {}),
        ("not json", None),
        ("[1]", None),
        ('{"a": ', None),
        ('{"a": ' + "[" * 100_000, None),
    ],
    ids=lambda text: str(text)[:20],
)
def test_tags_are_read_as_they_come(text: str, expected: dict[str, str] | None) -> None:
    """With or without braces, with nulls and numbers, empty; what is broken is not empty."""
    assert expected == tags(text)


def test_tag_keys_are_compared_as_azure_does() -> None:
    """Without regard to case and blanks around."""
    assert ("prod", "") == selector(["ENV", "owner"])('{"env ": "prod"}')


def test_any_documented_column_and_tag_becomes_a_label(canned: CannedService, enrollment: BUILD) -> None:
    """Names in snake case; a tag's blanks become underscores."""
    rows = [
        row("1.5", resourceGroup="rg", departmentName="IT", subscriptionId=23467313421, tags='{"cost unit": "A"}'),
        row("2", resourceGroup="rg", departmentName="IT", subscriptionId=23467313421, tags='{"cost unit": "A"}'),
    ]
    canned.answer(f"{ROOT}/usagedetails", Answer({"data": rows}))
    harness = enrollment(", usage: {labels: [resource_group, department_name, subscription_id], tags: [cost unit]}")
    assert [None] == harness.run("usagedetails")
    labels = {"resource_group": "rg", "department_name": "IT", "subscription_id": "23467313421", "tag_cost_unit": "A"}
    assert 3.5 == value(harness.scrape(), "azure_cost_month_to_date", **labels)


def test_the_tail_is_folded_without_losing_a_cent(canned: CannedService, enrollment: BUILD) -> None:
    """The largest amounts stay, a large credit among them; how many were folded is published."""
    rows = [
        row(cost, meterName=name) for name, cost in {"a": "10", "b": "-20", "c": "0.01", "d": "0.02", "e": "-5"}.items()
    ]
    canned.answer(f"{ROOT}/usagedetails", Answer({"data": rows}))
    harness = enrollment(", usage: {labels: [meter_name], max_series: 3}")
    assert [None] == harness.run("usagedetails")
    samples = harness.scrape()
    found = series(samples, "azure_cost_month_to_date")
    assert {"a": 10, "b": -20, OTHER: -4.97} == {dict(labels)["meter_name"]: cost for labels, cost in found.items()}
    assert 3 == value(samples, "azure_billing_exporter_collector_overflow_series", collector="usagedetails")


amounts = st.decimals(min_value=-1000, max_value=1000, places=6)
records = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["EUR", "USD"]), amounts))


@given(records, st.integers(2, 6))
def test_no_limit_loses_money_or_mixes_currencies(rows: list[tuple[str, str, Decimal]], most: int) -> None:
    """Each currency's sum stays what it was."""
    names = Labels(("who", "currency"), lambda record: record[:2])
    family = Family("cost", "Cost.", names, lambda record: record[2])
    samples, folded = limited(fold(rows, [family]), [family], most)
    for currency in ("EUR", "USD"):
        before = sum(Fraction(amount) for _, own, amount in rows if own == currency)
        assert before == sum(Fraction(v) for (_, own), v in samples["cost"].items() if own == currency)
    found = {who for who, _ in samples["cost"]}
    assert len(found) <= most
    assert bool(folded) == (len({who for who, *_ in rows}) > most)


def test_budgets_count_matching_rows_whether_or_not_they_are_labels(canned: CannedService, enrollment: BUILD) -> None:
    """Columns and tags; several budgets may cover a row; a budget that nothing matches has spent zero."""
    rows = [
        row("10", departmentName="Platform", tags='{"env": "prod"}'),
        row("4", departmentName="Platform", tags='{"env": "test"}'),
        row("-1", departmentName="Shop", tags='{"env": "prod"}'),
    ]
    canned.answer(f"{ROOT}/usagedetails", Answer({"data": rows}))
    harness = enrollment(
        ", budgets: [{name: all, amount: 26}, {name: nobody, amount: 5, where: {department_name: Nobody}},"
        " {name: platform-prod, amount: 8, where: {department_name: Platform, tag_env: prod},"
        " thresholds: {warning: 0.95, critical: 1.1}}]"
    )
    assert [None] == harness.run("usagedetails")
    samples = harness.scrape()
    spent = {
        name: value(samples, "azure_billing_budget_spent", budget=name) for name in ("all", "nobody", "platform-prod")
    }
    assert {"all": 13, "nobody": 0, "platform-prod": 10} == spent
    assert 0.5 == value(samples, "azure_billing_budget_used_ratio", budget="all", currency="EUR")
    assert 8 == value(samples, "azure_billing_budget_amount", budget="platform-prod", account="100")
    thresholds = series(samples, "azure_billing_budget_threshold_ratio", budget="platform-prod")
    assert {"warning": 0.95, "critical": 1.1} == {
        dict(labels)["severity"]: ratio for labels, ratio in thresholds.items()
    }
    assert 3 == len(series(samples, "azure_billing_budget_threshold_ratio", budget="all"))


def test_the_previous_month_is_left_alone_once_it_is_settled(canned: CannedService, enrollment: BUILD) -> None:
    """It is read once on or after the 6th, then never again; before that at every run."""
    path = f"{ROOT}/billingPeriods/202610/usagedetails"
    canned.answer(path, Answer({"data": [row("3", date="2026-10-31T00:00:00"), row("9", date="2026-11-01T00:00:00")]}))
    harness = enrollment()
    assert [None, None] == harness.run("usagedetails_previous_month") + harness.run("usagedetails_previous_month")
    assert 3 == value(harness.scrape(), "azure_cost_previous_month")
    assert 1 == sum(received.startswith(path) for received, _ in canned.received)
    later = enrollment(", usage: {settled_day: 28}")
    later.run("usagedetails_previous_month")
    later.run("usagedetails_previous_month")
    assert 3 == sum(received.startswith(path) for received, _ in canned.received)


def test_a_304_does_not_freeze_the_newest_complete_day(canned: CannedService, enrollment: BUILD, clock: Clock) -> None:
    """On another day the same data has another newest complete day, so the request is unconditional."""
    canned.answer(f"{ROOT}/usagedetails", Answer({"data": [row("1")]}, headers={"ETag": '"1"'}))
    harness = enrollment()
    harness.run("usagedetails")
    clock.advance(timedelta(days=1))
    harness.run("usagedetails")
    harness.run("usagedetails")
    sent = [headers.get("if-none-match") for path, headers in canned.received if "usagedetails" in path]
    assert [None, None, '"1"'] == sent


@pytest.mark.parametrize("status", [404, 400])
def test_days_without_data_are_an_empty_result(canned: CannedService, enrollment: BUILD, status: int) -> None:
    """The enrollment is known, since its balance answers."""
    error = {"code": str(status), "message": "No data found for the requested range."}
    canned.answer(f"{ROOT}/usagedetails", Answer({"error": error}, status))
    harness = enrollment()
    assert [None] == harness.run("usagedetails")
    assert {} == series(harness.scrape(), "azure_cost_month_to_date")


def test_an_unknown_enrollment_is_reported(canned: CannedService, enrollment: BUILD) -> None:
    """No report answers, so it is no month without data."""
    canned.answer(f"{ROOT}/balancesummary", Answer(status=404))
    (failure,) = enrollment().run("balancesummary")
    assert "is enrollment 100 right?" in str(failure)


def test_the_error_of_a_key_that_reads_usage_only_contains_what_to_do(canned: CannedService, enrollment: BUILD) -> None:
    """Only the reports that it may not read fail."""
    text = "Report type and report view are not compatible. Report Type: PriceSheet, Report View: AccountOwner"
    refusal = Answer({"error": {"code": "401", "message": text}}, 401)
    canned.answer(f"{ROOT}/balancesummary", refusal)
    canned.answer(f"{ROOT}/pricesheet", refusal)
    canned.answer(f"{ROOT}/usagedetails", Answer({"data": [row("1")]}))
    harness = enrollment(", currency: EUR, prices: all")
    outcomes: dict[str, Any] = {name: harness.run(name)[0] for name in ("balancesummary", "pricesheet", "usagedetails")}
    assert outcomes["usagedetails"] is None
    assert ["unauthorized", "unauthorized"] == [outcomes[name].reason for name in ("balancesummary", "pricesheet")]
    assert "use an enrollment administrator's, or disable this report" in str(outcomes["pricesheet"])


PRICES = [
    {"meterId": "m1", "meterName": "VM", "unitOfMeasure": "100 Hours", "includedQuantity": 0, "partNumber": "N9H-1",
     "unitPrice": 4.97, "currencyCode": "EUR", "offerId": "MS-AZR-0017P"},
    {"meterId": "m1", "meterName": "VM", "unitOfMeasure": "100 Hours", "includedQuantity": 5, "partNumber": "N9H-1",
     "unitPrice": 2.97, "currencyCode": "EUR", "offerId": "MS-AZR-0148P"},
    {"meterId": "m2", "meterName": "Disk", "unitOfMeasure": "1 GB", "unitPrice": 1, "currencyCode": "EUR"},
]  # fmt: skip


def test_prices_are_those_of_the_meters_in_use_and_offers_stay_apart(canned: CannedService, enrollment: BUILD) -> None:
    """Or those of all meters, if that is chosen."""
    canned.answer(f"{ROOT}/pricesheet", Answer(PRICES))
    canned.answer(f"{ROOT}/usagedetails", Answer({"data": [row("1", meterId="m1")]}))
    harness = enrollment()
    assert [None] == harness.run("pricesheet")
    samples = harness.scrape()
    assert 4.97 == value(samples, "azure_unit_price", offer_id="MS-AZR-0017P", unit="100 Hours", currency="EUR")
    assert 5 == value(samples, "azure_included_quantity", offer_id="MS-AZR-0148P")
    assert {} == series(samples, "azure_unit_price", meter_id="m2")
    every = enrollment(", prices: all")
    every.run("pricesheet")
    assert 1 == value(every.scrape(), "azure_unit_price", meter_id="m2")


def test_marketplace_charges_name_their_offer(canned: CannedService, enrollment: BUILD) -> None:
    """HTML entities are read; amounts are in the enrollment's currency."""
    charge = {"publisherName": "Acme", "offerName": "Scanner&trade;", "planName": "p", "extendedCost": 2.5,
              "usageEndDate": "2026-11-17T23:59:59Z", "isRecurringCharge": "False"}  # fmt: skip
    canned.answer(
        f"{ROOT}/marketplacecharges", Answer([charge, {**charge, "isRecurringCharge": False, "extendedCost": -1}])
    )
    harness = enrollment()
    assert [None] == harness.run("marketplacecharges")
    labels = {"publisher": "Acme", "offer": "Scanner™", "plan": "p", "currency": "EUR"}
    assert 1.5 == value(harness.scrape(), "azure_marketplace_cost_month_to_date", **labels)


def test_the_billing_period_ends_where_the_next_begins(canned: CannedService, enrollment: BUILD) -> None:
    """The documented end of the day is not taken literally, and the newest period counts."""
    now = {"billingPeriodId": "202611", "billingStart": "2026-11-01T00:00:00Z", "billingEnd": "2026-11-30T11:59:59Z"}
    periods = [now, {"billingPeriodId": "202610", "billingStart": "2026-10-01T00:00:00Z", "usageDetails": None}]
    canned.answer("/v2/enrollments/100/billingperiods", Answer(periods))
    harness = enrollment()
    assert [None] == harness.run("billingperiods")
    bounds = [value(harness.scrape(), f"azure_billing_period_{end}_timestamp_seconds") for end in ("start", "end")]
    assert [datetime(2026, 11, 1, tzinfo=UTC).timestamp(), datetime(2026, 12, 1, tzinfo=UTC).timestamp()] == bounds
