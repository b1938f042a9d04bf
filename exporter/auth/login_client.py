"""The `http_client` of an msal application: it looks at every answer of the login host before msal does."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from exporter.auth.answers import LoginRefused, TokenAnswer, json_object, one_line, refusal, seconds
from exporter.auth.secret import is_token
from exporter.errors import Reason, Rejected, Transient
from exporter.masking import masked

PUBLIC = frozenset({"client_id", "grant_type", "scope", "redirect_uri", "client_info", "client_assertion_type"})
"""Fields of a request that are no secrets."""
MEDIA_TYPE = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,40}")
DEVICE_CODE_LIFETIME, LONGEST_DEVICE_CODE_LIFETIME = 900.0, 3600.0
POLL_INTERVAL, LONGEST_POLL_INTERVAL = 5.0, 60.0


class LoginResponse(Protocol):
    """What is read of an answer."""

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
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Validated:
    """An answer in the form that msal documents for an `http_client`, with documented fields alone."""

    text: str = field(repr=False)
    status_code: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def raise_for_status(self) -> None:
        """Return: failures are raised before."""


class TokenReceived(Exception):  # noqa: N818 (it is no error)
    """The token endpoint has answered: msal, which sent the request, is not given the answer to read."""

    def __init__(self, answer: TokenAnswer) -> None:
        super().__init__()
        self.answer = answer


class LoginClient:
    """Lets msal build requests, and reads the answers itself: a token is safe before anything else can fail.

    Failures name the login host and repeat none of `secrets`, nor anything secret that a request has sent.
    """

    def __init__(self, http: LoginHttp, authority: str, secrets: Sequence[str] = ()) -> None:
        self._http = http
        self._authority = authority
        self._secrets = set(secrets)

    def token(self, acquire: Callable[[], object]) -> TokenAnswer:
        """What the token endpoint answers to the request that `acquire` makes msal send; raises a `Failure`."""
        try:
            with self.explained():
                acquire()
        except TokenReceived as received:
            return received.answer
        raise self._not_as_documented("no token was requested")

    def require_access_token(self, answer: TokenAnswer) -> TokenAnswer:
        """The answer, if its access token can be used; otherwise raises `Rejected`."""
        if not answer.access_token:
            raise self._not_as_documented("the answer holds no access token, or one that no header can carry")
        return answer

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what msal refuses by itself, before it sends anything, into `Rejected`."""
        try:
            yield
        except ValueError as error:
            raise self._not_as_documented(one_line(masked(str(error), self._secrets))[:200]) from error

    def refusal(self, answer: Mapping[str, Any]) -> LoginRefused:
        """The failure that an answer with `error` is."""
        return refusal(self._authority, answer, list(self._secrets))

    def get(self, url: str, **arguments: Any) -> Validated:
        """For msal: the tenant's endpoints (OpenID Connect Discovery 1.0)."""
        answer = self._answered(self._http.get, "GET", url, arguments)
        names = ("authorization_endpoint", "token_endpoint", "device_authorization_endpoint")
        endpoints = {name: answer[name] for name in names if _is_endpoint(answer.get(name))}
        for name in names[:2]:
            if name not in endpoints:
                raise self._not_as_documented(f"the discovery document holds no https address as {name}")
        return Validated(json.dumps(endpoints))

    def post(self, url: str, **arguments: Any) -> Validated:
        """For msal: a token, or a device code."""
        sent: Mapping[str, Any] = arguments.get("data") or {}
        self._secrets |= {_text(value) for name, value in sent.items() if name not in PUBLIC and value}
        answer = self._answered(self._http.post, "POST", url, arguments)
        if "grant_type" in sent:
            raise TokenReceived(self._token_answer(answer))
        return self._device_code(answer)

    def close(self) -> None:
        """For msal."""
        self._http.close()

    def _token_answer(self, answer: dict[str, Any]) -> TokenAnswer:
        found = TokenAnswer.from_answer(answer)
        if not found.access_token and isinstance(answer.get("error"), str):
            raise self.refusal(answer)
        return found

    def _device_code(self, answer: dict[str, Any]) -> Validated:
        device_code, message = answer.get("device_code"), answer.get("message")
        if not is_token(device_code) or not isinstance(message, str) or not message.isprintable():
            raise self._not_as_documented("the answer holds no device code with its message")
        lifetime = seconds(answer.get("expires_in"), DEVICE_CODE_LIFETIME, LONGEST_DEVICE_CODE_LIFETIME)
        interval = seconds(answer.get("interval"), POLL_INTERVAL, LONGEST_POLL_INTERVAL)
        times = {"expires_in": int(lifetime), "interval": max(1, int(interval))}
        return Validated(json.dumps({"device_code": device_code, "message": message, **times}))

    def _answered(
        self, send: Callable[..., LoginResponse], method: str, url: str, arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The JSON object of a success; raises `Transient` for an outage, a gateway's page included."""
        try:
            answer = send(url, **arguments)
        except Transient as failure:
            if failure.reason is not Reason.TLS:
                failure.reason = Reason.LOGIN
            failure.args = (f"login at {self._authority}: {masked(str(failure), self._secrets)}",)
            raise
        found = json_object(answer.content)
        if found is None or not 200 <= answer.status_code < 500 or 300 <= answer.status_code < 400:
            media_type = MEDIA_TYPE.match(answer.headers.get("Content-Type", ""))
            what = masked(media_type[0], self._secrets) if media_type else "content of unknown type"
            raise Transient(
                f"login at {self._authority}: {method} {urlsplit(url).hostname}: {answer.status_code} with {what} "
                "instead of the login host's JSON; does a proxy or gateway answer in its place?",
                Reason.LOGIN,
            )
        if answer.status_code >= 400:
            raise self.refusal(found)
        return found

    def _not_as_documented(self, why: str) -> Rejected:
        return Rejected(f"login at {self._authority}: {why}", Reason.LOGIN)


def _is_endpoint(value: object) -> bool:
    """Whether msal takes a value as the address of an endpoint: https, a host, and a path."""
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
    except ValueError:
        return False
    return bool(parts and parts.scheme == "https" and parts.hostname and parts.path.strip("/"))


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
