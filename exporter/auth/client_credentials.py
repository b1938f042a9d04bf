"""The application's own identity (RFC 6749 4.4), proven by a secret, a certificate or a federated assertion."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from exporter.auth.answers import TokenAnswer
from exporter.auth.entra import Application, EntraToken
from exporter.auth.secret import Secret
from exporter.errors import Failure, Reason, Rejected


class ClientCredentials(EntraToken):
    """A token for the application itself."""

    def _acquire(self, application: Application) -> TokenAnswer:
        return application.token_for_client()

    def expiries(self) -> Mapping[str, datetime]:
        """The end of the certificate's validity; the expiry of a secret or an assertion is not known."""
        if not isinstance(self._client_credential, Certificate):
            return {}
        try:
            return {"certificate": self._client_credential.validity()[1]}
        except Failure:
            return {}


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its private key, PEM or PKCS #12 (PFX), which a passphrase may protect; read at each use.

    Of several certificates the one that belongs to the key is used; the others are its issuers.
    """

    content: Secret
    passphrase: Secret

    def read(self) -> dict[str, str]:
        """As msal requires it: it signs with PS256, and identifies the certificate by its SHA-256."""
        key, certificate = self._parsed()
        return {
            "private_key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            "public_certificate": certificate.public_bytes(Encoding.PEM).decode(),
        }

    def validity(self) -> tuple[datetime, datetime]:
        """The first and the last instant at which it is valid; raises a `Failure` when it can't be read."""
        certificate = self._parsed()[1]
        try:
            return certificate.not_valid_before_utc, certificate.not_valid_after_utc
        except ValueError as error:
            raise self._unusable("the period of its validity has no dates") from error

    def _parsed(self) -> tuple[RSAPrivateKey, x509.Certificate]:
        content, passphrase = self.content.read_bytes(), self.passphrase.read().encode() or None
        key: Any
        try:
            if b"-----BEGIN" in content:
                if problem := _lacking(content, passphrase):
                    raise self._unusable(problem)
                key, certificates = load_pem_private_key(content, passphrase), x509.load_pem_x509_certificates(content)
            else:
                pfx = load_pkcs12(content, passphrase)
                key = pfx.key
                certificates = [one.certificate for one in (pfx.cert, *pfx.additional_certs) if one]
            own = [one for one in certificates if key and _public(one) == _public(key)]
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise self._unusable("not a certificate with its private key, or the passphrase is wrong") from error
        if not key:
            raise self._unusable(NO_KEY)
        if not own:
            raise self._unusable("no certificate in it belongs to its private key")
        if not isinstance(key, RSAPrivateKey):
            raise self._unusable("its private key is not RSA, which Microsoft Entra ID requires")
        return key, own[0]

    def _unusable(self, why: str) -> Rejected:
        return Rejected(f"{self.content.path or 'certificate'}: {why}", Reason.CREDENTIAL_UNREADABLE)


NO_KEY = "contains no private key; the file needs the certificate and its key"


@dataclass(frozen=True, slots=True)
class Assertion:
    """A token of another issuer that the tenant trusts (RFC 7523; workload identity); the issuer renews its file."""

    content: Secret

    def read(self) -> dict[str, Any]:
        """As msal requires it: a callable, since it deprecates an assertion that can't change."""
        return {"client_assertion": self.content.read}


def _lacking(pem: bytes, passphrase: bytes | None) -> str:
    """What a PEM file lacks to be used; empty if its markers show nothing."""
    if b"PRIVATE KEY-----" not in pem:
        return NO_KEY
    if b"-----BEGIN CERTIFICATE-----" not in pem:
        return "contains no certificate"
    encrypted = b"ENCRYPTED PRIVATE KEY-----" in pem or b"Proc-Type: 4,ENCRYPTED" in pem
    return "its private key is encrypted; set certificate_passphrase_file" if encrypted and not passphrase else ""


def _public(owner: Any) -> bytes:
    public: bytes = owner.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return public
