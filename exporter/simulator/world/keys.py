"""API keys of an enrollment: long, shaped like a JSON Web Token, with their validity inside."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

View = Literal["Enterprise", "Department", "AccountOwner"]


@dataclass(frozen=True)
class Key:
    """The content of a key: the enrollment, what it may read, and its validity."""

    enrollment: str
    view: str
    not_before: datetime
    expires: datetime


def write_key(seed: int, key: Key) -> str:
    """The text of `key`, over 700 characters: header, payload with ``nbf``, ``exp``, signature (RFC 7519)."""
    header = {"alg": "RS256", "typ": "JWT", "x5t": _stamp(seed, "x5t")[:27]}
    payload = {
        "EnrollmentNumber": key.enrollment,
        "Id": _stamp(seed, key.view)[:36],
        "ReportView": key.view,
        "PartnerId": "",
        "DepartmentId": "9005" if key.view == "Department" else "",
        "AccountId": "70007" if key.view == "AccountOwner" else "",
        "iss": "ea.microsoftazure.com",
        "aud": "client.ea.microsoftazure.com",
        "nbf": int(key.not_before.timestamp()),
        "exp": int(key.expires.timestamp()),
    }
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in (header, payload))
    return f"{signed}.{_stamp(seed, signed)}"


def read_key(seed: int, text: str) -> Key | None:
    """The content of a key; None for a text that is no key of this company."""
    signed, _, signature = text.rpartition(".")
    if not signed or signature != _stamp(seed, signed):
        return None
    payload = signed.partition(".")[2]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    not_before, expires = (datetime.fromtimestamp(claims[name], UTC) for name in ("nbf", "exp"))
    return Key(claims["EnrollmentNumber"], claims["ReportView"], not_before, expires)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _stamp(*words: object) -> str:
    # As long as an RSA signature of 256 bytes, so that the key has the size of a real one.
    return _encoded(hashlib.shake_256("/".join(map(str, words)).encode()).digest(256))
