"""Kinds of cost: scopes, currencies, refunds, purchases and commitments, against the simulated company's books."""

from fractions import Fraction
from typing import Any

import pytest

from exporter.simulator.costs.commitments import REFUND
from exporter.simulator.costs.rows import CostRow
from tests.apis.company import Company, Figures, figures, summed, total
from tests.harness import NOON

COST = "azure_cost_month_to_date"
COMMITMENTS = (
    "azure_commitment_cost_month_to_date",
    "azure_commitment_unused_cost_month_to_date",
    "azure_commitment_utilization_ratio",
)
NOT_CURRENCY = ("account", "meter_category", "subscription_name", "meter_subcategory", "meter_name")
SCOPES = ("enrollment", "billing account", "billing profile", "management group", "subscription", "resource group",
          "pay-as-you-go")  # fmt: skip


def profile(company: Company, download: str, cost: str, *labels: str) -> dict[str, Any]:
    """An account of the billing profile; the name of an export stands for that download."""
    usage: dict[str, Any] = {"cost": cost, "labels": list(labels), "download": download}
    if download not in ("query", "cost_details"):
        usage |= {"download": "export", "export": {"url": company.export_url(download)}}
    return company.account(scope=company.simulator.world.azure.billing_profile, usage=usage)


PROFILE = [
    ("query", "actual"), ("query", "amortized"), ("cost_details", "actual"), ("cost_details", "amortized"),
    ("mca-actual", "actual"), ("mca-focus", "actual"), ("mca-focus", "amortized"),
]  # fmt: skip


@pytest.mark.parametrize(("download", "cost"), PROFILE)
def test_currencies_and_kinds_of_cost_stay_apart(company: Company, download: str, cost: str) -> None:
    """A Microsoft Customer Agreement in euros and francs; actual and amortized costs have different sums."""
    harness = company.harness(profile(company, download, cost, "subscription_name", "service_family"))
    assert [None] == harness.run("usage")
    azure, exports = company.simulator.world.azure, company.simulator.exports
    known = NOON if download in ("query", "cost_details") else exports.newest(download).submitted
    rows = {kind: company.books(azure.billing_profile, kind, known) for kind in ("actual", "amortized")}

    def cost_of(row: CostRow) -> Any:
        return row.actual if cost == "actual" else row.amortized

    expected = summed(rows[cost], cost_of, "subscription_name", "service_family", "currency")
    found = figures(harness, COST)
    assert {key: amount for key, amount in expected.items() if amount} == {k: v for k, v in found.items() if v}
    assert {"EUR", "CHF"} == {dict(key)["currency"] for key in expected}
    billed, spread = (
        summed(rows["actual"], lambda row: row.actual),
        summed(rows["amortized"], lambda row: row.amortized),
    )
    assert billed != spread
    assert total(harness, COST) == (billed if cost == "actual" else spread)[frozenset()]


@pytest.mark.parametrize("download", ["query", "cost_details", "mca-actual"])
def test_refunds_stay_negative(company: Company, download: str) -> None:
    """By the type of charge; FOCUS has no such type."""
    harness = company.harness(profile(company, download, "actual", "charge_type"))
    assert [None] == harness.run("usage")
    refunds = frozenset({("charge_type", "Refund"), ("currency", "EUR")})
    assert Fraction(REFUND) == figures(harness, COST)[refunds]


def test_purchases_are_amortized_where_that_is_chosen(company: Company) -> None:
    """Of the enrollment, which then has a reservation, a savings plan and a refund beside what the old API knew."""
    before = company.retired()
    company.simulator.switches.cost_management_commitments = True
    actual, amortized = (
        company.harness(company.account(usage={"download": "cost_details", "labels": ["charge_type"], "cost": cost}))
        for cost in ("actual", "amortized")
    )
    for harness, report in ((before, "usagedetails"), (actual, "usage"), (amortized, "usage")):
        assert [None] == harness.run(report)
    known, refund = total(before, COST), Fraction(REFUND)
    assert known is not None
    assert known + Fraction(744 + 310) + refund == total(actual, COST)
    types = {dict(key)["charge_type"] for key in figures(amortized, COST)}
    assert {"Usage", "Refund", "UnusedReservation", "UnusedSavingsPlan"} == types
    shares = Fraction(744 + 310) * 19 / 30
    assert abs(known + shares + refund - (total(amortized, COST) or 0)) < Fraction(1, 10**6)


def test_an_amortized_export_has_the_amortized_costs(company: Company) -> None:
    """Of the enrollment, by a file that has no other costs; they are refused as actual ones."""
    company.simulator.switches.cost_management_commitments = True
    run = company.simulator.exports.newest("ea-amortized")
    harness = company.harness(company.exported("ea-amortized", labels=["charge_type"], cost="amortized"))
    assert [None, None] == harness.run("usage") + harness.run("commitments")
    rows = company.books(company.simulator.world.azure.enrollment, "amortized", run.submitted)
    own = [row for row in rows if row.publisher_type != "Marketplace"]
    assert summed(own, lambda row: row.amortized, "charge_type", "currency") == figures(harness, COST)
    assert 2 == len(figures(harness, COMMITMENTS[0]))
    actual = company.harness(company.exported("ea-amortized"))
    assert "set `cost: amortized`" in str(actual.failure("usage"))


@pytest.mark.parametrize("kind", SCOPES)
def test_every_scope_is_read_by_default(company: Company, kind: str) -> None:
    """With the documented number of groupings, which is what the service may insist on."""
    company.simulator.switches.cost_management_max_groupings = 2
    path = company.simulator.world.azure.scopes[kind]
    harness = company.harness(company.account(scope=path))
    assert {None} == set(harness.run())
    own = (row for row in company.books(path, "actual") if row.publisher_type != "Marketplace")
    assert summed(own, lambda row: row.actual, "currency") == figures(harness, COST, NOT_CURRENCY)


def commitments(company: Company, download: str) -> dict[str, Figures]:
    """The families of commitments, by the id and the type of each."""
    harness = company.harness(profile(company, download, "actual", "subscription_name"))
    assert [None] == harness.run("commitments")
    return {family: figures(harness, family, ("account", "commitment_name")) for family in COMMITMENTS}


def test_commitments_are_the_same_from_every_source(company: Company) -> None:
    """A query does not know their names; an export knows the days before its newest run."""
    expected = commitments(company, "cost_details")
    assert expected == commitments(company, "query")
    assert expected == commitments(company, "mca-focus")
    kinds = {dict(key)["commitment_type"] for key in expected[COMMITMENTS[0]]}
    assert {"reservation", "savings_plan"} == kinds
    for key, cost in expected[COMMITMENTS[0]].items():
        named = frozenset((name, value) for name, value in key if name != "currency")
        ratios: dict[frozenset[tuple[str, str]], Fraction] = expected[COMMITMENTS[2]]
        ratio = ratios.get(key, ratios.get(named))
        assert ratio is not None
        assert 0 < ratio < 1
        assert abs(ratio - (1 - expected[COMMITMENTS[1]][key] / cost)) < Fraction(1, 10**9)
