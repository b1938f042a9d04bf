"""One account's way onto the network: TLS, deadlines, one origin for credentials, and every answer counted."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import requests
import urllib3
from requests.auth import AuthBase

from exporter.errors import Failure, Malformed, Reason, Transient
from exporter.transport import bodies
from exporter.transport.deadline import Deadline, WatchedAdapter
from exporter.transport.origins import Origin, public
from exporter.transport.proxies import require_usable_proxy
from exporter.transport.redaction import redacted
from exporter.transport.response import Response
from exporter.transport.retry import verdict

CONNECT_TIMEOUT = 10.0


class Observer(Protocol):
    """Is told what happened on the wire."""

    def answered(self, status: int, seconds: float) -> None:
        """An answer came, whatever it says."""

    def retried(self, throttled_seconds: float) -> None:
        """A request is sent again; a throttling answer made us wait for so many seconds."""

    def put_off(self, throttled_seconds: float) -> None:
        """A throttling answer ends the run, and the next one waits for so many seconds."""


class Unobserved:
    """Nobody counts the answers."""

    def answered(self, status: int, seconds: float) -> None: ...
    def retried(self, throttled_seconds: float) -> None: ...
    def put_off(self, throttled_seconds: float) -> None: ...


class HttpClient:
    """Sends one request; reads the whole answer, of at most `limit` bytes, within `timeout` seconds, or hands out its
    stream.

    What shows credentials is sent to `origin` alone, judged by the prepared request, as it goes onto the wire.
    Redirects are not followed, cookies and `.netrc` are not used, proxies of the environment are.
    The account's `ca_file` goes with each request: as a session's setting it would silently lose against
    `REQUESTS_CA_BUNDLE`. `get`, `post` and `close` are what msal asks of an `http_client`.
    """

    def __init__(
        self,
        *,
        origin: str,
        observer: Observer,
        timeout: float,
        ca_file: Path | None = None,
        limit: int = bodies.PAGE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._origin = Origin.from_url(origin)
        self._session = _Session()
        self._session.mount("https://", WatchedAdapter())
        self._session.mount("http://", WatchedAdapter())
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["Accept-Encoding"] = "gzip"
        self._observer = observer
        self._timeout = timeout
        self._limit = limit
        self._verify: dict[str, Any] = {"verify": str(ca_file)} if ca_file else {}
        self._clock = clock

    def request(self, method: str, url: str, **arguments: Any) -> Response:
        """Any answer, its content read; raises `Transient` when none came in time or whole, or `Malformed`."""
        with self.stream(method, url, total_seconds=self._timeout, limit=self._limit, **arguments) as (answer, chunks):
            return Response(
                answer.status_code, answer.reason, answer.headers, answer.url, answer.request, b"".join(chunks)
            )

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        total_seconds: float,
        silence_seconds: float | None = None,
        limit: int = bodies.STREAM,
        framed: bool = False,
        auth: AuthBase | None = None,
        send_credentials: bool = True,
        **arguments: Any,
    ) -> Iterator[tuple[Response, Iterator[bytes]]]:
        """Any answer, and its body as it arrives: all within `total_seconds`, silent for `silence_seconds` at most.

        The body of an answer that is no success is cut at `bodies.ERROR` bytes and is the response's content.
        Raises `Transient` for whatever breaks, at the start or while the body is read.
        """
        silence = min(silence_seconds or total_seconds, total_seconds)
        require_usable_proxy(url)
        started = self._clock()
        with Deadline(total_seconds) as deadline:
            breaks = _Breaks(f"{method} {public(url)}", deadline, total_seconds, silence)
            with breaks:
                with deadline.current():
                    answer = self._session.request(
                        method,
                        url,
                        auth=_Guard(self._origin, auth, send_credentials),
                        **arguments,
                        **self._verify,
                        timeout=(min(CONNECT_TIMEOUT, silence), silence),
                        allow_redirects=False,
                        stream=True,
                    )
                with answer:
                    try:
                        yield self._opened(answer, limit, framed, breaks)
                    finally:
                        self._observer.answered(answer.status_code, self._clock() - started)

    def _opened(
        self, answer: requests.Response, limit: int, framed: bool, breaks: "_Breaks"
    ) -> tuple[Response, Iterator[bytes]]:
        success = 200 <= answer.status_code < 300
        content = b"" if success else bodies.beginning(answer.raw)
        response = Response(
            answer.status_code, answer.reason or "", answer.headers, answer.url or "", answer.request, content
        )
        return response, self._whole(response, answer, limit, framed, breaks) if success else iter((content,))

    def _whole(
        self, response: Response, answer: requests.Response, limit: int, framed: bool, breaks: "_Breaks"
    ) -> Iterator[bytes]:
        """The body; a connection that was shut down at the deadline must not look like its end."""
        with breaks:
            try:
                yield from bodies.chunks(answer.raw, limit, framed=framed)
            except Malformed as error:
                if not breaks.deadline.expired:
                    raise Malformed(response.described(str(error))) from error
            if breaks.deadline.expired:
                raise requests.Timeout

    def get(self, url: str, **arguments: Any) -> Response:
        """For msal: raises `Transient` for an outage or throttling, so that msal's cache never sees one."""
        return self._available(self.request("GET", url, **arguments))

    def post(self, url: str, **arguments: Any) -> Response:
        """As `get`."""
        return self._available(self.request("POST", url, **arguments))

    def _available(self, answer: Response) -> Response:
        problem = verdict(answer, datetime.now(UTC))
        if isinstance(problem, Transient):
            raise problem
        return answer

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()


class _Session(requests.Session):
    """Looks at no redirect: `requests` would parse its address even where it is not to be followed."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class _Guard(AuthBase):
    """Adds credentials to a request that goes to their origin, and refuses one that goes anywhere else."""

    def __init__(self, origin: Origin, auth: AuthBase | None, send_credentials: bool) -> None:
        self._origin = origin
        self._auth = auth
        self._send_credentials = send_credentials

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._send_credentials:
            self._origin.require(request.url or "")
        return self._auth(request) if self._auth else request


@dataclass(frozen=True, slots=True)
class _Breaks:
    """Turns what the libraries raise while a request is under way into a `Failure`."""

    where: str
    deadline: Deadline
    total: float
    silence: float

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError | OSError | UnicodeError):
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> Failure:
        if self.deadline.expired:
            return Transient(f"{self.where}: no whole answer within {self.total:g} s", Reason.TIMEOUT)
        if isinstance(error, requests.exceptions.SSLError):
            return Transient(f"{self.where}: {_cause(error)}", Reason.TLS)
        if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
            return Transient(f"{self.where}: no answer, or no more of it, within {self.silence:g} s", Reason.TIMEOUT)
        if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader | UnicodeError):
            return Malformed(f"{self.where}: not a request that can be sent: {_cause(error)}")
        proxy = "the proxy of the environment: " if isinstance(error, requests.exceptions.ProxyError) else ""
        return Transient(f"{self.where}: {proxy}{_cause(error)}", Reason.CONNECTION)


def _cause(error: BaseException) -> str:
    """The innermost error, which says what went wrong without the URL that the outer ones repeat."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    strerror = error.strerror if isinstance(error, OSError) else None
    return redacted(strerror or str(error) or type(error).__name__, ())
