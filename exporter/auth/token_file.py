"""The refresh token that is stored between two uses, in a file that is replaced whole."""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from exporter.auth.secret import is_token
from exporter.errors import Reason, Rejected, Transient
from exporter.storage import Reserved

RESERVED_BYTES = 65_536
"""More than two refresh tokens take."""
LOCK_TIMEOUT_SECONDS, LOCK_POLL_SECONDS = 30.0, 0.05
"""The wait for another process's exchange, and between two attempts."""

Store = Callable[["StoredToken"], None]
"""Puts a token into the file whose space is reserved; raises `Transient`."""


class StoredToken(msgspec.Struct, frozen=True):
    """The newest refresh token, when it was last used, and the fingerprint of the configured one that it replaces.

    The fingerprint is empty when no token was configured. `previous` is the last token that worked, until the
    newest has worked too; then it is empty.
    """

    replaces: str
    refresh_token: str
    used: float = 0.0
    previous: str = ""

    def __repr__(self) -> str:
        return f"StoredToken(used={self.used})"


def fingerprint(token: str) -> str:
    """The hash of a configured token; empty for none."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


class TokenFile:
    """One account's stored token: mode 0600, and one process at a time.

    After a crash the file holds the old token or the new one. A process holds the lock from reading a token
    until its successor is written, so that no other one uses the same token.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.path = path
        self._clock = clock
        self._sleep = sleep

    @contextmanager
    def locked(self, timeout_seconds: float = LOCK_TIMEOUT_SECONDS) -> Iterator[None]:
        """Hold the file's lock, which the end of the process releases.

        Raises `Transient` when another process still holds it after `timeout_seconds`, or the disk can't be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise self._not_writable(error) from error
        try:
            self._wait_for(lock, timeout_seconds)
            yield
        finally:
            os.close(lock)

    @contextmanager
    def reserved(self, purpose: str) -> Iterator[Store]:
        """Reserve the space for a successor on the disk; raises `Transient` when there is none.

        Only one process at a time may reserve for the same purpose.
        """
        try:
            reserved = Reserved(self.path, purpose, RESERVED_BYTES)
        except OSError as error:
            raise self._not_writable(error) from error

        def store(token: StoredToken) -> None:
            try:
                reserved.replace(msgspec.json.encode(token))
            except OSError as error:
                raise self._not_writable(error) from error

        try:
            yield store
        finally:
            reserved.discard()

    def read(self) -> StoredToken | None:
        """The stored token; raises a `Failure` for a file that can't be read, so that it is not overwritten."""
        try:
            stored = msgspec.json.decode(self.path.read_bytes(), type=StoredToken)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Transient(f"{self.path}: {error.strerror}", Reason.CREDENTIAL_UNREADABLE) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self._not_readable() from error
        if not is_token(stored.refresh_token):
            raise self._not_readable()
        return stored

    def _wait_for(self, lock: int, timeout_seconds: float) -> None:
        deadline = self._clock() + timeout_seconds
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self._clock() >= deadline:
                    name = self.path.with_suffix(".lock")
                    text = f"{name}: another process still holds this lock after {timeout_seconds:g} s"
                    raise Transient(text, Reason.STORAGE) from None
                self._sleep(LOCK_POLL_SECONDS)
            except OSError as error:
                raise self._not_writable(error) from error
            else:
                return

    def _not_readable(self) -> Rejected:
        text = f"{self.path}: not readable as a stored token; sign in again with `azure-billing-exporter login`"
        return Rejected(text, Reason.CREDENTIAL_UNREADABLE)

    def _not_writable(self, error: OSError) -> Transient:
        text = f"{self.path}: the refresh token can't be stored: {error.strerror}; make `storage.path` writable"
        return Transient(text, Reason.STORAGE)
