"""The refresh token that is kept between two uses, in a file that is replaced whole."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from exporter import storage
from exporter.errors import Reason, Rejected


class KeptToken(msgspec.Struct, frozen=True):
    """The newest refresh token, when it was last used, and the fingerprint of the configured one that it replaces.

    The fingerprint is empty when no token was configured.
    """

    replaces: str
    refresh_token: str
    used: float = 0.0

    def __repr__(self) -> str:
        return f"KeptToken(used={self.used})"


def fingerprint(token: str) -> str:
    """A configured token's mark in the file; empty for none."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


class TokenFile:
    """One account's kept token: mode 0600, and one process at a time.

    After a crash the file holds the old token or the new one. Whoever exchanges a token holds the lock from
    reading the old one until its successor is written, so that two processes never use the same one up.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Wait for the file's lock, which ends with the process at the latest; raises `Rejected`."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def read(self) -> KeptToken | None:
        """What is kept; raises `Rejected` for a file that can't be read, so that nobody overwrites it unseen."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=KeptToken)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Rejected(f"{self.path}: not readable as a kept token", Reason.CREDENTIAL_UNREADABLE) from error

    def write(self, token: KeptToken) -> None:
        """Replace what is kept; raises `Rejected`."""
        try:
            storage.replace(self.path, msgspec.json.encode(token))
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> Rejected:
        return Rejected(f"{self.path}: {error.strerror}", Reason.CREDENTIAL_UNREADABLE)
