"""Who may ask Azure Resource Manager for what, and how often."""

from datetime import timedelta
from typing import Any

import pytest

from exporter.simulator.cost_management import faults

from .conftest import Browser, Clock
from .costs import Arm


@pytest.fixture
def arm(browser: Browser) -> Arm:
    return Arm(browser)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/subscriptions/11111111-aaaa-4bbb-8ccc-000000000009", 404, "SubscriptionNotFound"),
        ("/providers/Microsoft.Billing/billingAccounts/1", 401, "401"),
        ("/providers/Microsoft.Management/managementGroups/other", 403, "AuthorizationFailed"),
        ("{subscription}/resourceGroups/none", 404, "ResourceGroupNotFound"),
        ("{sponsored}", 400, "400"),
    ],
)
def test_a_foreign_scope_has_its_own_refusal(arm: Arm, path: str, status: int, code: str) -> None:
    """Which of them tells what kind of scope it is."""
    answer = arm.post(path.format(**vars(arm.azure)), "query", arm.body())
    assert (status, code) == (answer.status_code, answer.json()["error"]["code"])


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        ("Unauthorized", 401, "401"),
        ("RBACAccessDenied", 403, "RBACAccessDenied"),
        ("AuthorizationFailed", 403, "AuthorizationFailed"),
        ("IndirectCostDisabled", 403, "IndirectCostDisabled"),
    ],
)
def test_a_principal_without_a_role(arm: Arm, refusal: Any, status: int, code: str) -> None:
    """The errors of a missing role, of ARM and of Cost Management."""
    arm.sim.switches.cost_management_refusal = refusal
    answer = arm.post(arm.azure.subscription, "query", arm.body())
    assert (status, code) == (answer.status_code, answer.json()["error"]["code"])


def test_a_token_of_another_kind_is_refused(arm: Arm, browser: Browser) -> None:
    """None, one of another tenant's program, one for storage; each with the body of ARM."""
    path = f"{arm.azure.subscription}/providers/Microsoft.CostManagement/dimensions?api-version=2025-03-01"
    codes = [
        browser.get(path, token).json()["error"]["code"]
        for token in (None, browser.program_token(), arm.token("https://storage.azure.com"))
    ]
    assert ["AuthenticationFailed", "InvalidAuthenticationToken", "InvalidAuthenticationToken"] == codes
    arm.sim.switches.token_lifetime = 0
    answer = browser.get(path, arm.token())
    assert (401, "ExpiredAuthenticationToken") == (answer.status_code, answer.json()["error"]["code"])


def test_programs_without_a_name_share_a_bucket(arm: Arm) -> None:
    """429 without ClientType, and not with it; no Retry-After."""
    arm.sim.switches.cost_management_client_type_required = True
    answer = arm.post(arm.azure.subscription, "query", arm.body())
    assert (429, "3") == (
        answer.status_code,
        answer.headers["x-ms-ratelimit-microsoft.costmanagement-clienttype-retry-after"],
    )
    assert "Retry-After" not in answer.headers
    named = arm.post(arm.azure.subscription, "query", arm.body(), headers={"ClientType": "some-exporter"})
    assert 200 == named.status_code


def test_quotas_are_told_and_enforced(arm: Arm, clock: Clock) -> None:
    """Good answers state what is left; enforced, the thirteenth unit in ten seconds is refused."""
    arm.sim.switches.cost_management_quota_enforced = True
    clock.now += timedelta(days=1)
    answers = [arm.post(arm.azure.resource_group, "query", arm.body("None")) for _ in range(13)]
    left = "x-ms-ratelimit-microsoft.costmanagement-qpu-remaining"
    assert "QueriesPerHour:599,QueriesPerMin:59,QueriesPer10Sec:11" == answers[0].headers[left]
    assert [200] * 12 + [429] == [answer.status_code for answer in answers]
    assert "11" == answers[-1].headers["x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after"]
    clock.now += timedelta(seconds=11)
    assert 200 == arm.post(arm.azure.resource_group, "query", arm.body("None")).status_code


def test_throttling_can_be_scripted(arm: Arm) -> None:
    """429 without a wait, with several, and of the other provider."""
    scripted = (faults.throttled(), faults.throttled_several(41), faults.throttled_consumption(30))
    arm.sim.faults.script("query", *scripted)
    answers = [arm.post(arm.azure.subscription, "query", arm.body()) for _ in scripted]
    assert [429] * 3 == [answer.status_code for answer in answers]
    waits = [{name for name in answer.headers if name.lower().endswith("retry-after")} for answer in answers]
    assert [0, 4, 2] == [len(names) for names in waits]


@pytest.mark.parametrize(("kind", "waits"), [("bare", 0), ("client_type", 1), ("several", 4), ("consumption", 2)])
def test_throttling_can_be_switched_on(arm: Arm, kind: Any, waits: int) -> None:
    """For every request until it is switched off."""
    arm.sim.switches.cost_management_throttled = kind
    answers = [arm.post(arm.azure.subscription, "query", arm.body()) for _ in range(2)]
    assert [429] * 2 == [answer.status_code for answer in answers]
    assert {waits} == {sum("retry-after" in name.lower() for name in answer.headers) for answer in answers}
