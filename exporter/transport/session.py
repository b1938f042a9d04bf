"""One account's HTTP: who asks, whom, how often again, and which answer would be no news."""

import copy
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase
from tenacity.stop import stop_when_event_set

from exporter.errors import Failure, Malformed, NotModified, RateLimited, Reason, Rejected, Transient
from exporter.model.collection import Validators
from exporter.transport.http import HttpClient, Observer, public
from exporter.transport.pace import Pace
from exporter.transport.retry import retrying, verdict

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """One whole answer: its body, where it was found, and its headers under names in any case."""

    url: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Session:
    """Asks below one account's `base_url`, with its credentials, and with patience.

    Credentials never leave the origin of `base_url`: a URL elsewhere is `Malformed`, unless it is to be read
    as a stranger.
    """

    def __init__(
        self,
        http: HttpClient,
        auth: AuthBase,
        *,
        base_url: str,
        observer: Observer,
        stopped: threading.Event,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.clock = clock
        self._http = http
        self._auth = auth
        self._observer = observer
        self._stopped = stopped
        self.pace: Pace | None = None

    def paced(self, per_minute: float) -> "Session":
        """The same session, whose requests have a budget of their own, retries included."""
        twin = copy.copy(self)
        twin.pace = Pace(per_minute, self._stopped)
        return twin

    def get(
        self,
        url: str,
        *,
        method: str = "GET",
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Page:
        """The page at `url`, absolute or relative to `base_url`; raises `NotModified` or a `Failure`.

        With `validators` the request is conditional (RFC 9110 13.1.2), and the answer's ETag is noted there.
        """
        asked = {"params": params, "headers": {"Accept": "application/json", **(headers or {})}}

        def attempt() -> Page:
            with self._open(method, self.resolve(url), asked, validators or Validators()) as (answer, chunks):
                return Page(answer.url, b"".join(chunks), answer.headers)

        return self._patiently(attempt)

    @contextmanager
    def stream(
        self,
        url: str,
        *,
        patience: float,
        params: Mapping[str, str] | None = None,
        validators: Validators | None = None,
        stranger: bool = False,
    ) -> Iterator[Iterator[bytes]]:
        """The body at `url` as it arrives; silence may last `patience` seconds.

        Only the beginning is tried again, since what has been read of a broken body is with the reader already.
        A `stranger` shows no credentials and may read anywhere (a blob whose URL is its own permission).
        """
        with ExitStack() as stack:

            def attempt() -> Iterator[bytes]:
                where = _anywhere(url) if stranger else self.resolve(url)
                opened = self._open(
                    "GET", where, {"params": params}, validators or Validators(), patience=patience, stranger=stranger
                )
                return stack.enter_context(opened)[1]

            yield self._patiently(attempt)

    def pause(self, seconds: float) -> None:
        """Wait; raises `Transient` when the process stops meanwhile."""
        if self._stopped.wait(seconds):
            raise Transient("the exporter stops", Reason.CONNECTION)

    def resolve(self, url: str) -> str:
        """`url` below `base_url`, or itself where it is absolute and of the same origin."""
        try:
            absolute = urljoin(f"{self.base_url}/", url)
            away = _origin(absolute) != _origin(self.base_url)
        except ValueError as error:
            raise Malformed(f"not a link: {error}") from error
        if away:
            raise Malformed(f"a link leads away from {self.base_url} to {urlsplit(public(absolute)).netloc}")
        return absolute

    def _patiently(self, attempt: Callable[[], T]) -> T:
        def told(failure: Transient, seconds: float) -> None:
            self._observer.retried(seconds if isinstance(failure, RateLimited) else 0)

        stop = stop_when_event_set(self._stopped)
        try:
            return retrying(sleep=self._sleep, stop=stop, before_sleep=told)(attempt)
        except RateLimited as problem:
            self._observer.put_off(problem.retry_after or 0)
            raise

    def _sleep(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    @contextmanager
    def _open(
        self,
        method: str,
        url: str,
        asked: Mapping[str, Any],
        validators: Validators,
        *,
        patience: float | None = None,
        stranger: bool = False,
    ) -> Iterator[tuple[requests.Response, Iterator[bytes]]]:
        def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
            if not stranger:
                self._auth(request)
            if etag := validators.known.get(_validator_key(request)):
                request.headers["If-None-Match"] = etag
            return request

        if self.pace:
            self.pace.wait()
        with self._http.stream(method, url, auth=authorize, patience=patience, **asked) as (answer, chunks):
            if not 200 <= answer.status_code < 300:
                answer._content = b"".join(chunks)
            if problem := verdict(answer, self.clock()):
                raise self._told(problem, answer, validators)
            if etag := answer.headers.get("ETag"):
                validators.seen[_validator_key(answer.request)] = etag
            yield answer, chunks

    def _told(
        self, problem: Failure | NotModified, answer: requests.Response, validators: Validators
    ) -> Failure | NotModified:
        request = answer.request
        if isinstance(problem, NotModified):
            if "If-None-Match" in request.headers:
                return problem
            problem = Malformed("304 although nothing was known")
        text = _without_secret(str(problem), request)
        if isinstance(problem, Rejected) and problem.reason is Reason.UNAUTHORIZED:
            text += getattr(self._auth, "hint", "")
        problem.args = (f"{request.method} {public(answer.url)}: {text}",)
        return problem


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _anywhere(url: str) -> str:
    try:
        scheme, host, _ = _origin(url)
    except ValueError as error:
        raise Malformed(f"not a link: {error}") from error
    if scheme != "https" and not (scheme == "http" and host in {"localhost", "127.0.0.1", "::1"}):
        raise Malformed(f"a link is not https: {public(url)[:100]}")
    return url


def _validator_key(request: requests.PreparedRequest) -> str:
    """What an ETag is valid for: this URL for these credentials, of which only a hash is kept."""
    asked = f"{request.headers.get('Authorization')} {request.url}"
    return hashlib.sha256(asked.encode()).hexdigest()


def _without_secret(text: str, request: requests.PreparedRequest) -> str:
    """An error text that repeats our own credential must not carry it into a log."""
    secret = str(request.headers.get("Authorization", "")).rpartition(" ")[2]
    return text.replace(secret, "<secret>") if secret else text
