"""The identities that a configuration can choose."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.apis.b2c.settings import Settings as B2c
from exporter.apis.checks import Finding
from exporter.apis.identity import EntraIdentity, Identity
from exporter.apis.settings import Secrets
from exporter.auth.client_credentials import ClientCredentials
from exporter.auth.managed_identity import ManagedIdentity
from exporter.config import loads
from exporter.transport.http import HttpClient, Unobserved
from tests.auth.credentials import ENDS, pem

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLIENT, TENANT = "55555555-aaaa-4bbb-8ccc-000000000001", "22222222-aaaa-4bbb-8ccc-000000000001"
OTHER = "66666666-aaaa-4bbb-8ccc-000000000001"
APPLICATION = {"tenant": "t.example", "client_id": CLIENT}
WEBHOOK = {
    "AZURE_CLIENT_ID": CLIENT,
    "AZURE_TENANT_ID": TENANT,
    "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
    "AZURE_FEDERATED_TOKEN_FILE": "/var/run/secrets/azure/tokens/azure-identity-token",
}


def identity(given: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Identity:
    return Identity.model_validate(dict(given), context=environment)


def error(given: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> str:
    with pytest.raises(ValidationError) as raised:
        identity(given, environment)
    return str(raised.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "one of client_secret, certificate, client_assertion_file, workload and managed is required"),
        (APPLICATION, "one of client_secret, certificate, client_assertion_file, workload and managed is required"),
        ({**APPLICATION, "client_secret": "s", "managed": True}, "client_secret and managed exclude each other"),
        (
            {**APPLICATION, "client_secret_file": "/s", "certificate": "c", "client_assertion_file": "/a"},
            "client_secret and certificate and client_assertion_file exclude each other",
        ),
        ({**APPLICATION, "client_secret": "s", "client_secret_file": "/s"}, "client_secret and client_secret_file"),
        ({"client_id": CLIENT, "client_secret": "s"}, "tenant is required"),
        ({"tenant": "t.example", "client_secret": "s"}, "client_id is required"),
        ({"tenant": "t.example", "managed": True}, "managed and tenant exclude each other"),
        (
            {"client_id": CLIENT, "managed": True},
            "managed and client_id exclude each other; a user-assigned identity is managed: <client id>",
        ),
        ({"managed": "yes"}, "must be true, or the client id of a user-assigned identity"),
        ({"managed": 1}, "must be true, or the client id of a user-assigned identity"),
        ({**APPLICATION, "certificate_passphrase": "p", "client_secret": "s"}, "certificate_passphrase without"),
    ],
)  # fmt: skip
def test_exactly_one_method_is_chosen(given: Mapping[str, Any], expected: str) -> None:
    """The error names the keys."""
    assert error(given).startswith(expected)


def test_workload_identity_takes_what_the_file_omits_from_the_environment() -> None:
    """And nothing that the file states."""
    found = identity({"workload": True}, WEBHOOK)
    assert (TENANT, CLIENT, Path(WEBHOOK["AZURE_FEDERATED_TOKEN_FILE"])) == (
        found.tenant, found.client_id, found.client_assertion_file,
    )  # fmt: skip
    assert f"https://login.microsoftonline.com/{TENANT}" == found.described
    own = identity({"workload": True, "tenant": "T.example", "client_id": OTHER, "cloud": "china"}, WEBHOOK)
    assert (OTHER, "t.example", "https://login.partner.microsoftonline.cn/T.example") == (
        own.client_id, own.directory, own.described,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("host", "cloud"),
    [
        ("https://login.microsoftonline.us/", "usgov"),
        ("https://login.chinacloudapi.cn/", "china"),
        ("https://login.partner.microsoftonline.cn", "china"),
        ("https://login.private.example/", "global"),
        ("", "global"),
    ],
)
def test_the_cloud_is_that_of_the_cluster(host: str, cloud: str) -> None:
    """Unless the file states one."""
    environment = {**WEBHOOK, "AZURE_AUTHORITY_HOST": host}
    assert cloud == identity({"workload": True}, environment).cloud
    given = identity({"workload": True, "cloud": "usgov"}, environment)
    assert ("usgov", "https://login.microsoftonline.us") == (given.cloud, given.authority)


@pytest.mark.parametrize(
    ("missing", "key"),
    [("AZURE_CLIENT_ID", "client_id"), ("AZURE_TENANT_ID", "tenant"), ("AZURE_FEDERATED_TOKEN_FILE", "")],
)
def test_a_missing_variable_is_named(missing: str, key: str) -> None:
    """With the label that makes the webhook set it."""
    text = error({"workload": True}, {**WEBHOOK, missing: ""})
    assert text.startswith(f"workload needs the environment variable {missing}, which the webhook")
    assert (True, bool(key)) == ('azure.workload.identity/use: "true"' in text, text.endswith(f"; or set {key}"))


def test_the_environment_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenant of B2C is always in the file: the cluster's is another one."""
    for name, value in {**WEBHOOK, "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us/"}.items():
        monkeypatch.setenv(name, value)
    ((_, account),) = loads("b2c: [{tenant: b.example, workload: true}]", "x").accounts()
    assert isinstance(account, B2c)
    assert (CLIENT, "https://graph.microsoft.us", "https://login.microsoftonline.us/b.example") == (
        account.client_id, account.base_url, account.tenant_authority,
    )  # fmt: skip


def test_each_method_has_its_credential() -> None:
    """Built without a request."""
    http = HttpClient(origin="https://login.example", observer=Unobserved(), timeout=60)
    scope = "https://management.azure.com/.default"
    applications = (
        identity({**APPLICATION, "client_secret": "s"}),
        identity({**APPLICATION, "certificate_file": "/c"}),
        identity({**APPLICATION, "client_assertion_file": "/a"}),
        identity({"workload": True}, WEBHOOK),
    )
    assert [ClientCredentials] * 4 == [type(each.credential(http, scope)) for each in applications]
    machines = identity({"managed": True}), identity({"managed": CLIENT})
    assert [ManagedIdentity] * 2 == [type(each.credential(http, scope)) for each in machines]
    assert ["managed identity of this machine", f"managed identity {CLIENT}"] == [each.described for each in machines]
    assert ["managed identity"] * 2 == [each.directory for each in machines]


class Account(Secrets):
    """An account with an identity as a section of its own."""

    identity: Identity
    other: EntraIdentity | None = None


def test_the_files_of_a_section_in_a_section_are_checked(tmp_path: Path) -> None:
    """By their full key; a certificate may be binary, and expires."""
    (tmp_path / "pem").write_bytes(pem())

    def found(**keys: Any) -> Iterator[Finding]:
        return Account.model_validate({"identity": {**APPLICATION, **keys}}).findings(ENDS)

    assert [Finding("identity.client_secret_file", "can't be read: No such file or directory")] == list(
        found(client_secret_file=str(tmp_path / "none"))
    )
    assert [Finding("identity.certificate_file", f"expired on {ENDS:%Y-%m-%d}")] == list(
        found(certificate_file=str(tmp_path / "pem"))
    )


def test_no_secret_of_an_identity_is_printed() -> None:
    """Nor repeated in an error."""
    account = Account.model_validate({"identity": {**APPLICATION, "client_secret": "hushhush"}})
    assert "hush" not in repr(account) + str(account.model_dump(mode="json"))
    with pytest.raises(ValidationError) as raised:
        Account.model_validate({"identity": {**APPLICATION, "client_secret": "hushhush", "workload": "hushhush"}})
    assert "hush" not in str(raised.value)
