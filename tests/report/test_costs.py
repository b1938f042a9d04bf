"""Reports with costs: any columns, days and periods, to the last digit of the simulator's JSON and its ledger."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from exporter.simulator import Simulator
from tests.harness import Answer, CannedService, Clock
from tests.report.conftest import Command, Raw, summed

PER_DAY = "--group-by=date --since=2026-10-20 --until=2026-11-05 --format=json"


def test_usage_of_a_period_by_subscription(command: Command, raw: Raw, simulator: Simulator) -> None:
    """The exact sums of all rows of the period, and of the ledger."""
    rows = raw.usage("billingPeriods/202610/usagedetails")
    expected = summed(rows, "cost", "subscriptionName")
    printed = command("ea usagedetails --period=previous --group-by=subscription_name --format=json")
    assert (0, expected) == (printed.code, summed(printed.rows, "cost", "subscription_name"))
    assert len(expected) == len(printed.rows)
    ledger = simulator.world.ea.ledger.cost(date(2026, 10, 1), date(2026, 10, 31))
    assert ledger == sum(row["cost"] for row in printed.rows)


def test_usage_by_day_crosses_months(command: Command, simulator: Simulator) -> None:
    """A row for each day, from both APIs the same, which is the ledger's."""
    days = [date(2026, 10, 20 + n) for n in range(12)] + [date(2026, 11, 1 + n) for n in range(5)]
    expected = {(f"{day}",): simulator.world.ea.ledger.cost(day, day) for day in days}
    retired = command(f"ea usagedetails {PER_DAY}").rows
    assert expected == summed(retired, "cost", "date")
    current = command(f"cost_management usage --account=contoso {PER_DAY}").rows
    azure = [row for row in current if row["charges"] == "azure"]
    assert {key: round(cost, 6) for key, cost in expected.items()} == {
        key: round(cost, 6) for key, cost in summed(azure, "cost", "date").items()
    }
    assert any(row["charges"] == "marketplace" for row in current)


def test_tags_and_quantities(command: Command, raw: Raw) -> None:
    """Quantities are printed by their unit; tags have the names of labels."""
    printed = command("ea usagedetails --group-by=tag_env,unit_of_measure --format=json")
    assert {"account", "unit_of_measure", "tag_env", "currency", "cost", "quantity"} == {*printed.rows[0]}
    expected = summed(raw.usage("billingPeriods/202611/usagedetails"), "consumedQuantity", "unitOfMeasure")
    assert expected == summed(printed.rows, "quantity", "unit_of_measure")


def test_the_default_is_what_the_configuration_publishes(command: Command) -> None:
    """The configured labels and tags, of the current period and of the previous one."""
    current = command("ea usagedetails --format=json").rows
    labels = ["subscription_name", "resource_group", "meter_category", "meter_subcategory", "meter_name", "tag_env"]
    assert ["account", *labels, "currency", "cost"] == [*current[0]]
    previous = command("ea usagedetails_previous_month --format=json").rows
    asked = command("ea usagedetails --period=202610 --format=json").rows
    assert previous == asked != current


def test_a_balance_and_prices_of_a_period(command: Command, raw: Raw) -> None:
    """By the path of the period; prices of the meters that the period has usage of."""
    balance = raw.ea("billingPeriods/202609/balancesummary")
    (row,) = command("ea balancesummary --period=202609 --format=json").rows
    assert {"utilized": balance["utilized"], "total_usage": balance["totalUsage"]} == {
        name: row[name] for name in ("utilized", "total_usage")
    }
    used = {one["meterId"] for one in raw.usage("billingPeriods/202609/usagedetails")}
    sheet = raw.ea("billingPeriods/202609/pricesheet")
    expected = {(one["meterId"], one["unitPrice"]) for one in sheet if one["meterId"] in used}
    rows = command("ea pricesheet --period=2026-09 --format=json").rows
    assert expected == {(one["meter_id"], one["unit_price"]) for one in rows}


def test_marketplace_and_periods(command: Command, raw: Raw) -> None:
    """Charges of a period, and all periods with data."""
    charges = raw.ea("billingPeriods/202610/marketplacecharges")
    rows = command("ea marketplacecharges --period=previous --group-by=publisher --format=json").rows
    expected = summed(charges, "extendedCost", "publisherName")
    assert expected == summed(rows, "marketplace_cost_month_to_date", "publisher")
    periods = command("ea billingperiods --format=json").rows
    known = raw.ea("billingperiods", version="v2")
    assert sorted(one["billingPeriodId"] for one in known) == [row["billing_period"] for row in periods]


def test_customers_over_their_budget(command: Command, raw: Raw) -> None:
    """Those whose total exceeds the amount of their budget, also one of zero."""
    expected = {
        one["resourceId"]: one["totalCost"]
        for one in raw.customers()
        if (one["budget"].get("amount") is not None and one["totalCost"] > one["budget"]["amount"])
    }
    rows = command("partner_center usagerecords --over-budget --format=json").rows
    assert expected == {row["customer_id"]: row["customer_cost_month_to_date"] for row in rows}
    assert 0 < len(expected) < len(command("partner_center usagerecords --format=json").rows)


@pytest.mark.parametrize(
    ("api", "report"),
    [("cost_management", "budgets"), ("cost_management", "forecast"), ("partner_center", "usagesummary")],
)
def test_every_other_report_has_rows(command: Command, api: str, report: str) -> None:
    """What is published, without a line of code for the report."""
    printed = command(f"{api} {report} --format=json")
    assert (0, True) == (printed.code, bool(printed.rows))


@pytest.fixture
def enrollment(canned: CannedService, clock: Clock, command: Command) -> Callable[..., None]:
    """Usage details with these rows."""

    def answer(*rows: dict[str, object]) -> None:
        usual = {"date": "2026-11-05", "subscriptionName": "Shop", "meterName": "P10", "unitOfMeasure": "1 Hour"}
        canned.answer("/v3/enrollments/100/usagedetails", Answer({"data": [usual | row for row in rows]}))
        canned.answer("/v3/enrollments/100/balancesummary", Answer({"currencyCode": "EUR"}))

    return answer


def test_a_row_without_a_cost_makes_its_sum_unknown(
    enrollment: Callable[..., None], canned: CannedService, config_of: Callable[[str], None], command: Command
) -> None:
    """It is null, not the sum of the others; the other sums stay, and a total over all is left out."""
    enrollment({"cost": 1.5}, {"meterName": "S2", "cost": 2.25}, {"meterName": "S2"})
    config_of(f'ea: [{{name: c, enrollment: "100", api_key: k, base_url: "{canned.url}"}}]')
    printed = command("ea usagedetails --group-by=meter_name --format=json")
    assert {"P10": Decimal("1.5"), "S2": None} == {row["meter_name"]: row["cost"] for row in printed.rows}
    assert "warning: c: usagedetails 202611: 1 rows state no cost" in printed.errors
    assert "total" not in command("ea usagedetails --group-by=meter_name").text
