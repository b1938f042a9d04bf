"""One account's way onto the network: TLS, time-outs, no redirects, no cookies, and every answer counted."""

import time
from collections.abc import Callable, Iterator
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
CHUNK = 1 << 16


class Observer(Protocol):
    """Is told what happened on the wire."""

    def answered(self, status: int, seconds: float) -> None:
        """An answer came, whatever it says."""

    def retried(self, throttled_seconds: float) -> None:
        """A request is sent again; a throttling answer made us wait for so many seconds."""


class HttpClient:
    """Sends one request and reads the whole answer within `timeout` seconds.

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
        where = f"{method} {urlsplit(url)._replace(query='', fragment='').geturl()}"
        started = self._clock()
        try:
            answer = self._session.request(
                method,
                url,
                **arguments,
                **self._verify,
                timeout=(min(CONNECT_TIMEOUT, self._timeout), self._timeout),
                allow_redirects=False,
                stream=True,
            )
            with answer:
                answer._content = b"".join(self._chunks(answer, started + self._timeout))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise self._failure(where, error) from error
        self._observer.answered(answer.status_code, self._clock() - started)
        return answer

    def _chunks(self, answer: requests.Response, deadline: float) -> Iterator[bytes]:
        """The body as it arrives; a body that only drips is cut off at the deadline."""
        while chunk := answer.raw.read1(CHUNK, decode_content=True):
            yield chunk
            if self._clock() > deadline:
                raise requests.Timeout

    def _failure(self, where: str, error: BaseException) -> Transient:
        if isinstance(error, requests.exceptions.SSLError):
            return Transient(f"{where}: {_cause(error)}", Reason.TLS)
        if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
            return Transient(f"{where}: no whole answer within {self._timeout:g} s", Reason.TIMEOUT)
        return Transient(f"{where}: {_cause(error)}", Reason.CONNECTION)

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


def _cause(error: BaseException) -> str:
    """The innermost error, which says what went wrong without the URL that the outer ones repeat."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
