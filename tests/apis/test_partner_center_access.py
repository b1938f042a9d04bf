"""Partner Center: refusals, required sign-ins, correlation ids, and expiry of the credentials."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.apis.partner_center.settings import Settings
from exporter.commands.simulate import write_config
from exporter.config import load
from exporter.errors import SignInRequired
from exporter.simulator import Simulator
from exporter.simulator.partner_center.faults import error as partner_center_error
from exporter.simulator.partner_center.faults import throttled as partner_center_throttled
from exporter.simulator.server.faults import Fault
from tests.apis.conftest import collection, failure
from tests.harness import ExporterHarness, series, value

COMPLIANT = "partner_center_mfa_compliant"
EXPIRY = "azure_billing_exporter_credential_expiry_timestamp_seconds"


def refusal(harness: ExporterHarness) -> str:
    found = failure(harness)
    assert isinstance(found, SignInRequired)
    return str(found)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            ("900420", "The audience is invalid."),
            "Partner Center accepts only tokens whose audience is its own address",
        ),
        (("900421", "Unauthorized - MFA required"), "Partner Center demands multi-factor authentication"),
        (("10001", "Authentication failed. MFA required."), "Partner Center demands multi-factor authentication"),
    ],
)
def test_a_token_that_requires_another_sign_in_is_reported(
    simulator: Simulator, harness: ExporterHarness, fault: tuple[str, str], words: str
) -> None:
    """With Microsoft's code and text, the command and the correlation id, and counted by its reason."""
    simulator.faults.script("usagerecords", partner_center_error(401, *fault), times=2)
    reported = refusal(harness)
    sent = simulator.received[-1].headers["ms-correlationid"]
    assert reported.startswith(words)
    assert f"401 {fault[0]}: {fault[1]}" in reported
    command = "interactive sign-in required: azure-billing-exporter login contoso-csp --config.file=…"
    assert reported.endswith(f"{command} [MS-CorrelationId {sent}]")
    labels = {"account": "contoso-csp", "collector": "usagerecords", "reason": "sign_in_required"}
    assert 1 == value(harness.scrape(), "azure_billing_exporter_collector_failures_total", **labels)


@pytest.mark.parametrize(
    "fault", [partner_center_error(403, "2032", "Forbidden."), partner_center_throttled(3600)], ids=["403", "429"]
)
def test_every_failure_names_the_correlation_id_of_its_request(
    simulator: Simulator, harness: ExporterHarness, fault: Fault
) -> None:
    """A user can give it to Microsoft's support."""
    simulator.faults.script("usagerecords", fault)
    text = str(failure(harness))
    assert f"[MS-CorrelationId {simulator.received[-1].headers['ms-correlationid']}]" in text
    assert "interactive sign-in required" not in text


def test_request_ids_last_for_one_request_with_its_retries(
    simulator: Simulator, harness: ExporterHarness, waits: list[float]
) -> None:
    """The same on a retry; the next page has its own."""
    simulator.switches.partner_center_page_size = 13
    simulator.faults.script("usagerecords", partner_center_error(500))
    assert [None] == harness.run("usagerecords")
    first, again, second = (r.headers for r in simulator.received if r.path.endswith("usagerecords"))
    assert first["ms-requestid"] == again["ms-requestid"] != second["ms-requestid"]
    assert first["ms-correlationid"] != second["ms-correlationid"]


def test_the_reported_mfa_of_the_token_is_published(
    simulator: Simulator, harness: ExporterHarness, tmp_path: Path
) -> None:
    """1 and 0 as it answers `ValidateMfa`, on whichever page."""
    simulator.switches.partner_center_page_size = 7
    harness.run("usagerecords")
    assert 1 == value(harness.scrape(), COMPLIANT, account="contoso-csp")
    simulator.switches.partner_center_enforce_mfa = simulator.switches.token_mfa = False
    harness = ExporterHarness(write_config(simulator, tmp_path))
    harness.run("usagerecords")
    assert 0 == value(harness.scrape(), COMPLIANT, account="contoso-csp")
    warning, of_the_credential = collection(harness).warnings
    assert "does not prove multi-factor authentication" in of_the_credential
    assert warning.endswith("sign in again: azure-billing-exporter login contoso-csp --config.file=…")
    records = value(
        harness.scrape(), "azure_billing_exporter_collector_records", account="contoso-csp", collector="usagerecords"
    )
    assert 25 == records


def test_without_an_answer_about_mfa_nothing_is_published_of_it(simulator: Simulator, harness: ExporterHarness) -> None:
    """Absent is not zero."""
    simulator.switches.partner_center_mfa_header = False
    assert [None] == harness.run("usagerecords")
    assert {} == series(harness.scrape(), COMPLIANT)


def test_the_refresh_tokens_expiry_is_published_and_survives_a_restart(
    simulator: Simulator, harness: ExporterHarness, tmp_path: Path
) -> None:
    """90 days after its last use; the EA key contains its own."""
    assert {} == series(harness.scrape(), EXPIRY, credential="refresh_token")
    before = time.time()
    harness.run("usagerecords")
    ends = value(harness.scrape(), EXPIRY, account="contoso-csp", credential="refresh_token")
    assert before <= ends - 90 * 86_400 <= time.time()
    restarted = ExporterHarness(write_config(simulator, tmp_path))
    assert ends == value(restarted.scrape(), EXPIRY, account="contoso-csp", credential="refresh_token")
    assert 1 == len(series(restarted.scrape(), EXPIRY, account="contoso-ea", credential="api_key"))


def test_an_expiry_that_is_not_known_any_more_disappears(
    simulator: Simulator, harness: ExporterHarness, tmp_path: Path
) -> None:
    """The key file now contains a key without an expiry."""
    assert 1 == len(series(harness.scrape(), EXPIRY, credential="api_key"))
    (tmp_path / "ea").write_text("no-token")
    harness.run("usagedetails")
    assert {} == series(harness.scrape(), EXPIRY, credential="api_key")


TENANT = "pedalwerkepartner.onmicrosoft.com"
CLOUD = """
partner_center:
  - {tenant: t.example, client_id: 00000000-0000-0000-0000-000000000000, client_secret: s, %s}
"""


@pytest.mark.parametrize(
    ("keys", "base_url", "authority"),
    [
        ("cloud: global", "https://api.partnercenter.microsoft.com", "https://login.microsoftonline.com"),
        ("cloud: usgov", "https://api.partnercenter.microsoft.com", "https://login.microsoftonline.us"),
        (
            "cloud: china",
            "https://partner.partnercenterapi.microsoftonline.cn",
            "https://login.partner.microsoftonline.cn",
        ),
        (
            "cloud: china, base_url: 'https://x.example'",
            "https://x.example",
            "https://login.partner.microsoftonline.cn",
        ),
    ],
)
def test_a_cloud_sets_its_addresses(tmp_path: Path, keys: str, base_url: str, authority: str) -> None:
    """An address that is given wins; the scope is the cloud's own API."""
    file = tmp_path / "config.yaml"
    file.write_text(CLOUD % keys)
    ((_, account),) = load(file).accounts()
    assert isinstance(account, Settings)
    assert (base_url, f"{authority}/t.example") == (account.base_url, account.tenant_authority)
    host = "partner.partnercenterapi.microsoftonline.cn" if "china" in keys else "api.partnercenter.microsoft.com"
    assert f"https://{host}/user_impersonation" == account.scope


def test_without_any_token_the_exporter_runs_and_reports_that_a_sign_in_is_required(
    simulator: Simulator, harness_for: Callable[[str], ExporterHarness]
) -> None:
    """A configured refresh token is not needed."""
    addresses = f'authority: "{simulator.url}/{TENANT}", ca_file: "{simulator.ca_file}"'
    harness = harness_for(CLOUD % addresses)
    assert "nobody has signed in yet" in refusal(harness)
