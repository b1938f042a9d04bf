"""Passwords of users, compared with their bcrypt hashes."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Mapping

import bcrypt
from pydantic import SecretStr

MAX_VERIFIED = 100
"""The most results that are remembered."""
MAX_BYTES = 72
"""bcrypt ignores the bytes of a password after these."""
WAIT_SECONDS = 5.0
"""How long a password waits for others to be compared."""


class Passwords:
    """Compares one password at a time, in a thread, since that takes long by design; remembers those that match.

    A keyed digest of each is remembered, never the password; another hash in the file makes it invalid.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._verified: set[bytes] = set()
        self._comparing = asyncio.Lock()

    async def verify(self, users: Mapping[str, SecretStr], user: str, password: bytes) -> bool:
        """Whether it is the user's password; TimeoutError if too many others are being compared.

        An unknown user takes as long as a known one.
        """
        known = users.get(user)
        hashed = (known or next(iter(users.values()))).get_secret_value().encode()
        digest = self._digest(user.encode(), hashed, password)
        if known is not None and digest in self._verified:
            return True
        async with asyncio.timeout(WAIT_SECONDS):
            await self._comparing.acquire()
        try:
            matches = await asyncio.to_thread(_matches, password, hashed)
        finally:
            self._comparing.release()
        if known is None or not matches:
            return False
        if len(self._verified) >= MAX_VERIFIED:
            self._verified.clear()
        self._verified.add(digest)
        return True

    def _digest(self, *parts: bytes) -> bytes:
        text = b"".join(len(part).to_bytes(4) + part for part in parts)
        return hmac.digest(self._key, text, hashlib.sha256)


def _matches(password: bytes, hashed: bytes) -> bool:
    try:
        return bcrypt.checkpw(password[:MAX_BYTES], hashed)
    except ValueError:
        return False
