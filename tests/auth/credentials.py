"""Keys and certificates of a program that never existed, made while the tests run."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

ENDS = datetime(2036, 5, 1, tzinfo=UTC)


@cache
def key(number: int) -> RSAPrivateKey:
    """A private key, the same for the same number."""
    return generate_private_key(65537, 2048)


@cache
def certificate(number: int) -> x509.Certificate:
    """A certificate for `key(number)`, signed by itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"exporter {number}")])
    unsigned = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key(number).public_key())
    dated = unsigned.serial_number(number).not_valid_before(ENDS - timedelta(days=3650)).not_valid_after(ENDS)
    return dated.sign(key(number), hashes.SHA256())


def encryption(passphrase: str) -> KeySerializationEncryption:
    return BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()


def certificate_pem(number: int = 1) -> bytes:
    return certificate(number).public_bytes(Encoding.PEM)


def pem(passphrase: str = "", *others: int, number: int = 1) -> bytes:
    """A PEM file: certificates of others first, then the own one and its key."""
    private = key(number).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption(passphrase))
    return b"".join(certificate_pem(other) for other in others) + certificate_pem(number) + private


def pfx(passphrase: str = "", *others: int) -> bytes:
    """A PKCS #12 file with the same content."""
    chain = [certificate(other) for other in others]
    return serialize_key_and_certificates(b"exporter", key(1), certificate(1), chain, encryption(passphrase))


def assertion(claims: Mapping[str, object], number: int = 1) -> str:
    """A token that `key(number)` signed, valid for ten minutes unless `claims` say otherwise."""
    return jwt.encode({"exp": time.time() + 600, **claims}, key(number), "RS256")


def public_pem(number: int = 1) -> str:
    return key(number).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
