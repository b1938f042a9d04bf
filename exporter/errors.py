"""The tree of failures, named by what happens next."""

from collections.abc import Sequence
from enum import StrEnum


class Reason(StrEnum):
    """Why a run failed: the closed list of values of the label `reason`."""

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
    """The process can't start: every error of the configuration, as `path: message`."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = tuple(errors)


class NotModified(Exception):  # noqa: N818 (RFC 9110 15.4.5 names it; it is no error)
    """The source confirmed that what is published is still what it would send."""


class Failure(Exception):  # noqa: N818 (its subclasses are verdicts, not errors)
    """A run brought nothing; what is published stays."""

    def __init__(self, text: str, reason: Reason) -> None:
        super().__init__(text)
        self.reason = reason


class Transient(Failure):
    """Try again soon; not before `retry_after` seconds have passed, where the server named a time."""

    def __init__(self, text: str, reason: Reason, retry_after: float | None = None) -> None:
        super().__init__(text, reason)
        self.retry_after = retry_after


class RateLimited(Transient):
    """The server throttles us: waiting is all that helps."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text, Reason.THROTTLED, retry_after)


class Rejected(Failure):
    """The server understood and refused; the same request will be refused until somebody changes something.

    `code` is the service's own number or word for it, where the answer has one; `status` and `body` are the answer's,
    0 and empty where no answer was the reason.
    """

    def __init__(self, text: str, reason: Reason, code: str = "", *, status: int = 0, body: bytes = b"") -> None:
        super().__init__(text, reason)
        self.code = code
        self.status = status
        self.body = body


class SignInRequired(Rejected):
    """Nothing but a person's sign-in ends this; the text says with which command."""

    def __init__(self, text: str, account: str) -> None:
        command = f"azure-billing-exporter login {account} --config.file=…"
        super().__init__(f"{text}; a person must sign in: {command}", Reason.SIGN_IN_REQUIRED)


class Emptied(Failure):
    """The answer would remove published figures of its own period; it is believed when the next run says the same."""

    def __init__(self, text: str) -> None:
        super().__init__(text, Reason.EMPTIED)


class Malformed(Failure):
    """The answer is not what the documentation says, so none of it is published."""

    def __init__(self, text: str) -> None:
        super().__init__(text, Reason.MALFORMED)
