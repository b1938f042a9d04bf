"""Exports that are set up at a scope, and their newest runs."""

from typing import Any

import pytest

from exporter.apis.cost_management.collectors import Exports
from exporter.errors import Malformed
from tests.apis.cost_scopes import SUBSCRIPTION, Collected, ScopeHarness
from tests.harness import Answer, CannedService

LIST = f"{SUBSCRIPTION}/providers/Microsoft.CostManagement/exports"
TIME = "azure_cost_export_last_run_timestamp_seconds"
SUCCESS = "azure_cost_export_last_run_success"
NOON_20 = 1795176000.0


def run(status: str, submitted: str = "2026-11-20T12:00:00.0000000Z") -> dict[str, Any]:
    return {"id": "x", "name": "x", "properties": {"status": status, "submittedTime": submitted}}


def export(name: str, *runs: object) -> dict[str, Any]:
    return {"id": f"{LIST}/{name}", "name": name, "properties": {"format": "Csv", "runHistory": {"value": runs}}}


def collected(canned: CannedService, *exports: object) -> Collected:
    canned.answer(LIST, Answer({"value": exports}))
    return ScopeHarness(canned).collect(Exports)


@pytest.mark.parametrize(
    ("status", "success"),
    [("Completed", 1), ("NewDataNotAvailable", 1), ("Failed", 0), ("Timeout", 0), ("InProgress", None), ("Else", None)],
)
def test_a_run_has_ended_well_or_not_or_is_not_over(canned: CannedService, status: str, success: int | None) -> None:
    """No new data is no failure; what is not over, or not documented, is absent."""
    found = collected(canned, export("daily", run(status)))
    assert {("daily",): NOON_20} == found.samples[TIME]
    assert ({} if success is None else {("daily",): success}) == found.samples[SUCCESS]


def test_the_newest_run_counts(canned: CannedService) -> None:
    """In whatever order they are listed."""
    found = collected(canned, export("daily", run("Failed", "2026-11-19T12:00:00Z"), run("Completed")))
    assert {("daily",): 1} == found.samples[SUCCESS]


def test_an_export_that_has_never_run_has_no_run(canned: CannedService) -> None:
    """Nor is it a failure."""
    found = collected(canned, export("new"), {"id": "x", "name": "newer", "properties": {}})
    assert {TIME: {}, SUCCESS: {}} == {name: found.samples[name] for name in (TIME, SUCCESS)}


def test_the_newest_run_is_requested(canned: CannedService) -> None:
    """It is in the list only then."""
    collected(canned)
    assert "$expand=runHistory" in canned.received[0][0]


def test_another_answer_is_malformed(canned: CannedService) -> None:
    """Such as a list without names."""
    with pytest.raises(Malformed):
        collected(canned, {"id": "x"})
