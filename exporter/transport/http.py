"""One account's way onto the network: TLS, time-outs, no redirects, no cookies, and every answer counted."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3

from exporter.errors import Reason, Transient
from exporter.transport.retry import verdict

CONNECT_TIMEOUT = 10.0
CHUNK = 1 << 18


class Observer(Protocol):
    """Is told what happened on the wire."""

    def answered(self, status: int, seconds: float) -> None:
        """An answer came, whatever it says."""

    def retried(self, throttled_seconds: float) -> None:
        """A request is sent again; a throttling answer made us wait for so many seconds."""

    def put_off(self, throttled_seconds: float) -> None:
        """A throttling answer ends the run, and the next one waits for so many seconds."""


class HttpClient:
    """Sends one request; reads the whole answer within `timeout` seconds, or hands out its stream.

    The account's `ca_file` goes with each request: as a session's setting it would silently lose against
    `REQUESTS_CA_BUNDLE`. Redirects are not followed, so credentials can't follow them either.
    Its `get`, `post` and `close` are also what msal asks of an `http_client`.
    """

    def __init__(
        self,
        *,
        observer: Observer,
        timeout: float,
        ca_file: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._observer = observer
        self._timeout = timeout
        self._verify: dict[str, Any] = {"verify": str(ca_file)} if ca_file else {}
        self._clock = clock

    def request(self, method: str, url: str, **arguments: Any) -> requests.Response:
        """Any answer, its content read; raises `Transient` when none came in time or whole."""
        with self.stream(method, url, **arguments) as (answer, chunks):
            answer._content = b"".join(chunks)
        return answer

    @contextmanager
    def stream(
        self, method: str, url: str, *, patience: float | None = None, **arguments: Any
    ) -> Iterator[tuple[requests.Response, Iterator[bytes]]]:
        """Any answer, and its body as it arrives, within `timeout` seconds, or, with `patience`, without a silence
        that is longer.

        Raises `Transient` for whatever breaks, at the start or while the body is read.
        """
        where = f"{method} {public(url)}"
        silence = patience or self._timeout
        started = self._clock()
        try:
            with self._session.request(
                method,
                url,
                **arguments,
                **self._verify,
                timeout=(min(CONNECT_TIMEOUT, silence), silence),
                allow_redirects=False,
                stream=True,
            ) as answer:
                try:
                    yield answer, self._chunks(where, answer, silence, None if patience else started + silence)
                finally:
                    self._observer.answered(answer.status_code, self._clock() - started)
        except (requests.RequestException, OSError) as error:
            raise _failure(where, error, silence) from error

    def _chunks(self, where: str, answer: requests.Response, silence: float, deadline: float | None) -> Iterator[bytes]:
        """A body that only drips is cut off at the deadline."""
        try:
            while chunk := answer.raw.read1(CHUNK, decode_content=True):
                yield chunk
                self._require_time(deadline)
        except (requests.Timeout, urllib3.exceptions.HTTPError, OSError) as error:
            raise _failure(where, error, silence) from error

    def _require_time(self, deadline: float | None) -> None:
        if deadline and self._clock() > deadline:
            raise requests.Timeout

    def get(self, url: str, **arguments: Any) -> requests.Response:
        """For msal: raises `Transient` for an outage or throttling, so that msal's cache never sees one."""
        return self._available(self.request("GET", url, **arguments))

    def post(self, url: str, **arguments: Any) -> requests.Response:
        """As `get`."""
        return self._available(self.request("POST", url, **arguments))

    def _available(self, answer: requests.Response) -> requests.Response:
        problem = verdict(answer, datetime.now(UTC))
        if isinstance(problem, Transient):
            raise problem
        return answer

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()


def public(url: str) -> str:
    """The part of a URL that may be told: no query, no user and no password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _failure(where: str, error: BaseException, patience: float) -> Transient:
    if isinstance(error, requests.exceptions.SSLError):
        return Transient(f"{where}: {_cause(error)}", Reason.TLS)
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return Transient(f"{where}: no whole answer within {patience:g} s", Reason.TIMEOUT)
    return Transient(f"{where}: {_cause(error)}", Reason.CONNECTION)


def _cause(error: BaseException) -> str:
    """The innermost error, which says what went wrong without the URL that the outer ones repeat."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
