"""Refused parts of a per-application report are absent; the rest is published."""

from pathlib import Path

import pytest

from exporter.simulator import Simulator
from exporter.transport.retry import ATTEMPTS
from tests.apis.b2c_tenant import LOGIN as LOGINS
from tests.apis.b2c_tenant import Row, Tenant
from tests.harness import Answer, CannedService, series

SHOP, APP = "11111111-2222-4333-8444-00000000000a", "11111111-2222-4333-8444-00000000000b"
REFUSED = {
    status: Answer({"error": {"code": code, "message": "No."}}, status)
    for status, code in ((400, "Request_UnsupportedQuery"), (403, "Denied"), (404, "Request_ResourceNotFound"))
}


@pytest.fixture
def tenant(simulator: Simulator, canned: CannedService, tmp_path: Path) -> Tenant:
    """Two applications, Shop and one without a name."""
    return Tenant(simulator, canned, tmp_path, f"applications: [{{id: {SHOP}, name: Shop}}, {{id: {APP}}}],")


def row(count: int) -> Row:
    return {
        "StartTimeStamp": "2026-11-01T03:12:44Z",
        "AuthenticationCount": count,
        "AuthFlowTypeBreakDown": {"a": count},
    }


def test_a_refused_filter_leaves_the_thirty_days(tenant: Tenant) -> None:
    """The combined filter may not be supported: the month is absent, with a warning for each application."""
    tenant.answer(LOGINS, REFUSED[400], [row(4)], REFUSED[400], [row(4)])
    assert tenant.run(LOGINS) is None
    samples, name = tenant.scrape(), "azure_b2c_application_authentications"
    assert {} == series(samples, f"{name}_month_to_date")
    assert [4, 4] == list(series(samples, f"{name}_trailing_30d").values())
    text = "no figures for this month: refused with 400 Request_UnsupportedQuery"
    assert f"application Shop ({SHOP}): {text}\napplication {APP}: {text}" == tenant.warnings(LOGINS)


@pytest.mark.parametrize("status", REFUSED)
def test_one_refused_application_leaves_the_others(tenant: Tenant, status: int) -> None:
    """Its figures are removed when the second run is refused as well, and later runs succeed."""
    tenant.answer(LOGINS, [row(90)], [row(90)], [row(4)], [row(4)])
    assert tenant.run(LOGINS) is None
    refused = [REFUSED[status]] * 2
    tenant.answer(LOGINS, *refused, [row(4)], [row(4)])
    failure = tenant.failure(LOGINS)
    assert "emptied" == failure.reason
    for _ in range(3):
        tenant.answer(LOGINS, *refused, [row(4)], [row(4)])
        assert tenant.run(LOGINS) is None
    shown = series(tenant.scrape(), "azure_b2c_application_authentications_trailing_30d")
    assert [(APP, 4)] == [(dict(labels)["application"], count) for labels, count in shown.items()]


def test_where_everything_is_refused_the_run_fails(tenant: Tenant) -> None:
    """With the first refusal."""
    tenant.answer(LOGINS, REFUSED[404])
    failure = tenant.failure(LOGINS)
    assert ("not_found", True) == (failure.reason, "Request_ResourceNotFound: No." in str(failure))


def test_what_concerns_the_account_fails_the_run(tenant: Tenant) -> None:
    """An invalid token is not the refusal of one query."""
    tenant.answer(LOGINS, [row(4)], Answer(b"", 401))
    failure = tenant.failure(LOGINS)
    assert "unauthorized" == failure.reason


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(Answer(b"", 500), "server_error"), (Answer(b"<html>"), "malformed"), (Answer({}), "malformed")],
    ids=["500", "html", "empty"],
)
def test_an_application_that_always_fails_leaves_the_others(tenant: Tenant, answer: Answer, reason: str) -> None:
    """Once its published figures were given up by two runs; where all fail, the run does."""
    tenant.stopped.skip_waits = True
    attempts = ATTEMPTS if answer.status == 500 else 1
    tenant.answer(LOGINS, *[answer] * 2 * attempts, [row(4)], [row(4)])
    assert tenant.run(LOGINS) is None
    samples = series(tenant.scrape(), "azure_b2c_application_authentications_month_to_date")
    assert [(APP, 4)] == [(dict(labels)["application"], count) for labels, count in samples.items()]
    assert f"application Shop ({SHOP}): no figures for this month: failed with {reason}" in tenant.warnings(LOGINS)
    tenant.answer(LOGINS, answer)
    failure = tenant.failure(LOGINS)
    assert reason == failure.reason
