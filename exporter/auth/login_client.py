"""The `http_client` of an msal application: it validates every response of the login host before msal reads it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from exporter.auth.answers import LoginRefused, TokenAnswer, first_line, json_object, refusal, seconds
from exporter.auth.secret import is_token
from exporter.errors import RateLimited, Reason, Rejected, Transient
from exporter.masking import form_secrets, masked, redacted

MEDIA_TYPE = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,40}")
DEFAULT_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS = 900.0, 3600.0
DEFAULT_INTERVAL_SECONDS, MAX_INTERVAL_SECONDS = 5.0, 60.0
"""Of a device code, and between the requests that poll for its token (RFC 8628)."""


class LoginResponse(Protocol):
    """A response of the login host."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...


class LoginHttp(Protocol):
    """HTTP for the login host; outages are raised as `Transient`, before msal can cache them."""

    def get(self, url: str, **arguments: Any) -> LoginResponse: ...
    def post(self, url: str, **arguments: Any) -> LoginResponse: ...
    def at(self, origin: str, *, direct: bool = False, timeout: float | None = None) -> "LoginHttp":
        """The same for another origin; `direct` never uses a proxy, `timeout` is a shorter one in seconds."""


@dataclass(frozen=True, slots=True)
class Validated:
    """A response in the form that msal requires of an `http_client`, with documented fields alone."""

    text: str = field(repr=False)
    status_code: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def raise_for_status(self) -> None:
        """Nothing to raise: `LoginClient` has raised every failure."""


class TokenReceived(Exception):  # noqa: N818 (it is no error)
    """Carries the token endpoint's response past msal, which sent the request and does not get to read it."""

    def __init__(self, answer: TokenAnswer) -> None:
        super().__init__()
        self.answer = answer


class LoginClient:
    """Lets msal build requests, and reads the responses itself: a token is safe before anything else can fail.

    Failures name the login host and contain none of `secrets`, nor any secret that a request has sent.
    """

    def __init__(self, http: LoginHttp, authority: str, secrets: Sequence[str] = ()) -> None:
        self._http = http
        self._authority = authority
        self._secrets = set(secrets)

    def token(self, acquire: Callable[[], object]) -> TokenAnswer:
        """The token endpoint's response to the request that `acquire` makes msal send; raises a `Failure`."""
        try:
            with self.explained():
                acquire()
        except TokenReceived as received:
            return received.answer
        raise self._rejected("no token was requested")

    def require_access_token(self, answer: TokenAnswer) -> TokenAnswer:
        """`answer`, if its access token is valid; otherwise raises `Rejected`."""
        if not answer.access_token:
            raise self._rejected("the answer holds no access token, or one that no header can carry")
        return answer

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn an argument that msal refuses before it sends anything into `Rejected`."""
        try:
            yield
        except ValueError as error:
            raise self._rejected(redacted(first_line(str(error)), self._secrets)) from error

    def refusal(self, answer: Mapping[str, Any]) -> LoginRefused:
        """The failure for a response with `error`."""
        return refusal(self._authority, answer, list(self._secrets))

    def get(self, url: str, **arguments: Any) -> Validated:
        """For msal: the tenant's endpoints (OpenID Connect Discovery 1.0)."""
        answer = self._answered(self._http.get, "GET", url, arguments)
        names = ("authorization_endpoint", "token_endpoint", "device_authorization_endpoint")
        endpoints = {name: answer[name] for name in names if _is_endpoint(answer.get(name))}
        for name in names[:2]:
            if name not in endpoints:
                raise self._rejected(f"the discovery document holds no https address as {name}")
        return Validated(json.dumps(endpoints))

    def post(self, url: str, **arguments: Any) -> Validated:
        """For msal: a token, or a device code."""
        sent: Mapping[str, Any] = arguments.get("data") or {}
        self._secrets |= set(form_secrets(sent))
        answer = self._answered(self._http.post, "POST", url, arguments)
        if "grant_type" in sent:
            raise TokenReceived(self._token_answer(answer))
        return self._device_code(answer)

    def _token_answer(self, answer: dict[str, Any]) -> TokenAnswer:
        found = TokenAnswer.from_answer(answer)
        if not found.access_token and isinstance(answer.get("error"), str):
            raise self.refusal(answer)
        return found

    def _device_code(self, answer: dict[str, Any]) -> Validated:
        device_code, message = answer.get("device_code"), answer.get("message")
        if not is_token(device_code) or not isinstance(message, str) or not message.isprintable():
            raise self._rejected("the answer holds no device code with its message")
        lifetime = seconds(answer.get("expires_in"), DEFAULT_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS)
        interval = seconds(answer.get("interval"), DEFAULT_INTERVAL_SECONDS, MAX_INTERVAL_SECONDS)
        times = {"expires_in": int(lifetime), "interval": max(1, int(interval))}
        return Validated(json.dumps({"device_code": device_code, "message": message, **times}))

    def _answered(
        self, send: Callable[..., LoginResponse], method: str, url: str, arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The JSON object of a success; raises `Transient` for an outage, a gateway's page included."""
        try:
            answer = send(url, **arguments)
        except Transient as failure:
            raise self._outage(failure) from failure
        found = json_object(answer.content)
        if found is None or not 200 <= answer.status_code < 500 or 300 <= answer.status_code < 400:
            media_type = MEDIA_TYPE.match(answer.headers.get("Content-Type", ""))
            what = redacted(media_type[0], self._secrets) if media_type else "content of unknown type"
            raise Transient(
                f"login at {self._authority}: {method} {urlsplit(url).hostname}: {answer.status_code} with {what} "
                "instead of the login host's JSON; does a proxy or gateway answer in its place?",
                Reason.LOGIN,
            )
        if answer.status_code >= 400:
            raise self.refusal(found)
        return found

    def _outage(self, failure: Transient) -> Transient:
        """The same failure as one of the login."""
        text = f"login at {self._authority}: {masked(str(failure), self._secrets)}"
        if not isinstance(failure, RateLimited):
            reason = Reason.TLS if failure.reason is Reason.TLS else Reason.LOGIN
            return Transient(text, reason, failure.retry_after)
        limited = RateLimited(text, failure.retry_after)
        limited.reason = Reason.LOGIN
        return limited

    def _rejected(self, why: str) -> Rejected:
        return Rejected(f"login at {self._authority}: {why}", Reason.LOGIN)


def _is_endpoint(value: object) -> bool:
    """Whether msal takes a value as the address of an endpoint: https, a host, and a path."""
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
    except ValueError:
        return False
    return bool(parts and parts.scheme == "https" and parts.hostname and parts.path.strip("/"))
