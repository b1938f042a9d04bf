"""What the HTTP libraries raise, as a `Failure`."""

from dataclasses import dataclass
from types import TracebackType

import requests
import urllib3

from exporter.errors import Failure, Malformed, Reason, Transient
from exporter.masking import redacted
from exporter.transport.deadline import STOPPING, Deadline


@dataclass(frozen=True, slots=True)
class Translated:
    """A context that turns what the libraries raise during the request `where` into a `Failure`."""

    where: str
    deadline: Deadline | None
    total_seconds: float
    silence_seconds: float

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError | OSError | UnicodeError):
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> Failure:
        if self.deadline and self.deadline.aborted:
            return Transient(f"{self.where}: {STOPPING}", Reason.CONNECTION)
        if self.deadline and self.deadline.expired:
            return Transient(f"{self.where}: no whole answer within {self.total_seconds:g} s", Reason.TIMEOUT)
        if isinstance(error, requests.exceptions.SSLError):
            return Transient(f"{self.where}: {_cause(error)}", Reason.TLS)
        if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
            text = f"{self.where}: no answer, or no more of it, within {self.silence_seconds:g} s"
            return Transient(text, Reason.TIMEOUT)
        if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader | UnicodeError):
            return Malformed(f"{self.where}: not a request that can be sent: {_cause(error)}")
        proxy = "the proxy of the environment: " if isinstance(error, requests.exceptions.ProxyError) else ""
        return Transient(f"{self.where}: {proxy}{_cause(error)}", Reason.CONNECTION)


def _cause(error: BaseException) -> str:
    """The innermost error, which says what went wrong without the URL that the outer ones repeat."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    strerror = error.strerror if isinstance(error, OSError) else None
    return redacted(strerror or str(error) or type(error).__name__)
