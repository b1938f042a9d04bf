"""Reservations and savings plans, from amortized costs of an export in a directory."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness import ExporterHarness, series

HEADER = "Date,CostInBillingCurrency,BillingCurrencyCode,ChargeType,PricingModel,BenefitId,BenefitName,ReservationId"
PLAN = "/providers/Microsoft.BillingBenefits/savingsPlanOrders/1/savingsPlans/2"
CONFIG = """
cost_management:
  - name: contoso
    usage: {cost: amortized, export: {path: {tmp}/costs}}
"""
Build = Callable[..., ExporterHarness]


@pytest.fixture
def exported(tmp_path: Path, harness_for: Callable[[str], ExporterHarness]) -> Build:
    """Builds an exporter of one export of this month with these rows."""

    def build(*rows: str, kind: str = "AmortizedCost") -> ExporterHarness:
        folder = tmp_path / "costs/20261101-20261130/run"
        folder.mkdir(parents=True)
        (folder / "part_0_0001.csv").write_text("\n".join((HEADER, *rows, "")))
        blob = {"blobName": "costs/20261101-20261130/run/part_0_0001.csv", "dataRowCount": len(rows)}
        manifest = {"blobCount": 1, "blobs": [blob], "exportConfig": {"exportName": "costs", "type": kind}}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        return harness_for(CONFIG)

    return build


def utilization(harness: ExporterHarness) -> dict[tuple[str, str], float]:
    """The ratio of each commitment, by its type and name."""
    found = series(harness.scrape(), "azure_commitment_utilization_ratio")
    return {(dict(key)["commitment_type"], dict(key)["commitment_name"]): ratio for key, ratio in found.items()}


def test_utilization_is_the_used_share(exported: Build) -> None:
    """Purchases and refunds are not amortized costs; costs outside of commitments do not count."""
    harness = exported(
        "11/02/2026,6,EUR,Usage,Reservation,,VM,11111111-0000-0000-0000-000000000001",
        "11/02/2026,2,EUR,UnusedReservation,Reservation,,VM,11111111-0000-0000-0000-000000000001",
        "11/02/2026,300,EUR,Purchase,Reservation,,VM,11111111-0000-0000-0000-000000000001",
        f"11/02/2026,9,EUR,Usage,SavingsPlan,{PLAN},Plan,",
        f"11/02/2026,1,EUR,UnusedSavingsPlan,SavingsPlan,{PLAN},Plan,",
        "11/02/2026,70,EUR,Usage,OnDemand,,,",
    )
    assert [None] == harness.run("commitments")
    assert {("reservation", "VM"): 0.75, ("savings_plan", "Plan"): 0.9} == utilization(harness)
    assert [2.0, 1.0] == list(series(harness.scrape(), "azure_commitment_unused_cost_month_to_date").values())


def test_unused_costs_without_a_name_leave_no_ratio(exported: Build) -> None:
    """They may belong to any commitment of their type; the other type has its ratio, and the cost is there."""
    harness = exported(
        "11/02/2026,6,EUR,Usage,Reservation,,VM,11111111-0000-0000-0000-000000000001",
        "11/02/2026,2,EUR,UnusedReservation,Reservation,,,",
        f"11/02/2026,9,EUR,Usage,SavingsPlan,{PLAN},Plan,",
    )
    assert [None] == harness.run("commitments")
    assert {("savings_plan", "Plan"): 1.0} == utilization(harness)
    assert 2.0 == sum(series(harness.scrape(), "azure_commitment_unused_cost_month_to_date").values())


def test_a_commitment_with_an_unknown_cost_is_absent(exported: Build) -> None:
    """A sum over the other rows would be too small."""
    harness = exported(
        "11/02/2026,6,EUR,Usage,Reservation,,VM,11111111-0000-0000-0000-000000000001",
        "11/03/2026,,EUR,Usage,Reservation,,VM,11111111-0000-0000-0000-000000000001",
        f"11/02/2026,9,EUR,Usage,SavingsPlan,{PLAN},Plan,",
    )
    assert [None] == harness.run("commitments")
    assert {("savings_plan", "Plan"): 1.0} == utilization(harness)


def test_an_export_of_actual_costs_has_no_utilization(exported: Build) -> None:
    """A warning says which export does; the account's costs are not affected, and nothing fails."""
    harness = exported("11/02/2026,6,EUR,Usage,Reservation,,VM,1", kind="ActualCost")
    assert [None] == harness.run("commitments")
    (job,) = (job for job in harness.exporter.jobs if job.collector.name == "commitments")
    collection = harness.exporter.store.collection(job)
    assert collection is not None
    assert 0 == collection.series
    assert "in FOCUS shows utilization" in collection.warnings[0]


def test_an_id_in_two_spellings_is_one_commitment(exported: Build) -> None:
    """Identifiers of Azure are compared without regard to case."""
    plan = f"{PLAN}/abc"
    harness = exported(
        f"11/02/2026,9,EUR,Usage,SavingsPlan,{plan},Plan,",
        f"11/02/2026,1,EUR,UnusedSavingsPlan,SavingsPlan,{plan.upper()},Plan,",
    )
    assert [None] == harness.run("commitments")
    assert {("savings_plan", "Plan"): 0.9} == utilization(harness)
