"""Cost Management behind Azure Resource Manager: queries, forecasts, budgets, balances."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from .conftest import NOON, Browser, Clock
from .costs import Arm, exact

MONTH = date(2026, 11, 1), date(2026, 11, 30)


@pytest.fixture
def arm(browser: Browser) -> Arm:
    return Arm(browser)


def test_the_enrollment_costs_what_its_old_reports_say(arm: Arm) -> None:
    """Usage and marketplace charges are the same to the last digit, for every subscription."""
    ea = arm.sim.world.ea
    pages = arm.query(arm.azure.enrollment, granularity="None", grouping=["SubscriptionId", "PublisherType"])
    rows = arm.rows(pages)
    usage = {row["SubscriptionId"]: row["Cost"] for row in rows if row["PublisherType"] == "Azure"}
    assert ea.ledger.cost_by_subscription(*MONTH) == usage
    assert ea.marketplace("202611") == sum(row["Cost"] for row in rows if row["PublisherType"] == "Marketplace")


def test_pages_are_requested_with_the_same_body(arm: Arm, clock: Clock) -> None:
    """A link is for POST alone, with the body of the first page, and shows what that page began."""
    arm.sim.switches.cost_management_page_size = 100
    body = arm.body(grouping=["ResourceGroupName", "Meter"])
    first = arm.post(arm.azure.enrollment, "query", body)
    link = first.json()["properties"]["nextLink"]
    assert "api-version=2021-10-01" in link
    for answer in (arm.get(link), arm.post_url(link, {}), arm.post_url(link, arm.body())):
        assert (400, "BadRequest") == (answer.status_code, answer.json()["error"]["code"])
        assert "Dataset is invalid or not supplied" in answer.json()["error"]["message"]
    clock.now += timedelta(hours=5)
    pages = [exact(first)]
    while link:
        pages.append(exact(arm.post_url(link, body)))
        link = pages[-1]["properties"]["nextLink"]
    rows = arm.rows(pages)
    assert {100} == {len(page["properties"]["rows"]) for page in pages[:-1]}
    clock.now = NOON
    ea = arm.sim.world.ea
    assert ea.ledger.cost(*MONTH) + ea.marketplace("202611") == sum(row["Cost"] for row in rows)


@pytest.mark.parametrize(
    ("granularity", "column", "value"),
    [("Daily", "UsageDate", 20261101), ("Monthly", "BillingMonth", "2026-11-01T00:00:00"), ("None", None, None)],
)
def test_columns_are_documented_ones(arm: Arm, granularity: str, column: str | None, value: object) -> None:
    """Aggregations, the date, the groupings, the tags, the currency."""
    body = arm.body(granularity, ["ServiceName", "tag:env"], {"totalCost": "Cost", "usd": "CostUSD"})
    body["dataset"]["include"] = ["Tags"]
    page = exact(arm.post(arm.azure.enrollment, "query", body))["properties"]
    names = [one["name"] for one in page["columns"]]
    dates = [] if column is None else [column]
    assert ["Cost", "CostUSD", *dates, "ServiceName", "TagKey", "TagValue", "Tags", "Currency"] == names
    if column is not None:
        assert value == page["rows"][0][2]
    tagged = {(row[-4], row[-3]) for row in page["rows"]}
    assert {("env", "prod"), ("env", "test"), (None, None)} == tagged
    assert ['"env":"prod"', '"team":"shop"'] in [row[-2] for row in page["rows"]]


def test_columns_change_with_switches(arm: Arm) -> None:
    """Their order changes between answers; a cost is named by its alias or the older field; the end has no link."""
    switches = arm.sim.switches
    switches.cost_management_column_order = "changing"
    orders = [
        tuple(one["name"] for one in arm.query(arm.azure.enrollment)[0]["properties"]["columns"]) for _ in range(3)
    ]
    assert 3 == len(set(orders))
    switches.cost_management_cost_column = "alias"
    switches.cost_management_last_link = "missing"
    [page] = arm.query(arm.azure.subscription)
    assert "totalCost" in [one["name"] for one in page["properties"]["columns"]]
    assert "nextLink" not in page["properties"]
    switches.cost_management_cost_column = "PreTaxCost"
    assert "PreTaxCost" in [one["name"] for one in arm.query(arm.azure.subscription)[0]["properties"]["columns"]]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"grouping": [{"type": "Dimension", "name": "PublisherName"}]}, "valid values: 'ResourceGroup'"),
        ({"grouping": [{"type": "TagKey", "name": str(n)} for n in range(10)]}, "exceeds the maximum of 9"),
        ({"timeframe": "TheLastMonth"}, "timeframe TheLastMonth is currently not supported"),
        ({"from": "2025-11-01", "to": "2026-11-18"}, "cannot exceed 1 year(s)"),
        ({"from": "2026-11-19T00:00:00+00:00", "to": "2026-11-30"}, "starting from 11/19/2026 12:00:00 AM"),
        ({"filter": {"and": [{"tags": {"name": "env", "operator": "In", "values": ["prod"]}}]}}, "at least two"),
        ({"dataset": None}, "Dataset is invalid or not supplied"),
    ],
)
def test_invalid_queries_are_refused_in_its_words(arm: Arm, change: dict[str, Any], text: str) -> None:
    """400 in the texts that were observed."""
    body = arm.body()
    if "from" in change:
        body |= {"timeframe": "Custom", "timePeriod": change}
    elif change.keys() & {"timeframe", "dataset"}:
        body |= change
    else:
        body["dataset"] |= change
    answer = arm.post(arm.azure.enrollment, "query", body)
    assert (400, "BadRequest") == (answer.status_code, answer.json()["error"]["code"])
    assert text in answer.json()["error"]["message"]


def test_filters_choose_rows(arm: Arm) -> None:
    """By dimensions and tags, united by and, or."""
    production = {"tags": {"name": "env", "operator": "In", "values": ["prod"]}}
    storage = {"dimensions": {"name": "MeterCategory", "operator": "In", "values": ["Storage"]}}
    sums = []
    for wanted in (production, storage, {"and": [production, storage]}, {"or": [production, storage]}):
        body = arm.body("None")
        body["dataset"]["filter"] = wanted
        rows = arm.rows([exact(arm.post(arm.azure.enrollment, "query", body))])
        sums.append(sum(row["Cost"] for row in rows))
    assert sums[0] + sums[1] == sums[2] + sums[3]
    assert 0 < sums[2] < min(sums[:2])


def test_without_data_there_are_two_answers(arm: Arm) -> None:
    """No rows, or 204."""
    arm.sim.switches.cost_management_empty = True
    assert [] == arm.query(arm.azure.subscription)[0]["properties"]["rows"]
    arm.sim.switches.cost_management_no_data = "204"
    assert 204 == arm.post(arm.azure.subscription, "query", arm.body()).status_code


def test_smaller_scopes_have_less(arm: Arm) -> None:
    """Every scope answers; subscriptions and what is above them show no purchases."""
    costs = {}
    for name, path in arm.azure.scopes.items():
        rows = arm.rows(arm.query(path, "None", ["ChargeType"]))
        costs[name] = sum(row["Cost"] for row in rows)
        assert ("enrollment" in name or "billing" in name) == ("Purchase" in {row["ChargeType"] for row in rows})
    assert costs["enrollment"] > costs["management group"] > costs["subscription"] > costs["resource group"] > 0
    assert costs["billing account"] == costs["billing profile"] > 0


def test_currencies_and_commitments_of_a_customer_agreement(arm: Arm) -> None:
    """One row for each currency; what a purchase costs is spread over the days that it covers."""
    october = {"from": "2026-10-01", "to": "2026-10-31"}
    sums: dict[str, dict[tuple[str, str], Decimal]] = {}
    for kind in ("ActualCost", "AmortizedCost"):
        grouping = ["PricingModel", "ChargeType"]
        body = {**arm.body("None", grouping), "type": kind, "timeframe": "Custom", "timePeriod": october}
        rows = arm.rows([exact(arm.post(arm.azure.billing_account, "query", body))])
        assert {"EUR", "CHF"} == {row["Currency"] for row in rows}
        sums[kind] = {(row["PricingModel"], row["ChargeType"]): row["Cost"] for row in rows if row["Currency"] == "EUR"}
    actual, amortized = sums["ActualCost"], sums["AmortizedCost"]
    assert (Decimal("744.00"), Decimal(0)) == (actual["Reservation", "Purchase"], actual["Reservation", "Usage"])
    assert 744 == amortized["Reservation", "Usage"] + amortized["Reservation", "UnusedReservation"]
    assert 310 == amortized["SavingsPlan", "Usage"] + amortized["SavingsPlan", "UnusedSavingsPlan"]
    assert Decimal("-55.20") == actual["OnDemand", "Refund"] == amortized["OnDemand", "Refund"]


def test_the_forecast_continues_the_actual_cost(arm: Arm) -> None:
    """Actual rows of past days, forecast rows from today on; 424 without enough history or for two currencies."""
    body = arm.body()
    body |= {
        "timeframe": "Custom",
        "timePeriod": {"from": "2026-11-01", "to": "2026-11-30"},
        "includeActualCost": True,
    }
    rows = arm.rows([exact(arm.post(arm.azure.subscription, "forecast", body))])
    statuses = {row["UsageDate"]: row["CostStatus"] for row in rows}
    assert ("Actual", "Forecast", 30) == (statuses[20261117], statuses[20261118], len(rows))
    grouped = {**body, "dataset": arm.body(grouping=["ResourceGroup"])["dataset"]}
    assert 400 == arm.post(arm.azure.subscription, "forecast", grouped).status_code
    assert 424 == arm.post(arm.azure.billing_account, "forecast", body).status_code
    arm.sim.switches.cost_management_forecast = False
    assert "FailedDependency" == arm.post(arm.azure.subscription, "forecast", body).json()["error"]["code"]


def test_budgets_repeat_names_and_miss_fields(arm: Arm) -> None:
    """A subscription lists those of its resource group; ids differ, one has no leading slash."""
    answers = [arm.read(arm.azure.subscription, f"{kind}/budgets") for kind in ("Consumption", "CostManagement")]
    listed = answers[1].json()["value"]
    assert ["Team", "New year", "Team", "Unused"] == [one["name"] for one in listed]
    assert ["Team", "New year", "Team"] == [one["name"] for one in answers[0].json()["value"]]
    assert 4 == len({one["id"] for one in listed})
    assert [True, True, False, True] == [one["id"].startswith("/") for one in listed]
    assert [True, False, True, False] == ["currentSpend" in one["properties"] for one in listed]
    assert "amount" not in listed[3]["properties"]
    assert [] == arm.read(arm.azure.management_group, "Consumption/budgets").json()["value"]
    filtered = {"$filter": "properties/category eq 'Cost'"}
    assert 3 == len(arm.read(arm.azure.subscription, "CostManagement/budgets", **filtered).json()["value"])
    arm.sim.switches.cost_management_budgets_page_size = 2
    first = arm.read(arm.azure.subscription, "Consumption/budgets").json()
    assert ["Team"] == [one["name"] for one in arm.get(first["nextLink"]).json()["value"]]


def test_dimensions_have_values_when_they_are_expanded(arm: Arm) -> None:
    """A category, its values and the dates with their offset."""
    query = {"$filter": "properties/category eq 'ResourceGroup'"}
    [bare] = arm.read(arm.azure.subscription, "CostManagement/dimensions", **query).json()["value"]
    query["$expand"] = "properties/data"
    [full] = arm.read(arm.azure.subscription, "CostManagement/dimensions", **query).json()["value"]
    assert ([], 3) == (bare["properties"]["data"], bare["properties"]["total"])
    assert ["RG-Shop-Network", "rg-shop-db", "rg-shop-web"] == full["properties"]["data"]
    assert "2026-11-01T00:00:00-07:00" == full["properties"]["usageStart"]


def test_the_balance_is_that_of_the_old_report(arm: Arm) -> None:
    """The same amounts; the currency has trailing blanks; other scopes have none."""
    for period in ("202611", "202607"):
        old = json.loads(arm.browser.ea(f"billingPeriods/{period}/balancesummary").text, parse_float=Decimal)
        path = f"{arm.azure.enrollment}/billingPeriods/{period}"
        new = exact(arm.read(path, "Consumption/balances"))["properties"]
        assert "EUR  " == new["currency"]
        assert not [name for name in old.keys() & new.keys() if old[name] != new[name]]
    assert 400 == arm.read(arm.azure.billing_account, "Consumption/balances").status_code
    assert 404 == arm.read(f"{arm.azure.enrollment}/billingPeriods/202701", "Consumption/balances").status_code


def test_what_is_no_operation_is_not_found(arm: Arm) -> None:
    """An unknown path is 404, one without a version or of another content type is refused."""
    answers: list[requests.Response] = [
        arm.read(arm.azure.subscription, "CostManagement/views"),
        arm.browser.get("/subscriptions/1", arm.token()),
    ]
    assert [404, 404] == [answer.status_code for answer in answers]
    path = f"{arm.azure.subscription}/providers/Microsoft.CostManagement/query"
    assert 400 == arm.browser.get(path, arm.token()).status_code
    plain = arm.post(arm.azure.subscription, "query", arm.body(), headers={"Content-Type": "text/plain"})
    assert 415 == plain.status_code
