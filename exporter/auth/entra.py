"""Access tokens of Microsoft Entra ID, through msal."""

import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msal
import requests

from exporter.auth import Credential
from exporter.errors import Reason, Rejected, Transient

RENEW_EARLY = 300.0
"""Seconds of life that a token must have left to be used: msal's own measure."""
NOT_AS_DOCUMENTED = (AttributeError, KeyError, RuntimeError, TypeError, ValueError)
"""What msal raises for answers that are no JSON, or JSON of another form."""


class LoginResponse(Protocol):
    """What msal reads of an answer."""

    @property
    def status_code(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    def raise_for_status(self) -> None: ...


class LoginHttp(Protocol):
    """What msal asks of its `http_client`; outages are raised as `Transient`, before msal can cache them."""

    def get(self, url: str, **arguments: Any) -> LoginResponse: ...
    def post(self, url: str, **arguments: Any) -> LoginResponse: ...
    def close(self) -> None: ...


class ClientCredential(Protocol):
    """What shows who the application is; a `Secret` is one."""

    def read(self) -> str | Mapping[str, Any]:
        """In a form that msal takes as `client_credential`; raises `Rejected`."""


class EntraToken(Credential):
    """`Authorization: Bearer …` with a token that is asked for when it is first needed.

    The msal application discovers its authority when it is made and remembers failures, so each renewal
    makes its own. One lock serves all reports of the account; a token that was refused is not used again.
    """

    def __init__(
        self,
        http: LoginHttp,
        *,
        authority: str,
        client_id: str,
        client_credential: ClientCredential,
        scope: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._http = http
        self._authority = authority
        self._client_id = client_id
        self._client_credential = client_credential
        self._scope = scope
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._expires = 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        with self._lock:
            if self._expires - self._clock() < RENEW_EARLY:
                self._renew()
            request.headers["Authorization"] = f"Bearer {self._token}"
        request.register_hook("response", self._answered)  # type: ignore[no-untyped-call]
        return request

    def _answered(self, answer: requests.Response, **_: Any) -> None:
        if answer.status_code == 401:
            with self._lock:
                self._expires = 0.0

    @abstractmethod
    def _acquire(self, application: msal.ConfidentialClientApplication, scopes: list[str]) -> dict[str, Any]:
        """What msal answers: a dict with `access_token`, or with `error`."""

    def _refused(self, answer: Mapping[str, Any], secret: str) -> Rejected:
        """The failure that an answer without a token is."""
        return Rejected(refusal(self._authority, answer, secret), Reason.LOGIN)

    def _renew(self) -> None:
        credential = self._client_credential.read()
        secret = _secret(credential)
        try:
            answer = self._acquire(
                msal.ConfidentialClientApplication(
                    self._client_id,
                    client_credential=credential,
                    authority=self._authority,
                    instance_discovery=False,
                    http_client=self._http,
                ),
                [self._scope],
            )
            if "access_token" not in answer:
                raise self._refused(answer, secret)
            self._token = answer["access_token"]
            self._expires = self._clock() + float(answer.get("expires_in", 0))
        except NOT_AS_DOCUMENTED as error:
            text = str(error).partition("\n")[0].replace(secret, "<secret>")
            raise Rejected(f"login at {self._authority}: {text[:200]}", Reason.LOGIN) from error
        except Transient as failure:
            failure.reason = Reason.LOGIN
            raise


def refusal(authority: str, answer: Mapping[str, Any], *secrets: str) -> str:
    """Why the login host gave no token, in its own words (they begin with an AADSTS code), without our secrets."""
    text = str(answer.get("error_description") or answer.get("error") or "no token in the answer").splitlines()[0]
    for secret in filter(None, secrets):
        text = text.replace(secret, "<secret>")
    return f"login at {authority}: {text[:400]}"


def _secret(credential: str | Mapping[str, Any]) -> str:
    """The text in a credential that no message may repeat."""
    if isinstance(credential, str):
        return credential
    return str(credential.get("private_key") or credential["client_assertion"]())
