"""One account's HTTP: who asks, whom, how often again, and which answer would be no news."""

import copy
import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase
from tenacity.stop import stop_when_event_set

from exporter.errors import Failure, Malformed, NotModified, RateLimited, Transient
from exporter.model.collection import Validators
from exporter.transport.http import HttpClient, Observer
from exporter.transport.pace import Pace
from exporter.transport.retry import retrying, verdict


@dataclass(frozen=True, slots=True)
class Page:
    """One whole answer: its body, where it was found, and its headers under names in any case."""

    url: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Session:
    """GETs pages below one account's `base_url`, with its credentials, and with patience.

    Credentials never leave the origin of `base_url`: a URL elsewhere is `Malformed`.
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
        self._http = http
        self._auth = auth
        self._observer = observer
        self._stopped = stopped
        self._clock = clock
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
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Page:
        """The page at `url`, absolute or relative to `base_url`; raises `NotModified` or a `Failure`.

        With `validators` the request is conditional (RFC 9110 13.1.2), and the answer's ETag is noted there.
        """
        asked: dict[str, Any] = {
            "url": self.resolve(url),
            "params": params,
            "headers": {"Accept": "application/json", **(headers or {})},
        }
        attempts = retrying(sleep=self._sleep, stop=stop_when_event_set(self._stopped), before_sleep=self._tell_retry)
        return attempts(self._attempt, asked, validators or Validators())

    def resolve(self, url: str) -> str:
        """`url` below `base_url`, or itself where it is absolute and of the same origin."""
        absolute = urljoin(f"{self.base_url}/", url)
        if _origin(absolute) != _origin(self.base_url):
            raise Malformed(f"a link leads away from {self.base_url} to {urlsplit(absolute).netloc}")
        return absolute

    def _attempt(self, asked: Mapping[str, Any], validators: Validators) -> Page:
        def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
            self._auth(request)
            if etag := validators.known.get(_validator_key(request)):
                request.headers["If-None-Match"] = etag
            return request

        if self.pace:
            self.pace.wait()
        answer = self._http.request("GET", auth=authorize, **asked)
        problem = verdict(answer, self._clock())
        if isinstance(problem, NotModified) and "If-None-Match" not in answer.request.headers:
            problem = Malformed("304 although nothing was known")
        if isinstance(problem, Failure):
            problem.args = (f"GET {_without_query(answer.url)}: {_without_secret(str(problem), answer.request)}",)
            raise problem
        if etag := answer.headers.get("ETag"):
            validators.seen[_validator_key(answer.request)] = etag
        if problem:
            raise problem
        return Page(answer.url, answer.content, answer.headers)

    def _sleep(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    def _tell_retry(self, failure: Transient, seconds: float) -> None:
        self._observer.retried(seconds if isinstance(failure, RateLimited) else 0)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _without_query(url: str) -> str:
    return urlsplit(url)._replace(query="", fragment="").geturl()


def _validator_key(request: requests.PreparedRequest) -> str:
    """What an ETag is valid for: this URL for these credentials, of which only a hash is kept."""
    asked = f"{request.headers.get('Authorization')} {request.url}"
    return hashlib.sha256(asked.encode()).hexdigest()


def _without_secret(text: str, request: requests.PreparedRequest) -> str:
    """An error text that repeats our own credential must not carry it into a log."""
    secret = str(request.headers.get("Authorization", "")).rpartition(" ")[2]
    return text.replace(secret, "<secret>") if secret else text
