"""Checks of the files that a configuration names, and of what depends on the time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509

from exporter.config import Findings, findings, load
from exporter.errors import ConfigError
from tests.auth.credentials import ENDS, certificate_pem, pem, pfx

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EA = 'ea: [{enrollment: "100", %s}]'
CLIENT = "tenant: t.example, client_id: 00000000-0000-0000-0000-000000000000"
B2C = f"b2c: [{{{CLIENT}, %s}}]"

Check = Callable[..., Findings]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Returns the findings of a configuration; `{tmp}` is replaced by a temporary directory."""

    def check(text: str, now: datetime = NOW) -> Findings:
        file = tmp_path / "config.yaml"
        storage = "" if "storage:" in text else f"\nstorage: {{path: {tmp_path}}}"
        file.write_text(text.replace("{tmp}", str(tmp_path)) + storage)
        return findings(load(file), now)

    return check


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"\xff", "is not UTF-8 text"),
        (b"${EA_KEY}\n", "the content is a placeholder; variables are not expanded, use a file that holds the value"),
        (b"bearer eyJhbGciOiJSUzI1NiJ9\n", "the content begins with 'bearer'; leave that word out"),
        (b"Authorization: Bearer k", "the content begins with 'bearer'; leave that word out"),
        (b"x" * (1 << 20) + b"x", "is larger than 1 MiB"),
    ],
)
def test_a_file_without_a_valid_secret_is_an_error(tmp_path: Path, check: Check, content: bytes, expected: str) -> None:
    """The error does not repeat its content."""
    (tmp_path / "secret").write_bytes(content)
    assert (f"ea[0].api_key_file: {expected}",) == check(EA % "api_key_file: '{tmp}/secret'").errors


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("{tmp}/none", "can't be read: No such file or directory"),
        ("{tmp}", "is a directory, not a file"),
        ("/dev/null", "is not a regular file, and can't be read again at each use"),
        ("{tmp}/" + "a" * 300, "can't be read: File name too long"),
    ],
)
def test_a_path_without_a_file_is_an_error(check: Check, path: str, expected: str) -> None:
    """For each key of a secret file."""
    assert (f"ea[0].api_key_file: {expected}",) == check(EA % f"api_key_file: '{path}'").errors
    assert (f"b2c[0].client_secret_file: {expected}",) == check(B2C % f"client_secret_file: '{path}'").errors
    assert (f"b2c[0].client_assertion_file: {expected}",) == check(B2C % f"client_assertion_file: '{path}'").errors


def test_a_valid_secret_has_no_findings(tmp_path: Path, check: Check) -> None:
    """Surrounding white space is not an error."""
    (tmp_path / "secret").write_text(" key\n")
    assert Findings((), ()) == check(EA % "api_key_file: '{tmp}/secret'")


@pytest.mark.parametrize("content", [pem(), pfx()], ids=["pem", "pfx"])
def test_a_certificate_is_read(tmp_path: Path, check: Check, content: bytes) -> None:
    """PEM or PFX; it must not be expired."""
    (tmp_path / "certificate").write_bytes(content)
    text = B2C % "certificate_file: '{tmp}/certificate'"
    assert Findings((), ()) == check(text, ENDS.replace(year=ENDS.year - 1))
    assert (f"b2c[0].certificate_file: expired on {ENDS:%Y-%m-%d}",) == check(text, ENDS).errors


@pytest.mark.parametrize("content", [b"no certificate", b"\x00\xff"])
def test_a_certificate_without_its_key_is_an_error(tmp_path: Path, check: Check, content: bytes) -> None:
    """With the message of a login."""
    (tmp_path / "certificate").write_bytes(content)
    (error,) = check(B2C % "certificate_file: '{tmp}/certificate'").errors
    assert error.startswith("b2c[0].certificate_file: ")
    assert error.endswith("not a certificate with its private key, or the passphrase is wrong")


def test_a_missing_passphrase_is_reported_alone(tmp_path: Path, check: Check) -> None:
    """The certificate can not be checked without it."""
    (tmp_path / "certificate").write_bytes(pem())
    keys = "certificate_file: '{tmp}/certificate', certificate_passphrase_file: '{tmp}/none'"
    expected = "b2c[0].certificate_passphrase_file: can't be read: No such file or directory"
    assert (expected,) == check(B2C % keys).errors


@pytest.mark.parametrize("content", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nabc\n"])
def test_a_ca_file_without_a_certificate_is_an_error(tmp_path: Path, check: Check, content: str) -> None:
    """The exporter does not start: it could verify no server."""
    (tmp_path / "ca").write_text(content)
    with pytest.raises(ConfigError) as raised:
        check(EA % "api_key: k, ca_file: '{tmp}/ca'")
    assert ("ea[0].ca_file: holds no PEM certificate",) == raised.value.errors


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ('"209911"', ("ea[0].usage.period: begins on 2099-11-01, in the future",)),
        ('"202612"', ("ea[0].usage.period: begins on 2026-12-01, in the future",)),
        ("{start: 2026-11-21, end: 2026-11-22}", ("ea[0].usage.period: begins on 2026-11-21, in the future",)),
        ("{start: 2026-11-20, end: 2026-12-22}", ()),
        ('"202611"', ()),
        ("current", ()),
    ],
)
def test_a_period_in_the_future_is_an_error(check: Check, period: str, expected: tuple[str, ...]) -> None:
    """It has no costs yet."""
    assert expected == check(EA % f"api_key: k, usage: {{period: {period}}}").errors


def test_an_expired_api_key_is_an_error(tmp_path: Path, check: Check) -> None:
    """The key contains its expiry, here 2001-09-09."""
    (tmp_path / "secret").write_text("eyJhbGciOiJub25lIn0.eyJleHAiOjEwMDAwMDAwMDB9.")
    expected = "ea[0].api_key_file: expired on 2001-09-09"
    assert (expected,) == check(EA % "api_key_file: '{tmp}/secret'").errors


@pytest.mark.parametrize(("every", "warned"), [("1s", True), ("299s", True), ("5m", False), ("1h", False)])
def test_a_short_interval_is_a_warning(check: Check, every: str, warned: bool) -> None:
    """Not an error: demos use them."""
    found = check(EA % f"api_key: k, reports: {{usagedetails: {{every: {every}}}}}")
    text = "shorter than 5m; the APIs have new figures every hour at most, and limit requests"
    assert Findings((), (f"ea[0].reports.usagedetails.every: {text}",) * warned) == found


@pytest.mark.parametrize("path", ["{tmp}/config.yaml", "{tmp}/config.yaml/below"])
def test_storage_must_not_be_a_file(tmp_path: Path, check: Check, path: str) -> None:
    """Nor in a file."""
    (error,) = check(EA % "api_key: k" + f"\nstorage: {{path: '{path}'}}").errors
    assert f"storage.path: {tmp_path}/config.yaml is not a directory" == error


def test_accounts_of_different_apis_may_have_the_same_name(check: Check) -> None:
    """If their budgets differ; accounts with different names may have budgets of the same name."""
    text = f"""
b2c:
  - {{name: x, {CLIENT}, client_secret: s, prices: {{currency: USD, per_user: [{{price: 1}}]}},
     budgets: [{{name: all, amount: 1}}]}}
ea:
  - {{name: x, enrollment: "100", api_key: k, budgets: [{{name: other, amount: 2}}]}}
  - {{name: y, enrollment: "101", api_key: k, budgets: [{{name: all, amount: 2}}]}}
"""
    assert Findings((), ()) == check(text)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            "source: user_insights, final_after: 2d",
            "b2c[0].final_after: has no effect without `source: microsoft_graph`",
        ),
        ("source: user_insights, users: {}", "b2c[0].users: has no effect without `source: microsoft_graph`"),
        ("source: microsoft_graph, users: {delta: never}, reports: {monthlyActiveUsers: {every: 1h}}", ""),
        (
            "source: azure_ad_graph, reports: {monthlyActiveUsers: {enabled: true}}",
            "b2c[0].source: Azure AD Graph was retired in 2025; use microsoft_graph, or user_insights for an "
            "External ID tenant\nb2c[0].reports.monthlyActiveUsers: has no effect with `source: azure_ad_graph`",
        ),
    ],
)
def test_options_of_another_source_are_a_warning(check: Check, keys: str, expected: str) -> None:
    """The file stays valid, so that the source can be changed alone."""
    assert expected == "\n".join(check(B2C % f"client_secret: s3cr3t-text, {keys}").warnings)


def private_key(passphrase: str = "") -> bytes:
    return pem(passphrase).removeprefix(certificate_pem())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (certificate_pem(), "contains no private key; the file needs the certificate and its key"),
        (private_key(), "contains no certificate"),
        (pem("secret"), "its private key is encrypted; set certificate_passphrase_file"),
    ],
    ids=["no key", "no certificate", "encrypted"],
)
def test_what_a_certificate_lacks_is_named(tmp_path: Path, check: Check, content: bytes, expected: str) -> None:
    """As far as the file shows it."""
    (tmp_path / "certificate").write_bytes(content)
    (error,) = check(B2C % "certificate_file: '{tmp}/certificate'").errors
    assert f"b2c[0].certificate_file: {tmp_path}/certificate: {expected}" == error


def test_a_certificate_of_the_future_is_an_error(tmp_path: Path, check: Check) -> None:
    """The login host would refuse it."""
    (tmp_path / "certificate").write_bytes(pem())
    begins = ENDS - timedelta(days=3650)
    text = B2C % "certificate_file: '{tmp}/certificate'"
    (error,) = check(text, begins - timedelta(seconds=1)).errors
    assert f"b2c[0].certificate_file: is not valid before {begins:%Y-%m-%d %H:%M} UTC" == error
    assert () == check(text, begins).errors


def test_expired_authorities_are_an_error(tmp_path: Path, check: Check) -> None:
    """If none of them is valid any more."""
    authority = trustme.CA(organization_name="expired")
    authority.cert_pem.write_to_path(tmp_path / "ca")
    ends = x509.load_pem_x509_certificate(authority.cert_pem.bytes()).not_valid_after_utc
    text = EA % "api_key: k, ca_file: '{tmp}/ca'"
    assert (f"ea[0].ca_file: every authority in it has expired, the last on {ends:%Y-%m-%d}",) == check(
        text, ends
    ).errors
    assert () == check(text, ends - timedelta(seconds=1)).errors


@pytest.mark.parametrize("tenant", ["your-tenant-id", "contoso"])
def test_a_tenant_without_a_domain_is_an_error(check: Check, tenant: str) -> None:
    text = (B2C % "client_secret: s3cr3t-text").replace("t.example", tenant)
    expected = "b2c[0].tenant: is neither a domain, such as contoso.onmicrosoft.com, nor the id of a tenant"
    assert Findings((expected,), ()) == check(text)
    assert Findings((), ()) == check(text.replace(tenant, "1f4a8e2c-0b7d-4c55-9c1e-5a3f0d2b6e71"))


def test_the_id_of_a_secret_is_a_warning(tmp_path: Path, check: Check) -> None:
    """The portal shows it beside the value; the warning does not repeat it."""
    (tmp_path / "secret").write_text("1f4a8e2c-0b7d-4c55-9c1e-5a3f0d2b6e71\n")
    expected = "b2c[0].client_secret_file: is a GUID, like the id of a secret: use the secret's value"
    assert Findings((), (expected,)) == check(B2C % "client_secret_file: '{tmp}/secret'")


@pytest.mark.parametrize(("keys", "warned"), [("", True), (", usage: {cost: amortized}", False)])
def test_accounts_of_the_same_scope_are_a_warning(check: Check, keys: str, warned: bool) -> None:
    """Unless they read other costs of it."""
    scope = "subscription: 1f4a8e2c-0b7d-4c55-9c1e-5a3f0d2b6e71, identity: {managed: true}"
    text = f"cost_management: [{{name: a, {scope}}}, {{name: b, {scope}{keys}}}]"
    expected = (
        "cost_management[1]: reads the same as cost_management[0], so sums over accounts count it twice; remove one"
    )
    assert warned == any(expected in warning for warning in check(text).warnings)
