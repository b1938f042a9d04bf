"""Identities, and what they may read: from the configuration to the token that Azure receives."""

import logging
from pathlib import Path
from typing import Any

import jwt
import pytest

from exporter.cli import main
from exporter.logs import LogfmtFormatter
from exporter.simulator import Simulator
from exporter.simulator.login.assertions import FEDERATED_AUDIENCE, Federation
from exporter.simulator.server.recorder import Received
from tests.apis.company import Company, total
from tests.auth.credentials import assertion, certificate_pem, pem, public_pem
from tests.harness import series

COST = "azure_cost_month_to_date"
ARM, STORAGE = "https://management.azure.com", "https://storage.azure.com"
ISSUER, SUBJECT = "https://cluster.example/oidc", "system:serviceaccount:monitoring:exporter"
EXPORT = "focus-daily"


def readers(requests: list[Received]) -> set[tuple[str, str]]:
    """Who has read: application and audience of each token that came."""
    tokens = [one.headers["authorization"].partition(" ")[2] for one in requests if "authorization" in one.headers]
    claims = [jwt.decode(token, options={"verify_signature": False}) for token in tokens]
    return {(one["appid"], one["aud"].rstrip("/")) for one in claims}


def federate(simulator: Simulator, file: Path) -> None:
    simulator.assertions.trust_issuer(simulator.world.azure.client_id, Federation(ISSUER, SUBJECT, public_pem()))
    file.write_text(assertion({"iss": ISSUER, "sub": SUBJECT, "aud": FEDERATED_AUDIENCE}))


def identity(company: Company, kind: str, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], str]:
    """The section `identity`, and the application that it stands for; the machine is set up accordingly."""
    simulator, azure, file = company.simulator, company.simulator.world.azure, company.directory / "proof"
    given = {name: value for name, value in company.identity().items() if name != "client_secret"}
    match kind:
        case "secret file":
            file.write_text(azure.client_secret)
            return given | {"client_secret_file": str(file)}, azure.client_id
        case "certificate":
            simulator.assertions.trust_certificate(azure.client_id, certificate_pem())
            file.write_bytes(pem())
            return given | {"certificate_file": str(file)}, azure.client_id
        case "assertion":
            federate(simulator, file)
            return given | {"client_assertion_file": str(file)}, azure.client_id
        case "workload":
            federate(simulator, file)
            monkeypatch.setenv("AZURE_TENANT_ID", azure.tenant_id)
            monkeypatch.setenv("AZURE_CLIENT_ID", azure.client_id)
            monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(file))
            monkeypatch.setenv("AZURE_AUTHORITY_HOST", f"{simulator.url}/")
            return {"workload": True}, azure.client_id
    own, _, host = kind.partition(", ")
    if host == "App Service":
        monkeypatch.setenv("IDENTITY_ENDPOINT", simulator.identity_endpoint)
        monkeypatch.setenv("IDENTITY_HEADER", azure.identity_header)
    else:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", simulator.imds_url)
    if own == "system":
        return {"managed": True}, azure.system_identity.client_id
    return {"managed": azure.user_identity.client_id}, azure.user_identity.client_id


@pytest.mark.parametrize(
    "kind",
    [
        "secret file", "certificate", "assertion", "workload",
        "system, IMDS", "user, IMDS", "system, App Service", "user, App Service",
    ],
)  # fmt: skip
def test_every_identity_reads_both_services(company: Company, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Resource Manager and storage get tokens of their own, and neither gets that of the other."""
    section, application = identity(company, kind, monkeypatch)
    harness = company.harness(company.exported(EXPORT) | {"identity": section})
    assert [None, None] == harness.run("usage") + harness.run("budgets")
    assert {(application, ARM)} == readers([one for one in company.simulator.received if "/providers/" in one.path])
    assert {(application, STORAGE)} == readers(company.simulator.blob_received)
    assert total(harness, COST)


def test_a_signature_reads_an_export_without_an_identity(company: Company, caplog: pytest.LogCaptureFixture) -> None:
    """It is in no header, and nowhere that somebody can read it, not even where it is refused."""
    caplog.set_level(logging.DEBUG, "exporter")
    sas = company.simulator.world.azure.sas()
    export = {"url": company.export_url(EXPORT), "sas": sas}
    account = {"name": "contoso", **company.where(), "usage": {"download": "export", "export": export}}
    harness = company.harness(account)
    assert [None] == harness.run("usage")
    assert [] == company.simulator.received
    assert {None} == {one.headers.get("authorization") for one in company.simulator.blob_received}
    company.simulator.switches.storage_refusal = "firewall"
    failure = str(harness.failure("usage"))
    assert "the account's firewall refuses this address" in failure
    signature = sas.partition("&sig=")[2]
    logged = map(LogfmtFormatter().format, caplog.records)
    seen = [failure, *logged, repr(harness.exporter.jobs), harness.exporter.store.current.body.decode()]
    assert not any(signature in text or "sig=" in text for text in seen)


def test_a_signature_that_is_refused_says_what_to_do(company: Company) -> None:
    """Without the permission to read, and after its end."""
    sas = company.simulator.world.azure.sas(permissions="l")
    export = {"url": company.export_url(EXPORT), "sas": sas}
    harness = company.harness({"name": "c", **company.where(), "usage": {"download": "export", "export": export}})
    assert "a SAS needs the permissions to read and list (sp=rl)" in str(harness.failure("usage"))
    company.clock.now = company.clock.now.replace(year=2027)
    assert "the SAS is invalid or has expired" in str(harness.failure("usage"))


@pytest.mark.parametrize(
    ("cloud", "addresses"),
    [
        ("global", ("https://management.azure.com", "https://login.microsoftonline.com/t.example")),
        ("usgov", ("https://management.usgovcloudapi.net", "https://login.microsoftonline.us/t.example")),
        ("china", ("https://management.chinacloudapi.cn", "https://login.partner.microsoftonline.cn/t.example")),
    ],
)
def test_the_addresses_are_those_of_the_cloud(
    company: Company, capsys: pytest.CaptureFixture[str], cloud: str, addresses: tuple[str, str]
) -> None:
    """As `check-config` prints them."""
    known = {"tenant": "t.example", "client_id": company.simulator.world.azure.client_id, "client_secret": "s"}
    account = {"name": "contoso", "enrollment": "100", "identity": {**known, "cloud": cloud}}
    assert 0 == main(["check-config", f"--config.file={company.config(cost_management=[account])}"])
    lines = capsys.readouterr().out.splitlines()
    assert [f"  API {addresses[0]}", f"  login {addresses[1]}"] == [
        line for line in lines if line.startswith(("  API", "  login"))
    ]


ROLE_COMMAND = 'az role assignment create --role "Cost Management Reader"'
REFUSED = [
    ("enrollment", "Unauthorized", ("EnrollmentReader", "az rest --method put", "/billingRoleAssignments/")),
    ("billing profile", "RBACAccessDenied", ("Billing profile reader", "Access control (IAM)")),
    ("management group", "AuthorizationFailed", ("Cost Management Reader", ROLE_COMMAND)),
    ("subscription", "RBACAccessDenied", ("Cost Management Reader", ROLE_COMMAND)),
    ("resource group", "AuthorizationFailed", ("Cost Management Reader", ROLE_COMMAND)),
    ("subscription", "IndirectCostDisabled", ("the partner turns on the cost policy",)),
]


@pytest.mark.parametrize(("kind", "refusal", "advice"), REFUSED)
@pytest.mark.parametrize("report", ["usage", "budgets"])
def test_a_refused_scope_names_the_role_and_the_command(
    company: Company, kind: str, refusal: Any, advice: tuple[str, ...], report: str
) -> None:
    """With the path of the scope, so that the command can be copied."""
    path = company.simulator.world.azure.scopes[kind]
    company.simulator.switches.cost_management_refusal = refusal
    failure = str(company.harness(company.account(scope=path)).failure(report))
    assert failure.startswith(f"{report} 202611: " if report == "usage" else report)
    for text in (*advice, *([path] if "/" in "".join(advice) or ROLE_COMMAND in advice else [])):
        assert text in failure


def test_one_refused_scope_leaves_the_others_alone(company: Company) -> None:
    """Of the same tenant, with the same identity."""
    azure = company.simulator.world.azure
    harness = company.harness(
        company.account(name="sponsored", scope=azure.sponsored), company.account(name="shop", scope=azure.subscription)
    )
    refused, read = harness.run("usage")
    assert "the subscription's offer has no costs in Cost Management" in str(refused)
    assert read is None
    assert {"shop"} == {dict(labels)["account"] for labels in series(harness.scrape(), COST)}
