"""Programs that sign in without a secret: certificates and foreign issuers that the tenant trusts."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.types import Options

from exporter.simulator.login.errors import login_refused

KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FEDERATED_AUDIENCE = "api://AzureADTokenExchange"
ALGORITHMS: list[Any] = ["RS256", "PS256"]
UNAIMED = Options(verify_aud=False)


@dataclass(frozen=True)
class Federation:
    """A foreign issuer, the subject it uses for the program, and the PEM of its public key."""

    issuer: str
    subject: str
    public_key: str


@dataclass
class Assertions:
    """Which certificates and foreign issuers authenticate which program (RFC 7523, section 3).

    The times in an assertion are compared with this machine's clock, with which it was made, and not with the
    simulated one.
    """

    clock: Callable[[], datetime]
    certificates: dict[str, list[x509.Certificate]] = field(default_factory=dict)
    federations: dict[str, list[Federation]] = field(default_factory=dict)

    def trust_certificate(self, client_id: str, pem: bytes) -> None:
        """Register a certificate for a program."""
        self.certificates.setdefault(client_id, []).append(x509.load_pem_x509_certificate(pem))

    def trust_issuer(self, client_id: str, federation: Federation) -> None:
        """Register a foreign issuer for a program, as workload identity federation does."""
        self.federations.setdefault(client_id, []).append(federation)

    def admit(self, client_id: str, form: dict[str, str], endpoint: str) -> None:
        """Refuse a form whose assertion does not prove that it comes from the program `client_id`."""
        assertion = form["client_assertion"]
        try:
            header = jwt.get_unverified_header(assertion)
            claims = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            raise login_refused(50027, self.clock()) from None
        if form.get("client_assertion_type") != KIND:
            raise login_refused(900144, self.clock(), "client_assertion_type")
        if claims.get("iss") == client_id:
            self._by_certificate(client_id, assertion, header, endpoint)
        else:
            self._by_federation(client_id, assertion, claims)

    def _by_certificate(self, client_id: str, assertion: str, header: dict[str, Any], endpoint: str) -> None:
        for certificate in self.certificates.get(client_id, []):
            if _names(header, certificate):
                key = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
                claims = self._verified(assertion, key)
                if claims.get("sub") != client_id or claims.get("aud") != endpoint:
                    raise login_refused(700021, self.clock(), client_id)
                return
        raise login_refused(700027, self.clock(), "The key was not found.")

    def _by_federation(self, client_id: str, assertion: str, claims: dict[str, Any]) -> None:
        of_issuer = [one for one in self.federations.get(client_id, []) if one.issuer == claims.get("iss")]
        if not of_issuer:
            raise login_refused(700211, self.clock(), str(claims.get("iss")))
        of_subject = [one for one in of_issuer if one.subject == claims.get("sub")]
        if not of_subject:
            raise login_refused(700213, self.clock(), str(claims.get("sub")))
        if claims.get("aud") not in (FEDERATED_AUDIENCE, [FEDERATED_AUDIENCE]):
            raise login_refused(700212, self.clock(), str(claims.get("aud")))
        self._verified(assertion, of_subject[0].public_key.encode())

    def _verified(self, assertion: str, key: bytes) -> dict[str, Any]:
        try:
            verified: dict[str, Any] = jwt.decode(assertion, key, ALGORITHMS, UNAIMED)
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError):
            raise login_refused(700024, self.clock()) from None
        except jwt.InvalidTokenError:
            raise login_refused(700027, self.clock(), "The signature does not match.") from None
        return verified


def _names(header: dict[str, Any], certificate: x509.Certificate) -> bool:
    """Whether the header names `certificate` by its SHA-256 or its SHA-1 (RFC 7515, sections 4.1.7 and 4.1.8)."""
    for name, algorithm in (("x5t#S256", hashes.SHA256()), ("x5t", hashes.SHA1())):
        thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(algorithm)).decode().rstrip("=")
        if header.get(name, "").rstrip("=") == thumbprint:
            return True
    return False
