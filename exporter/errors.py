"""Exceptions, classified by how the exporter reacts to them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Self


class Reason(StrEnum):
    """Why a run failed: all values of the label `reason`."""

    CONNECTION = "connection"
    TIMEOUT = "timeout"
    TLS = "tls"
    THROTTLED = "throttled"
    SERVER_ERROR = "server_error"
    LOGIN = "login"
    SIGN_IN_REQUIRED = "sign_in_required"
    CREDENTIAL_UNREADABLE = "credential_unreadable"
    STORAGE = "storage"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    MALFORMED = "malformed"
    EMPTIED = "emptied"
    INTERNAL = "internal"


class ConfigError(Exception):
    """The configuration or the environment is invalid; `errors` has every message, as `path: message`."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = tuple(errors)


class NotModified(Exception):  # noqa: N818 (RFC 9110 15.4.5 names it; it is no error)
    """The API confirmed that the published data is current."""


class Failure(Exception):  # noqa: N818 (its subclasses are verdicts, not errors)
    """A run failed; the published collection stays. `advice` is the end of its text that says what to do, if any."""

    def __init__(self, text: str, reason: Reason) -> None:
        super().__init__(text)
        self.reason = reason
        self.advice = ""

    @property
    def without_advice(self) -> str:
        """The text without what to do."""
        return str(self).replace(f" ({self.advice})", "") if self.advice else str(self)


class Transient(Failure):
    """Retry soon, but not before `retry_after` seconds if the server sent a time."""

    def __init__(self, text: str, reason: Reason, retry_after: float | None = None) -> None:
        super().__init__(text, reason)
        self.retry_after = retry_after


class RateLimited(Transient):
    """The server throttles requests."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text, Reason.THROTTLED, retry_after)


class Rejected(Failure):
    """The server refused the request, and will refuse it until the configuration or a permission is changed.

    `code` is the API's own error code, if the response has one; `status` and `body` are those of the response,
    0 and empty if the failure has none.
    """

    def __init__(self, text: str, reason: Reason, code: str = "", *, status: int = 0, body: bytes = b"") -> None:
        super().__init__(text, reason)
        self.code = code
        self.status = status
        self.body = body

    def with_text(self, text: str) -> Self:
        """A copy with another text."""
        other = type(self).__new__(type(self), text)
        vars(other).update(vars(self))
        return other

    def with_advice(self, advice: str) -> Self:
        """A copy whose text ends in what to do; itself without advice."""
        if not advice:
            return self
        other = self.with_text(f"{self} ({advice})")
        other.advice = advice
        return other


class SignInRequired(Rejected):
    """Only an interactive sign-in helps; the text has the command."""

    def __init__(self, text: str, account: str) -> None:
        command = f"azure-billing-exporter login {account} --config.file=…"
        super().__init__(f"{text}; interactive sign-in required: {command}", Reason.SIGN_IN_REQUIRED)


class Emptied(Failure):
    """The response would remove published series of its own period; the next run must confirm it."""

    def __init__(self, text: str) -> None:
        super().__init__(text, Reason.EMPTIED)


class Malformed(Failure):
    """The response does not match the documentation, so none of it is published."""

    def __init__(self, text: str) -> None:
        super().__init__(text, Reason.MALFORMED)
