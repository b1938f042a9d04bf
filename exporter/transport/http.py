"""One account's access to the network: TLS, deadlines, one origin for credentials, and every response counted."""

import copy
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Protocol, Self

import requests
from requests.auth import AuthBase

from exporter.errors import Malformed, Transient
from exporter.transport import bodies
from exporter.transport.deadline import Deadline, WatchedAdapter
from exporter.transport.failures import Translated
from exporter.transport.origins import Origin, public
from exporter.transport.proxies import require_usable_proxy
from exporter.transport.quotas import remaining
from exporter.transport.response import Response
from exporter.transport.retry import verdict

CONNECT_TIMEOUT_SECONDS = 10.0
DIRECT: Mapping[str, Any] = {"proxies": {"http": "", "https": ""}}
"""Arguments of `requests` that exclude the proxies of the environment."""


class Observer(Protocol):
    """Counts responses, retries, waits, and what is left of quotas."""

    def answered(self, status: int, seconds: float) -> None:
        """A response came, whatever its status."""

    def retried(self, throttled_seconds: float) -> None:
        """A request is sent again, after a wait of so many seconds where the server throttles."""

    def put_off(self, throttled_seconds: float) -> None:
        """Throttling ends the run, and the next one waits for so many seconds."""

    def quotas_left(self, quotas: Mapping[str, float]) -> None:
        """A response stated how much is left of these quotas, by their names in `quotas.remaining`."""


class Unobserved:
    """Counts nothing."""

    def answered(self, status: int, seconds: float) -> None: ...
    def retried(self, throttled_seconds: float) -> None: ...
    def put_off(self, throttled_seconds: float) -> None: ...
    def quotas_left(self, quotas: Mapping[str, float]) -> None: ...


class HttpClient:
    """Sends one request; reads the whole response, of at most `limit` bytes, within `timeout` seconds, or streams it.

    What carries credentials is sent to `origin` alone, judged by the prepared request, just before it is sent.
    Failures quote what the service says only if its texts are `quotable`.
    Redirects are not followed, cookies and `.netrc` are not used, proxies of the environment are.
    The account's `ca_file` goes with each request: `REQUESTS_CA_BUNDLE` would override it as a session's setting.
    """

    def __init__(
        self,
        *,
        origin: str,
        observer: Observer,
        timeout: float,
        ca_file: Path | None = None,
        limit: int = bodies.PAGE,
        quotable: bool = True,
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
        self._quotable = quotable
        self._direct = False
        self._verify: dict[str, Any] = {"verify": str(ca_file)} if ca_file else {}
        self._clock = clock

    def at(self, origin: str, *, direct: bool = False, timeout: float | None = None) -> Self:
        """The same for another origin, with the same connections; `direct` never uses a proxy, as for link-local hosts.

        Closing one closes the connections of both; `timeout` is a shorter one.
        """
        other = copy.copy(self)
        other._timeout = min(self._timeout, timeout or self._timeout)
        other._origin = Origin.from_url(origin)
        other._direct = direct
        return other

    def request(self, method: str, url: str, **arguments: Any) -> Response:
        """Any response, its content read; raises `Transient` when none came in time or whole, or `Malformed`."""
        with self.stream(method, url, total_seconds=self._timeout, limit=self._limit, **arguments) as (answer, chunks):
            return replace(answer, content=b"".join(chunks))

    def get(self, url: str, **arguments: Any) -> Response:
        """As `request`, for the login host; raises `Transient` for an outage or throttling too."""
        return _available(self.request("GET", url, **arguments))

    def post(self, url: str, **arguments: Any) -> Response:
        """As `get`."""
        return _available(self.request("POST", url, **arguments))

    def close(self) -> None:
        """Close the idle connections."""
        self._session.close()

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
        """Any response, and its body as it arrives: all within `total_seconds`, silent for `silence_seconds` at most.

        The body of a response that is no success is cut at `bodies.ERROR` bytes and is the response's content.
        Raises `Transient` for whatever breaks, at the start or while the body is read.
        """
        silence = min(silence_seconds or total_seconds, total_seconds)
        if not self._direct:
            require_usable_proxy(url)
        started = self._clock()
        with Deadline(total_seconds) as deadline:
            translated = Translated(f"{method} {public(url)}", deadline, total_seconds, silence)
            with translated, deadline.current():
                answer = self._session.request(
                    method,
                    url,
                    auth=_Guard(self._origin, auth, send_credentials),
                    **arguments,
                    **self._verify,
                    **(DIRECT if self._direct else {}),
                    timeout=(min(CONNECT_TIMEOUT_SECONDS, silence), silence),
                    allow_redirects=False,
                    stream=True,
                )
            with answer:
                try:
                    if send_credentials and (left := remaining(answer.headers)):
                        self._observer.quotas_left(left)
                    with translated:
                        response = replace(_response(answer), quotable=self._quotable)
                    chunks = iter((response.content,))
                    if _is_success(answer):
                        chunks = _whole(response, bodies.chunks(answer.raw, limit, framed=framed), translated)
                    yield response, chunks
                finally:
                    self._observer.answered(answer.status_code, self._clock() - started)


def _response(answer: requests.Response) -> Response:
    """The response; the content of a success is not read yet."""
    content = b"" if _is_success(answer) else bodies.beginning(answer.raw)
    return Response(answer.status_code, answer.reason or "", answer.headers, answer.url or "", answer.request, content)


def _is_success(answer: requests.Response) -> bool:
    return 200 <= answer.status_code < 300


def _whole(response: Response, chunks: Iterator[bytes], translated: Translated) -> Iterator[bytes]:
    """The body; a connection that was shut down at the deadline must not look like its end."""
    with translated:
        try:
            yield from chunks
        except Malformed as error:
            if not translated.deadline.expired:
                raise Malformed(response.described(str(error))) from error
        if translated.deadline.expired:
            raise requests.Timeout


def _available(answer: Response) -> Response:
    problem = verdict(answer, datetime.now(UTC))
    if isinstance(problem, Transient):
        raise problem
    return answer


class _Session(requests.Session):
    """Reads no redirect: `requests` would parse its address even where it is not to be followed."""

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
