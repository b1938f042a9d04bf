"""Certificates and federated assertions, judged by a login host that checks their signatures."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from exporter.auth.client_credentials import Assertion, Certificate, ClientCredentials
from exporter.auth.entra import ClientCredential
from exporter.auth.secret import Secret
from exporter.errors import Failure, Reason, Rejected
from exporter.simulator import Simulator
from exporter.simulator.login.assertions import FEDERATED_AUDIENCE, Federation
from exporter.transport.http import HttpClient
from tests.auth.credentials import ENDS, assertion, certificate_pem, key, pem, pfx, public_pem
from tests.auth.test_entra import authorization
from tests.transport.sessions import Observer

ISSUER, SUBJECT = "https://cluster.example/oidc", "system:serviceaccount:monitoring:exporter"
CLAIMS = {"iss": ISSUER, "sub": SUBJECT, "aud": FEDERATED_AUDIENCE}


def application(simulator: Simulator, credential: ClientCredential) -> ClientCredentials:
    tenant = simulator.world.b2c
    return ClientCredentials(
        HttpClient(origin=simulator.url, observer=Observer(), timeout=60, ca_file=simulator.ca_file),
        authority=f"{simulator.url}/{tenant.tenant}",
        client_id=tenant.client_id,
        client_credential=credential,
        scope="https://graph.windows.net/.default",
    )


def certified(simulator: Simulator, file: Path, content: bytes, passphrase: str = "") -> ClientCredentials:
    file.write_bytes(content)
    return application(simulator, Certificate(Secret(path=file), Secret(passphrase or None)))


def federated(simulator: Simulator, file: Path, text: str) -> ClientCredentials:
    simulator.assertions.trust_issuer(simulator.world.b2c.client_id, Federation(ISSUER, SUBJECT, public_pem()))
    file.write_text(text)
    return application(simulator, Assertion(Secret(path=file)))


FORMS = {
    "pem": (pem(), ""),
    "pem-passphrase": (pem("hush"), "hush"),
    "pem-chain": (pem("", 2), ""),
    "pfx": (pfx(), ""),
    "pfx-passphrase": (pfx("hush"), "hush"),
    "pfx-chain": (pfx("hush", 2), "hush"),
}


@pytest.mark.parametrize(("content", "passphrase"), FORMS.values(), ids=FORMS)
def test_a_certificate_of_every_form_gets_a_token(
    simulator: Simulator, tmp_path: Path, content: bytes, passphrase: str
) -> None:
    """Whatever order the certificates come in; its end is known."""
    simulator.assertions.trust_certificate(simulator.world.b2c.client_id, certificate_pem())
    auth = certified(simulator, tmp_path / "b2c", content, passphrase)
    assert (True, {"certificate": ENDS}) == (authorization(auth).startswith("Bearer ey"), auth.expiries())


@pytest.mark.parametrize(
    ("content", "passphrase", "why"),
    [
        (pem("hush"), "", "is encrypted; set certificate_passphrase_file"),
        (pem("hush"), "loud", "the passphrase is wrong"),
        (pem(), "hush", "the passphrase is wrong"),
        (pfx("hush"), "loud", "the passphrase is wrong"),
        (certificate_pem(), "", "contains no private key"),
        (b"\x00\xff", "", "not a certificate with its private key"),
        (pem(number=2).replace(certificate_pem(2), certificate_pem(1)), "", "no certificate in it belongs to"),
        (b" \n", "", "the file is empty"),
    ],
    ids=["no-passphrase", "wrong", "needless", "pfx-wrong", "no-key", "rubbish", "foreign-key", "empty"],
)
def test_an_unusable_certificate_is_reported_by_its_file(
    simulator: Simulator, tmp_path: Path, content: bytes, passphrase: str, why: str
) -> None:
    """Before any request, and without its content."""
    auth = certified(simulator, tmp_path / "b2c", content, passphrase)
    with pytest.raises(Failure, match=why) as raised:
        authorization(auth)
    assert (Reason.CREDENTIAL_UNREADABLE, []) == (raised.value.reason, simulator.received)
    text = str(raised.value)
    assert {} == auth.expiries()
    assert (True, False) == (text.startswith(f"{tmp_path / 'b2c'}: "), "BEGIN" in text)


def test_a_certificate_that_is_not_rsa_is_reported_before_anybody_is_asked(
    simulator: Simulator, tmp_path: Path
) -> None:
    """Its assertion could not be signed as the login host requires."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "exporter")])
    dated = x509.CertificateBuilder(name, name, private.public_key(), 1, ENDS - timedelta(days=1), ENDS)
    text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    auth = certified(
        simulator, tmp_path / "b2c", dated.sign(private, hashes.SHA256()).public_bytes(Encoding.PEM) + text
    )
    with pytest.raises(Rejected, match="its private key is not RSA"):
        authorization(auth)
    assert ([], {}) == (simulator.received, auth.expiries())


def test_an_unregistered_certificate_is_refused_in_microsofts_words(simulator: Simulator, tmp_path: Path) -> None:
    """The AADSTS code is what a person will search for."""
    simulator.assertions.trust_certificate(simulator.world.b2c.client_id, certificate_pem(2))
    with pytest.raises(Rejected, match="AADSTS700027") as raised:
        authorization(certified(simulator, tmp_path / "b2c", pem()))
    assert Reason.LOGIN == raised.value.reason


def test_a_certificate_in_the_configuration_works_as_one_in_a_file(simulator: Simulator) -> None:
    """As text."""
    simulator.assertions.trust_certificate(simulator.world.b2c.client_id, certificate_pem())
    auth = application(simulator, Certificate(Secret(pem().decode()), Secret()))
    assert authorization(auth).startswith("Bearer ey")


def test_a_federated_assertion_gets_a_token_and_its_file_is_read_again(simulator: Simulator, tmp_path: Path) -> None:
    """Its issuer renews the file every hour; nothing is known of its end."""
    simulator.switches.token_lifetime = 1
    auth = federated(simulator, tmp_path / "token", assertion({**CLAIMS, "exp": time.time() - 60}))
    with pytest.raises(Rejected, match="AADSTS700024"):
        authorization(auth)
    (tmp_path / "token").write_text(assertion(CLAIMS))
    assert (True, {}) == (authorization(auth).startswith("Bearer ey"), auth.expiries())


@pytest.mark.parametrize(
    ("claims", "signer", "code"),
    [
        ({**CLAIMS, "iss": "https://elsewhere.example"}, 1, 700211),
        ({**CLAIMS, "sub": "somebody else"}, 1, 700213),
        ({**CLAIMS, "aud": "https://elsewhere.example"}, 1, 700212),
        (CLAIMS, 2, 700027),
    ],
    ids=["issuer", "subject", "audience", "signature"],
)
def test_an_assertion_that_proves_nothing_is_refused(
    simulator: Simulator, tmp_path: Path, claims: dict[str, object], signer: int, code: int
) -> None:
    """In Microsoft's words, and without the assertion."""
    text = assertion(claims, signer)
    with pytest.raises(Rejected, match=f"AADSTS{code}") as raised:
        authorization(federated(simulator, tmp_path / "token", text))
    assert text not in str(raised.value)


def test_a_text_that_is_no_token_is_refused(simulator: Simulator, tmp_path: Path) -> None:
    """And never repeated."""
    with pytest.raises(Rejected, match="AADSTS50027") as raised:
        authorization(federated(simulator, tmp_path / "token", "no-token"))
    assert "no-token" not in str(raised.value)


def test_no_secret_is_printed(tmp_path: Path) -> None:
    """Neither key nor passphrase nor token in a repr."""
    printed = repr(Certificate(Secret(pem().decode()), Secret("hush"))) + repr(Assertion(Secret("token")))
    assert [] == [
        secret for secret in ("hush", "BEGIN", "'token'", str(key(1).private_numbers().d)) if secret in printed
    ]
