"""What responses state about quotas."""

from collections.abc import Callable

import pytest

from exporter.transport.quotas import remaining
from tests.harness import Answer, CannedService, ExporterHarness, value
from tests.transport.sessions import Observer, session

QPU = "x-ms-ratelimit-microsoft.costmanagement-qpu-remaining"
CLIENT_TYPE = "x-ms-ratelimit-remaining-microsoft.costmanagement-clienttype-requests"


@pytest.mark.parametrize(
    ("headers", "quotas"),
    [
        ({QPU: "QueriesPerHour:577,QueriesPerMin:59"}, {"qpu_per_hour": 577, "qpu_per_minute": 59}),
        ({QPU.upper(): " queriesperhour:0 , QueriesPer10Sec:12"}, {"qpu_per_hour": 0, "qpu": 12}),
        ({CLIENT_TYPE: "DefaultQuota:3"}, {"clienttype": 3}),
        ({CLIENT_TYPE: "One:7,Two:5,Three:9"}, {"clienttype": 5}),
        ({CLIENT_TYPE: "DefaultQuota:-1,DefaultQuota:,DefaultQuota:1e9,3,\u0663:\u0663"}, {}),
        ({"x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after": "45"}, {}),
        ({"x-ms-ratelimit-microsoft.costmanagement-qpu-consumed": "1"}, {}),
        ({"x-ms-ratelimit-remaining-microsoft.costmanagement-invented-requests": "DefaultQuota:3"}, {}),
        ({}, {}),
    ],
)
def test_what_is_left_is_read_by_known_names_alone(headers: dict[str, str], quotas: dict[str, float]) -> None:
    """A server can't make up any number of series; the smallest of several values counts."""
    assert quotas == remaining(headers)


def test_the_observer_gets_what_a_response_states(canned: CannedService) -> None:
    """Of a success and of a refusal; a response that states nothing changes nothing."""
    canned.answer(
        "/report", Answer(b"x", headers={CLIENT_TYPE: "DefaultQuota:3"}), Answer(b"x"),
        Answer(status=429, headers={CLIENT_TYPE: "DefaultQuota:0", "Retry-After": "1"}), Answer(b"x"),
    )  # fmt: skip
    observer = Observer()
    account = session(canned.url, observer)
    for _ in range(3):
        account.get("report")
    assert [{"clienttype": 3}, {"clienttype": 0}] == observer.quotas


def test_what_is_left_is_a_metric_of_the_account(
    canned: CannedService, harness_for: Callable[[str], ExporterHarness]
) -> None:
    """The last response that stated it counts."""
    path = "/v2/enrollments/100/billingperiods"
    canned.answer(path, Answer(status=403, headers={QPU: "QueriesPerMin:9"}), Answer(status=403))
    harness = harness_for(f'ea: [{{name: contoso, enrollment: "100", api_key: k, base_url: "{canned.url}"}}]')
    harness.failure("billingperiods")
    harness.failure("billingperiods")
    labels = {"api": "ea", "account": "contoso", "quota": "qpu_per_minute"}
    assert 9 == value(harness.scrape(), "azure_billing_exporter_api_quota_remaining", **labels)


@pytest.mark.parametrize(
    ("header", "text", "expected"),
    [
        ("x-ms-ratelimit-remaining-subscription-reads", "11999", {"subscription_reads": 11999}),
        ("x-ms-ratelimit-remaining-tenant-reads", "12", {"tenant_reads": 12}),
        ("x-ms-ratelimit-remaining-subscription-resource-requests", "1099", {"subscription_resource_requests": 1099}),
        ("RateLimit-Remaining", "7", {"requests": 7}),
        ("RateLimit-Remaining", "many", {}),
        ("x-ms-ratelimit-remaining-anything-else", "1", {}),
    ],
)
def test_quotas_of_azure_resource_manager_are_read(header: str, text: str, expected: dict[str, float]) -> None:
    """And the header that others send; nothing else becomes a name."""
    assert expected == remaining({header: text})
