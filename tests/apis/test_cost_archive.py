"""What is published outlasts restarts, overwritten exports, and answers that lost rows."""

from datetime import timedelta

import pytest

from exporter.errors import Reason, Transient
from exporter.simulator.server.faults import Status
from tests.apis.company import Company, figures, total
from tests.harness import ExporterHarness

COST, PREVIOUS = "azure_cost_month_to_date", "azure_cost_previous_month"
USAGE = {"labels": ["subscription_name"]}
REPORTS = ("usage", "usage_previous_month", "budgets", "forecast")


def again(company: Company, harness: ExporterHarness) -> ExporterHarness:
    """The same exporter after a restart."""
    harness.exporter.stop()
    return ExporterHarness(company.directory / "config.yaml", company.clock).without_waiting()


@pytest.mark.parametrize("download", ["query", "cost_details"])
def test_a_restart_publishes_what_was_there(company: Company, download: str) -> None:
    """Without a request."""
    harness = company.harness(company.account(usage={**USAGE, "download": download}))
    for report in REPORTS:
        assert [None] == harness.run(report)
    company.simulator.received.clear()
    restarted = again(company, harness)
    assert [] == company.simulator.received
    published = harness.exporter.store.current.body
    assert published == restarted.exporter.store.current.body
    assert total(restarted, COST)


@pytest.mark.parametrize("name", ["ea-actual", "ea-legacy", "focus-daily"])
def test_an_unchanged_run_costs_one_list(company: Company, name: str) -> None:
    """Also after a restart; the next run of the export is read."""
    harness = company.harness(company.exported(name, **USAGE))
    assert [None, None] == harness.run("usage") + harness.run("usage_previous_month")
    before = figures(harness, COST)
    for restart in (False, True):
        reader = again(company, harness) if restart else harness
        for report in ("usage", "usage_previous_month"):
            company.simulator.blob_received.clear()
            assert [None] == reader.run(report)
            assert len(company.simulator.blob_received) == (1 if report == "usage" else 0)
        assert before == figures(reader, COST)
    company.clock.advance(timedelta(days=1))
    assert [None] == reader.run("usage")
    assert (total(reader, COST) or 0) > sum(before.values())


def test_an_account_of_another_scope_starts_with_nothing(company: Company) -> None:
    """Its figures would be others, although it has the same name."""
    azure = company.simulator.world.azure
    harness = company.harness(company.account(scope=azure.subscription))
    assert [None] == harness.run("usage")
    storage = company.directory / f"storage-{company.built}"
    other = company.config(cost_management=[company.account(scope=azure.resource_group)])
    other.write_text(other.read_text().replace(f"storage-{company.built}", storage.name))
    assert {} == figures(ExporterHarness(other, company.clock), COST)


def test_a_run_that_is_overwritten_once_is_read_from_the_next_list(company: Company) -> None:
    """Before the first row has been read, the files are listed again."""
    harness = company.harness(company.exported("focus-daily", **USAGE))
    company.simulator.switches.storage_overwrites = 1
    assert [None] == harness.run("usage")
    undisturbed = company.harness(company.exported("focus-daily", **USAGE))
    assert [None] == undisturbed.run("usage")
    assert figures(undisturbed, COST) == figures(harness, COST)


def test_a_run_that_is_overwritten_again_and_again_is_read_later(company: Company) -> None:
    """What is published stays; the failure passes."""
    harness = company.harness(company.exported("focus-daily", **USAGE))
    assert [None] == harness.run("usage")
    before = figures(harness, COST)
    company.clock.advance(timedelta(hours=22))
    company.simulator.switches.storage_overwrites = 100
    failure = harness.failure("usage")
    assert isinstance(failure, Transient)
    assert "a new run of the export is probably replacing it" in str(failure)
    assert before == figures(harness, COST)
    company.simulator.switches.storage_overwrites = 0
    assert [None] == harness.run("usage")
    assert before != figures(harness, COST)


def test_a_run_that_vanishes_between_its_parts_publishes_nothing_of_it(company: Company) -> None:
    """Rows of two runs are never added up."""
    harness = company.harness(company.exported("focus-daily", **USAGE))
    company.simulator.switches.storage_rows_per_part = 100
    company.simulator.blob_faults.script("part_2_", Status(404), times=None)
    failure = harness.failure("usage")
    assert isinstance(failure, Transient)
    assert {} == figures(harness, COST)
    company.simulator.blob_faults.clear()
    assert [None] == harness.run("usage")


@pytest.mark.parametrize("name", ["ea-actual", "focus-daily"])
def test_an_export_that_lost_its_rows_is_believed_the_second_time(company: Company, name: str) -> None:
    """A run without data after one of the same month with data: first a failure, then the truth."""
    harness = company.harness(company.exported(name, **USAGE))
    assert [None] == harness.run("usage")
    before = figures(harness, COST)
    company.simulator.switches.storage_empty_run = True
    company.clock.advance(timedelta(hours=18))
    assert Reason.EMPTIED == harness.failure("usage").reason
    assert before == figures(harness, COST)
    assert [None] == harness.run("usage")
    assert {} == figures(harness, COST)


@pytest.mark.parametrize("download", ["query", "cost_details"])
def test_costs_that_are_withdrawn_are_believed_the_second_time(company: Company, download: str) -> None:
    """The budgets of the account go with them."""
    budgets = [{"name": "all", "amount": 5000}]
    harness = company.harness(company.account(usage={**USAGE, "download": download}, budgets=budgets))
    assert [None] == harness.run("usage")
    company.simulator.switches.cost_management_empty = True
    assert Reason.EMPTIED == harness.failure("usage").reason
    assert total(harness, COST)
    assert [None] == harness.run("usage")
    assert {} == figures(harness, COST) | figures(harness, "azure_billing_budget_spent")
