"""One account's HTTP: credentials, links, retries and conditional requests."""

import copy
import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import requests

from exporter.errors import Failure, Malformed, NotModified, RateLimited, Reason, Rejected, Transient
from exporter.model.collection import Validators
from exporter.transport.http import HttpClient, Observer
from exporter.transport.origins import blob, link
from exporter.transport.pace import Pace
from exporter.transport.response import Response
from exporter.transport.retry import retrying, verdict
from exporter.transport.stop import Stop

T = TypeVar("T")


class Credentials(Protocol):
    """An account's credentials; `hint` is the possible cause of a refusal (401, 403)."""

    @property
    def renewable(self) -> bool:
        """Whether the request may succeed with a new token, which sending it again requests."""

    @property
    def hint(self) -> str: ...
    @property
    def application(self) -> str: ...

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest: ...


class Session:
    """Sends requests below one account's `base_url`, with its credentials, and retries what is transient.

    A response that throttles delays the next attempt by at least `least_throttled_seconds`. Each request, also a
    repeated one, takes its turn in `pace`. Each gets an id in the `request_id_header` of its API, if there is one.
    """

    def __init__(
        self,
        http: HttpClient,
        auth: Credentials,
        *,
        base_url: str,
        observer: Observer,
        stopped: Stop,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        pace: Pace | None = None,
        least_throttled_seconds: float = 0.0,
        request_id_header: str = "",
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.clock = clock
        self._http = http
        self._auth = auth
        self._observer = observer
        self._stopped = stopped
        self._least_throttled_seconds = least_throttled_seconds
        self._request_id_header = request_id_header
        self.pace = pace

    @property
    def application(self) -> str:
        """The client id of the credential; empty where there is none, or it is not known."""
        return self._auth.application

    def paced(self, per_minute: float) -> "Session":
        """The same session with a request budget of its own, retries included."""
        other = copy.copy(self)
        other.pace = Pace(per_minute)
        return other

    def unpaced(self) -> "Session":
        """The same session for requests that have no part in its request budget."""
        other = copy.copy(self)
        other.pace = None
        return other

    def at(self, base_url: str) -> "Session":
        """The same session for requests below another base URL, with the same credentials, which must be for both.

        Request budget and least wait are those of the first API, and not of this one.
        """
        other = copy.copy(self)
        other.base_url = base_url.rstrip("/")
        other._http = self._http.at(base_url)
        other._least_throttled_seconds = 0.0
        other.pace = None
        return other

    def get(
        self,
        url: str,
        *,
        method: str = "",
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        no_content: bool = False,
        validators: Validators | None = None,
    ) -> Response:
        """The whole answer at `url`, absolute or relative to `base_url`; raises `NotModified` or a `Failure`.

        With `json` the default method is POST instead of GET; `content` is any other body. With `no_content` an answer
        without content (204) is a success. With `validators` the request is conditional (RFC 9110 13.1.2), and the
        answer's ETag is stored there.
        """
        identified = self._identified()

        def attempt() -> Response:
            known = validators or Validators()
            self._wait()
            answer = self._http.request(
                method or ("GET" if json is None else "POST"),
                link(self.base_url, url),
                auth=_Conditional(self._auth, known),
                params=params,
                headers={"Accept": "application/json", **identified, **(headers or {})},
                json=json,
                data=content,
            )
            return answer if no_content and answer.status_code == 204 else self._accepted(answer, known)

        return self._retried(attempt)

    @contextmanager
    def stream(
        self,
        url: str,
        *,
        silence_seconds: float,
        total_seconds: float,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
        send_credentials: bool = True,
    ) -> Iterator[Iterator[bytes]]:
        """The body at `url` as it arrives, complete within `total_seconds`, silent for `silence_seconds` at most.

        Only the start is retried: the reader has processed a part of a body that breaks.
        Without `send_credentials` the URL may have any origin (a blob's URL carries its own permission).
        """
        identified = self._identified() if send_credentials else {}
        with ExitStack() as stack:

            def attempt() -> Iterator[bytes]:
                known = validators or Validators()
                self._wait(paced=send_credentials)
                with ExitStack() as failing:
                    answer, chunks = failing.enter_context(
                        self._http.stream(
                            "GET",
                            link(self.base_url, url) if send_credentials else blob(url),
                            auth=_Conditional(self._auth, known) if send_credentials else None,
                            send_credentials=send_credentials,
                            params=params,
                            headers={**identified, **(headers or {})},
                            silence_seconds=silence_seconds,
                            total_seconds=total_seconds,
                            framed=True,
                        )
                    )
                    self._accepted(answer, known)
                    stack.push(failing.pop_all())
                return chunks

            yield self._retried(attempt)

    @property
    def at_once(self) -> int:
        """How many requests of the account may be in flight."""
        return self._http.at_once

    def pause(self, seconds: float) -> None:
        """Wait; raises `Transient` when the exporter stops before."""
        if self._stopped.wait(seconds):
            raise Transient("the exporter is stopping", Reason.CONNECTION)

    def _identified(self) -> Mapping[str, str]:
        """The header with an id by which Microsoft's support finds a request, and the log shows it."""
        return {self._request_id_header: str(uuid.uuid4())} if self._request_id_header else {}

    def _wait(self, *, paced: bool = True) -> None:
        if self.pace and paced:
            self.pace.wait(self._stopped)

    def _accepted(self, answer: Response, validators: Validators) -> Response:
        """The answer if it is a success; raises its verdict otherwise."""
        if problem := verdict(answer, self.clock(), least_throttled_seconds=self._least_throttled_seconds):
            raise self._explained(problem, answer)
        if etag := answer.headers.get("ETag"):
            validators.seen[_validator_key(answer.request)] = etag
        return answer

    def _explained(self, problem: Failure | NotModified, answer: Response) -> Failure | NotModified:
        if isinstance(problem, NotModified) and "If-None-Match" not in answer.request.headers:
            return Malformed(answer.described("304 for a request without a condition"))
        if isinstance(problem, Rejected) and problem.reason in (Reason.UNAUTHORIZED, Reason.FORBIDDEN):
            return problem.with_text(f"{problem}{self._auth.hint}")
        return problem

    def _retried(self, attempt: Callable[[], T]) -> T:
        def report(failure: Transient, seconds: float) -> None:
            self._observer.retried(seconds if isinstance(failure, RateLimited) else 0)

        try:
            return retrying(sleep=self.pause, stopped=self._stopped, before_sleep=report)(
                lambda: self._renewed(attempt)
            )
        except RateLimited as problem:
            self._observer.put_off(problem.retry_after or 0)
            raise

    def _renewed(self, attempt: Callable[[], T]) -> T:
        """A token may be refused before it expires; the request is sent again once, with a new token."""
        try:
            return attempt()
        except Rejected as refused:
            if refused.reason is not Reason.UNAUTHORIZED or not self._auth.renewable:
                raise
        return attempt()


class _Conditional(requests.auth.AuthBase):
    """Credentials, and the validator of the data received with them."""

    def __init__(self, auth: Credentials, validators: Validators) -> None:
        self._auth = auth
        self._validators = validators

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        self._auth(request)
        if etag := self._validators.known.get(_validator_key(request)):
            request.headers["If-None-Match"] = etag
        return request


def _validator_key(request: requests.PreparedRequest) -> str:
    """What an ETag is valid for: this URL for these credentials, of which only a hash is stored."""
    identity = f"{request.headers.get('Authorization')} {request.url}"
    return hashlib.sha256(identity.encode()).hexdigest()
