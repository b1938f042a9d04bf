"""Opaque tokens of next links: what a page needs to know, and nothing that a client may rely on."""

import base64
import binascii
import hashlib
import json
from datetime import datetime

CHECKED = 6


def write_token(state: list[object]) -> str:
    """The text of a token."""
    raw = json.dumps(state).encode()
    return base64.urlsafe_b64encode(_check(raw) + raw).decode().rstrip("=")


def read_token(text: str) -> list[object] | None:
    """The state in a token; None for a text that is no token of this service."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    if _check(raw[CHECKED:]) != raw[:CHECKED]:
        return None
    state: list[object] = json.loads(raw[CHECKED:])
    return state


def read_instant(value: object) -> datetime:
    """An instant that was written with `isoformat`."""
    return datetime.fromisoformat(str(value))


def _check(raw: bytes) -> bytes:
    return hashlib.blake2b(raw, digest_size=CHECKED).digest()
