"""The simulated company through every source: where two know a figure, they agree to the last digit."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.apis.company import Company, figures
from tests.harness import NOON

COST, DAILY, PREVIOUS = "azure_cost_month_to_date", "azure_cost_daily", "azure_cost_previous_month"
QUANTITY, MARKETPLACE = "azure_usage_quantity_month_to_date", "azure_marketplace_cost_month_to_date"
COSTS = (COST, DAILY, PREVIOUS, QUANTITY)
BUDGETS = ("azure_billing_budget_amount", "azure_billing_budget_spent")
BOUNDS = ("azure_billing_period_start_timestamp_seconds", "azure_billing_period_end_timestamp_seconds")
PRICES = ("azure_unit_price", "azure_included_quantity")
BALANCES = tuple(
    f"azure_ea_{name}"
    for name in (
        "beginning_balance", "ending_balance", "new_purchases", "adjustments", "utilized", "service_overage",
        "charges_billed_separately", "total_overage", "total_usage", "marketplace_service_charges",
        "new_purchase_detail", "adjustment_detail", "enrollment_info",
    )
)  # fmt: skip
OFFER = ("account", "publisher", "offer", "plan")
"""What a query does not know of third parties' charges."""
LIMITS: list[dict[str, Any]] = [
    {"name": "all", "amount": 5000},
    {"name": "production", "amount": "1500.50", "where": {"tag_env": "prod"}},
]
LABELS = ["subscription_name", "meter_category", "meter_name", "unit_of_measure"]
USAGE: dict[str, Any] = {"labels": LABELS, "tags": ["env"]}
EXPORTS = ("ea-actual", "ea-legacy", "focus-1-0", "focus-daily", "focus-preview", "focus-parquet")
SYNCHRONIZED = ("ea-actual", "focus-parquet")
WITH_PLAN = ("ea-actual", "ea-legacy", "focus-preview")
"""Exports whose columns have the plan of an offer."""


def marketplace(download: str) -> tuple[str, ...]:
    """The labels that charges of third parties have not got in a download."""
    return OFFER if download == "query" else ("account",) if download in WITH_PLAN else ("account", "plan")


@pytest.mark.parametrize("download", ["cost_details", "query"])
def test_reports_and_queries_have_the_samples_of_the_retired_api(company: Company, download: str) -> None:
    """Sums, budgets, balances and prices; a query does not know the offers of third parties, only their sums."""
    old = company.retired(usage=USAGE, budgets=LIMITS)
    new = company.harness(company.account(usage={**USAGE, "download": download}, budgets=LIMITS))
    assert {None} == {*old.run(), *new.run()}
    for family in (*COSTS, *BUDGETS, *BOUNDS, *BALANCES, *PRICES):
        assert figures(old, family)
        assert figures(old, family) == figures(new, family), family
    unknown = OFFER if download == "query" else ("account",)
    assert figures(old, MARKETPLACE, unknown) == figures(new, MARKETPLACE, unknown)


@pytest.mark.parametrize(
    ("name", "place"), [(name, "storage") for name in EXPORTS] + [(name, "directory") for name in SYNCHRONIZED]
)
def test_an_export_has_the_samples_that_the_retired_api_had_when_it_ran(
    company: Company, name: str, place: str
) -> None:
    """An export lags: it knows what was known when its newest run was submitted. A directory needs no network."""
    if name == "focus-parquet":
        pytest.importorskip("pyarrow")
    company.clock.now = company.simulator.exports.newest(name).submitted
    old = company.retired(usage=USAGE, budgets=LIMITS)
    assert {None} == set(old.run())
    company.clock.now = NOON
    company.simulator.received.clear()
    account = company.exported(name, **USAGE) | {"budgets": LIMITS}
    if place == "directory":
        usage = {**USAGE, "download": "export", "export": {"path": str(company.synchronized(name))}}
        account = {"name": "contoso", "usage": usage, "budgets": LIMITS}
    new = company.harness(account)
    assert [None, None] == new.run("usage") + new.run("usage_previous_month")
    for family in (*COSTS, *BUDGETS, *BOUNDS):
        assert figures(old, family)
        assert figures(old, family) == figures(new, family), family
    unknown = marketplace(name)
    assert figures(old, MARKETPLACE, unknown) == figures(new, MARKETPLACE, unknown)
    if place == "directory":
        assert [] == company.simulator.received + company.simulator.blob_received


@pytest.mark.parametrize(
    "quirk",
    [
        {"cost_management_column_order": "changing", "cost_management_page_size": 97},
        {"cost_management_cost_column": "alias", "cost_management_last_link": "missing"},
        {"cost_management_cost_column": "PreTaxCost", "cost_management_client_type_required": True},
        {"cost_details_accepted": 0, "cost_details_bom": True, "cost_details_rows_per_part": 41},
        {"cost_details_accepted": 3, "cost_details_moves": True, "cost_details_columns": 53},
        {"cost_details_columns": 57, "price_sheet_fields": "reportUrl", "price_sheet_running": 2},
        {"storage_rows_per_part": 41, "storage_bom": True, "storage_manifest_name": "_manifest.json"},
        {"storage_page_size": 2, "storage_empty_page": True, "storage_hierarchical": True},
        {"storage_content_encoding": True, "storage_content_md5": False},
    ],
    ids=str,
)
def test_no_quirk_changes_a_figure(company: Company, quirk: dict[str, Any]) -> None:
    """Neither the order of columns, nor pages and parts, nor what is optional in an answer."""
    names = {"query", "cost_details", "ea-actual", "focus-daily"}
    reads: dict[str, Callable[[], dict[str, Any]]] = {
        "query": lambda: company.account(usage={**USAGE, "download": "query"}),
        "cost_details": lambda: company.account(usage={**USAGE, "download": "cost_details"}),
        "ea-actual": lambda: company.exported("ea-actual", **USAGE),
        "focus-daily": lambda: company.exported("focus-daily", **USAGE),
    }
    prefix = next(iter(quirk)).partition("_")[0]
    chosen = {"cost": {"query", "cost_details"}, "storage": {"ea-actual", "focus-daily"}}[prefix] & names
    plain = {name: company.harness(reads[name]()) for name in chosen}
    for harness in plain.values():
        assert [None] == harness.run("usage")
    for name, setting in quirk.items():
        setattr(company.simulator.switches, name, setting)
    for name, before in plain.items():
        after = company.harness(reads[name]())
        for switch, setting in quirk.items():  # building an exporter resets some
            setattr(company.simulator.switches, switch, setting)
        assert [None] == after.run("usage")
        for family in (COST, DAILY, QUANTITY, MARKETPLACE):
            assert figures(before, family) == figures(after, family), (name, family)
