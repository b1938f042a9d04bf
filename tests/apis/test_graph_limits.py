"""The limit of Microsoft Graph on reports: 5 requests in 10 seconds for each application and tenant."""

from collections.abc import Callable

import pytest

from exporter.apis.b2c.settings import Settings
from exporter.simulator import Simulator
from tests.harness import Answer, CannedService, ExporterHarness

LOG, USERS = "b2cAuthenticationCountSummary", "tenantUserCount"
EMPTY = Answer({"value": []})
Build = Callable[..., ExporterHarness]


@pytest.fixture
def harness(simulator: Simulator, canned: CannedService, harness_for: Build) -> ExporterHarness:
    """Three accounts: two of one application, in two spellings, and one of another application."""
    world = simulator.world.b2c
    canned.answer("/v1.0/auditLogs/directoryAudits", EMPTY)
    canned.answer("/v1.0/users", Answer({"value": [{"id": "1", "userType": "Guest"}]}))

    def account(name: str, tenant: str, source: str) -> str:
        return (
            f'{{name: {name}, tenant: {tenant}, client_id: {world.client_id}, client_secret: "{world.client_secret}", '
            f'source: {source}, base_url: "{canned.url}", resource: "https://graph.windows.net", '
            f'authority: "{simulator.url}", ca_file: "{simulator.ca_file}", users: {{delta: never}}}}'
        )

    accounts = [
        account("one", world.tenant, "microsoft_graph"),
        account("two", world.tenant.upper(), "microsoft_graph"),
        account("other", world.tenant_id, "microsoft_graph"),
    ]
    return harness_for(f"b2c: [{', '.join(accounts)}]").without_waiting()


def test_accounts_of_one_application_and_tenant_take_turns(harness: ExporterHarness, canned: CannedService) -> None:
    """Without a burst: no 10 seconds have more than 5 requests of them, whichever account sends them."""
    assert [None] * 3 == harness.run(LOG)
    waits, sent = harness.stopped.waits, len(canned.received)
    shared = sent * 2 // 3
    assert sent == len(waits)
    assert all(wait > 10 / 5 * number for number, wait in enumerate(waits[1:shared], 1))
    assert 0 == waits[shared]


def test_users_do_not_wait_for_the_audit_log(harness: ExporterHarness) -> None:
    """They have a limit of their own."""
    assert [None] * 3 == harness.run(USERS)
    assert [] == harness.stopped.waits


@pytest.mark.parametrize("source", ["microsoft_graph", "user_insights"])
def test_the_budget_is_that_of_application_and_tenant(source: str) -> None:
    """Usage reports of Azure AD Graph have none."""
    keys = {"tenant": "T.example", "client_id": "00000000-0000-0000-0000-00000000000A", "client_secret": "s"}
    budget = Settings.model_validate(keys | {"source": source}).request_budget
    assert budget
    assert "application 00000000-0000-0000-0000-00000000000a in t.example" == budget.key
    assert (27 * 60, 1) == (budget.per_hour, budget.at_once)
    assert None is Settings.model_validate(keys | {"source": "azure_ad_graph"}).request_budget
