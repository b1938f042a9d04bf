"""One account's access to the network: TLS, deadlines, one origin for credentials, and every response counted."""

import copy
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, Self

import requests
from requests.auth import AuthBase

from exporter.errors import Failure, Malformed, Reason, Transient
from exporter.transport import bodies
from exporter.transport.deadline import Deadline
from exporter.transport.failures import Translated
from exporter.transport.network import Network
from exporter.transport.origins import Origin, public
from exporter.transport.proxies import require_usable_proxy
from exporter.transport.quotas import remaining
from exporter.transport.response import Response
from exporter.transport.retry import verdict
from exporter.transport.stop import Stop
from exporter.transport.tracing import RequestLog

CONNECT_TIMEOUT_SECONDS = 10.0


class Observer(Protocol):
    """Counts responses, requests without one, retries, waits, and what is left of quotas."""

    def answered(self, status: int, seconds: float) -> None:
        """A response came, whatever its status."""

    def unanswered(self, reason: Reason) -> None:
        """A request was sent, or could not be, and no response came."""

    def retried(self, throttled_seconds: float) -> None:
        """A request is sent again, after a wait of so many seconds where the server throttles."""

    def put_off(self, throttled_seconds: float) -> None:
        """Throttling ends the run, and the next one waits for so many seconds."""

    def quotas_left(self, quotas: Mapping[str, float]) -> None:
        """A response stated how much is left of these quotas, by their names in `quotas.remaining`."""


class Unobserved:
    """Counts nothing."""

    def answered(self, status: int, seconds: float) -> None: ...
    def unanswered(self, reason: Reason) -> None: ...
    def retried(self, throttled_seconds: float) -> None: ...
    def put_off(self, throttled_seconds: float) -> None: ...
    def quotas_left(self, quotas: Mapping[str, float]) -> None: ...


class HttpClient:
    """Sends one request; reads the whole response, of at most `limit` bytes, within `timeout` seconds, or streams it.

    What carries credentials is sent to `origin` alone, judged by the prepared request, just before it is sent.
    Failures quote what the service says only if its texts are `quotable`.
    Redirects are not followed, cookies and `.netrc` are not used, proxies of the environment are.
    The account's `ca_file` goes with each request: `REQUESTS_CA_BUNDLE` would override it as a session's setting.

    `network` is shared by all accounts, with the limits of requests in flight; `api` and `account` name whose they are.
    Once `stopped` is set, none is sent, and those in flight are aborted.
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
        network: Network | None = None,
        stopped: Stop | None = None,
        api: str = "",
        account: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._origin = Origin.from_url(origin)
        self._network = network or Network()
        self._stopped = stopped or Stop()
        self._holder = f"{api}/{account}"
        self._log = RequestLog(api, account, about_persons=not quotable)
        self._observer = observer
        self._timeout = timeout
        self._limit = limit
        self._quotable = quotable
        self._direct = False
        self._verify = str(ca_file) if ca_file else None
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

    @property
    def at_once(self) -> int:
        """How many requests of the account may be in flight."""
        return self._network.limits.per_account

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
        """Close the idle connections of the network."""
        self._network.session.close()

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
        where = f"{method} {public(url)}"
        if not self._direct:
            require_usable_proxy(url)
        with Translated(where, None, total_seconds, silence):
            # Before there is a place: a token may have to be requested, which needs one too.
            guard = _Guard(self._origin, auth, send_credentials)
            request = self._network.session.prepare_request(requests.Request(method, url, auth=guard, **arguments))
            host = str(Origin.from_url(request.url or ""))
            # Empty proxies exclude those of the environment.
            proxies = {"http": "", "https": ""} if self._direct else {}
            settings = self._network.session.merge_environment_settings(request.url, proxies, True, self._verify, None)
        with self._network.request(host, self._holder, total_seconds, self._stopped) as deadline:
            started = self._clock()
            translated = Translated(where, deadline, total_seconds, silence)
            try:
                with translated, deadline.current():
                    answer = self._network.session.send(
                        request,
                        timeout=(min(CONNECT_TIMEOUT_SECONDS, silence), silence),
                        allow_redirects=False,
                        **settings,
                    )
            except Failure as failure:
                self._observer.unanswered(failure.reason)
                self._log.unanswered(request, failure, self._clock() - started)
                raise
            with answer:
                try:
                    if send_credentials and (left := remaining(answer.headers)):
                        self._observer.quotas_left(left)
                    with translated:
                        response = replace(_response(answer), quotable=self._quotable)
                    chunks = iter((response.content,))
                    if _is_success(answer):
                        chunks = _whole(response, bodies.chunks(answer.raw, limit, framed=framed), translated, deadline)
                    yield response, chunks
                finally:
                    seconds = self._clock() - started
                    self._observer.answered(answer.status_code, seconds)
                    self._log.answered(request, answer, seconds)


def _response(answer: requests.Response) -> Response:
    """The response; the content of a success is not read yet."""
    content = b"" if _is_success(answer) else bodies.beginning(answer.raw)
    return Response(answer.status_code, answer.reason or "", answer.headers, answer.url or "", answer.request, content)


def _is_success(answer: requests.Response) -> bool:
    return 200 <= answer.status_code < 300


def _whole(response: Response, chunks: Iterator[bytes], translated: Translated, deadline: Deadline) -> Iterator[bytes]:
    """The body; a connection that was shut down at the deadline must not look like its end."""
    with translated:
        try:
            yield from chunks
        except Malformed as error:
            if not deadline.expired:
                raise Malformed(response.described(str(error))) from error
        if deadline.expired:
            raise requests.Timeout


def _available(answer: Response) -> Response:
    problem = verdict(answer, datetime.now(UTC))
    if isinstance(problem, Transient):
        raise problem
    return answer


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
