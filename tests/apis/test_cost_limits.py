"""Throttling as Azure answers it, quotas, and the budget of requests that accounts share."""

from datetime import timedelta

import pytest

from exporter.errors import RateLimited
from exporter.runtime.schedule import after_failure
from exporter.simulator.cost_management.faults import throttled_several
from exporter.simulator.server.faults import Status
from exporter.simulator.storage.faults import storage_error
from tests.apis.company import Company, total
from tests.harness import NOON, series, value

COST = "azure_cost_month_to_date"
THROTTLED = "azure_billing_exporter_api_throttled_seconds_total"
QUOTA = "azure_billing_exporter_api_quota_remaining"
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("kind", ["bare", "client_type", "several", "consumption", "arm"])
@pytest.mark.parametrize("report", ["usage", "budgets", "forecast"])
def test_a_throttled_report_waits_for_a_minute_at_least(company: Company, kind: str, report: str) -> None:
    """Also where no wait is stated, or a shorter one; the run sends no second request."""
    harness = company.harness(company.account(scope=company.simulator.world.azure.subscription))
    company.simulator.switches.cost_management_throttled = kind  # type: ignore[assignment]
    failure = harness.failure(report)
    assert isinstance(failure, RateLimited)
    assert MINUTE <= after_failure(failure, 1, timedelta(hours=12), chance=0)
    assert 1 == company.sent("/providers/")
    assert value(harness.scrape(), THROTTLED, api="cost_management") == 60
    company.simulator.switches.cost_management_throttled = ""
    assert [None] == harness.run(report)


def test_the_longest_of_several_waits_counts(company: Company) -> None:
    """If it is longer than a minute."""
    harness = company.harness(company.account(usage={"download": "query", "labels": ["meter_category"]}))
    company.simulator.faults.script("CostManagement/query", throttled_several(longest=341))
    failure = harness.failure("usage")
    assert isinstance(failure, RateLimited)
    assert timedelta(seconds=341) == after_failure(failure, 1, timedelta(hours=12), chance=0)


def test_storage_has_no_such_wait(company: Company) -> None:
    """A busy account answers within the same run."""
    harness = company.harness(company.exported("focus-daily"))
    company.simulator.blob_faults.script("/exports", storage_error("ServerBusy", NOON), Status(429))
    assert [None] == harness.run("usage")
    assert max(harness.stopped.waits) < 10


def test_what_is_left_of_the_quotas_is_a_metric(company: Company) -> None:
    """As the last answer stated it, by quota; absent where none is stated."""
    account = company.account(scope=company.simulator.world.azure.subscription)
    harness = company.harness(account)
    assert [None] == harness.run("usage")
    labels = {"account": "contoso", "api": "cost_management"}
    found = {dict(key)["quota"]: left for key, left in series(harness.scrape(), QUOTA, **labels).items()}
    assert {"entity": 3, "tenant": 19} == {name: found[name] for name in ("entity", "tenant")}
    assert 500 < found["qpu_per_hour"] < 600
    assert found["qpu_per_minute"] < 60
    company.simulator.switches.cost_management_quota_headers = False
    silent = company.harness(account)
    assert [None] == silent.run("usage")
    assert {} == series(silent.scrape(), QUOTA, **labels)


def test_accounts_of_a_tenant_share_a_budget_of_requests(company: Company) -> None:
    """The first request needs no wait; each of the following waits for its turn at the smallest of the rates."""
    azure = company.simulator.world.azure
    harness = company.harness(
        company.account(requests_per_hour=12),
        company.account(name="shop", scope=azure.subscription, requests_per_hour=300),
    )
    harness.run("forecast")
    waits = [wait for wait in harness.stopped.waits if wait > 10]
    assert 2 == company.sent("/forecast")
    assert len(waits) == 1
    assert 290 < waits[0] <= 300


def test_a_named_program_has_a_quota_of_its_own(company: Company) -> None:
    """Programs without the header `ClientType` share one that others have used up."""
    company.simulator.switches.cost_management_client_type_required = True
    azure = company.simulator.world.azure
    harness = company.harness(company.account(), company.account(name="shop", scope=azure.subscription))
    assert [None, None] == harness.run("usage")
    assert [None, None] == harness.run("forecast")
    assert total(harness, COST)


def test_the_name_of_the_program_is_sent(company: Company) -> None:
    """As configured."""
    assert [None] == company.harness(company.account(client_type="finops-exporter")).run("forecast")
    sent = {request.headers.get("clienttype") for request in company.simulator.received if "/forecast" in request.path}
    assert {"finops-exporter"} == sent
