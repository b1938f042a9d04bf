"""Accounts of the configuration: how they sign in, where requests are sent, and what their usage costs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.apis.b2c.settings import Settings
from exporter.config import load
from exporter.simulator import Simulator
from exporter.simulator.login.assertions import FEDERATED_AUDIENCE, Federation
from tests.auth.credentials import assertion, certificate_pem, pem, pfx, public_pem
from tests.harness import ExporterHarness, series, value

USERS, MFA = "tenantUserCount", "b2cMfaRequestCountSummary"
GLOBAL, USGOV = "https://login.microsoftonline.com", "https://login.microsoftonline.us"
CHINA = "https://login.partner.microsoftonline.cn"
Build = Callable[..., ExporterHarness]


def account(simulator: Simulator, more: str) -> str:
    world = simulator.world.b2c
    return f"""
b2c:
  - {{tenant: {world.tenant}, client_id: {world.client_id}, {more}, source: azure_ad_graph,
     base_url: "{simulator.url}", authority: "{simulator.url}", ca_file: "{simulator.ca_file}"}}"""


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        (lambda: pem("hush"), "certificate_file: {tmp}/credential, certificate_passphrase: hush"),
        (lambda: pfx("hush"), "certificate_file: {tmp}/credential, certificate_passphrase: hush"),
        (
            lambda: assertion(
                {"iss": "https://cluster.example", "sub": "exporter", "aud": FEDERATED_AUDIENCE}
            ).encode(),
            "client_assertion_file: {tmp}/credential",
        ),
    ],
    ids=["pem", "pfx", "assertion"],
)
def test_an_account_signs_in_without_a_secret(
    simulator: Simulator, harness_for: Build, tmp_path: Path, content: Callable[[], bytes], keys: str
) -> None:
    """By certificate, PEM or PFX, or by a federated assertion."""
    client = simulator.world.b2c.client_id
    simulator.assertions.trust_certificate(client, certificate_pem())
    simulator.assertions.trust_issuer(client, Federation("https://cluster.example", "exporter", public_pem()))
    (tmp_path / "credential").write_bytes(content())  # an assertion is valid for minutes
    harness = harness_for(account(simulator, keys))
    assert [None] == harness.run(USERS)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("", (GLOBAL, "https://graph.microsoft.com", "https://graph.microsoft.com")),
        ("cloud: usgov", (USGOV, "https://graph.microsoft.us", "https://graph.microsoft.us")),
        (
            "cloud: china, source: user_insights",
            (CHINA, "https://microsoftgraph.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"),
        ),
        ("source: azure_ad_graph", (GLOBAL, "https://graph.windows.net", "https://graph.windows.net")),
        (
            "source: azure_ad_graph, cloud: usgov",
            (USGOV, "https://graph.microsoftazure.us", "https://graph.microsoftazure.us"),
        ),
        (
            "source: azure_ad_graph, cloud: china",
            (CHINA, "https://graph.chinacloudapi.cn", "https://graph.chinacloudapi.cn"),
        ),
        (
            "cloud: china, base_url: 'https://mirror.example/b2c', resource: 'api://mirror'",
            (CHINA, "https://mirror.example/b2c", "api://mirror"),
        ),
    ],
    ids=["global", "usgov", "china", "retired", "retired-usgov", "retired-china", "mirror"],
)
def test_a_cloud_sets_the_login_host_and_the_api(tmp_path: Path, keys: str, expected: tuple[str, str, str]) -> None:
    """What is given explicitly wins."""
    file = tmp_path / "config.yaml"
    client = "client_id: 00000000-0000-0000-0000-000000000000, client_secret: s"
    file.write_text(f"b2c: [{{tenant: t.example, {client}, {keys}}}]")
    ((_, settings),) = load(file).accounts()
    assert isinstance(settings, Settings)
    assert expected == (settings.authority, settings.base_url, settings.scope.removesuffix("/.default"))


def test_without_prices_nothing_is_estimated(simulator: Simulator, harness_for: Build) -> None:
    """And a price for one component estimates that one alone."""
    harness = harness_for(account(simulator, "client_secret: " + simulator.world.b2c.client_secret.join("''")))
    assert [None] * 3 == harness.run()
    assert {} == series(harness.scrape(), "azure_b2c_estimated_cost_month_to_date")


def test_active_users_cost_what_their_number_costs(simulator: Simulator, harness_for: Build) -> None:
    """No report states it; beside them only MFA is billed. 50,000 x 0 + 12,000 x 0.0055 = 66."""
    prices = (
        "currency: EUR, per_mfa_request: [{price: 0.03}], "
        "per_monthly_active_user: [{up_to: 50000, price: 0}, {price: 0.0055}]"
    )
    secret = simulator.world.b2c.client_secret.join("''")
    harness = harness_for(
        account(simulator, f"client_secret: {secret}, monthly_active_users: 62000, prices: {{{prices}}}")
    )
    assert [None] * 4 == harness.run()
    samples, name = harness.scrape(), "azure_b2c_estimated_cost_month"
    assert (66, 66) == (
        value(samples, name, component="monthly_active_users", currency="EUR"),
        value(samples, f"{name}_to_date", component="monthly_active_users", currency="EUR"),
    )
    components = {dict(labels)["component"] for labels in series(samples, name)}
    assert {"monthly_active_users", "mfa"} == components


def test_a_budget_is_held_against_the_whole_bill(b2c: ExporterHarness) -> None:
    """All components together, in the currency of the prices; and how much of what is free is used."""
    b2c.run()
    samples = b2c.scrape()
    bill = sum(series(samples, "azure_b2c_estimated_cost_month_to_date").values())
    labels = {"budget": "sign-ins", "currency": "USD"}
    assert 150 == value(samples, "azure_billing_budget_amount", **labels)
    assert round(bill, 9) == round(value(samples, "azure_billing_budget_spent", **labels), 9)
    assert round(bill / 150, 9) == round(value(samples, "azure_billing_budget_used_ratio", **labels), 9)
    logins = sum(series(samples, "azure_b2c_authentications_month_to_date").values())
    assert (logins, 20_000, logins / 20_000) == (
        value(samples, "azure_b2c_billed_quantity_month_to_date", component="authentications"),
        value(samples, "azure_b2c_free_quantity", component="authentications"),
        value(samples, "azure_b2c_free_quantity_used_ratio", component="authentications"),
    )
    assert {} == series(samples, "azure_b2c_free_quantity_used_ratio", component="mfa")
