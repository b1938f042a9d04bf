"""Interactive sign-in, by authorization code or by device code, through msal."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msal
import requests

from exporter.auth import Credential
from exporter.auth.answers import LoginRefused, TokenAnswer
from exporter.auth.claims import authentication_methods, claims
from exporter.auth.login_client import LoginClient, LoginHttp
from exporter.auth.loopback import Loopback
from exporter.auth.secret import Secret
from exporter.errors import Reason, Rejected, Transient

SIGN_IN_SECONDS = 900.0
"""The time that a person has to sign in, as with a device code."""
CODE_LIFETIME_SECONDS = 600.0
"""The lifetime of an authorization code."""
RETRY_SECONDS = 5.0
"""The wait between two attempts, and what `slow_down` adds to it (RFC 8628, section 3.5)."""


@dataclass(frozen=True, slots=True)
class SignedIn(Credential):
    """The tokens of a sign-in; as a credential it sends the access token."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @property
    def user(self) -> str:
        """Who signed in, according to the token."""
        found = claims(self.access_token)
        user = str(found.get("upn") or found.get("unique_name") or found.get("oid") or "unknown")
        return user if user.isprintable() else "unknown"

    def require_mfa(self) -> None:
        """Raises `Rejected` for a token whose `amr` shows a sign-in without multi-factor authentication."""
        methods = authentication_methods(self.access_token)
        if methods is not None and "mfa" not in methods:
            how = ", ".join(filter(str.isprintable, methods)) or "nothing"
            raise Rejected(
                f"{self.user} signed in without multi-factor authentication (amr: {how}), which Partner Center demands",
                Reason.SIGN_IN_REQUIRED,
            )

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.access_token}"
        return request


class SignIn:
    """Signs a person in at one tenant for one application; raises a `Failure` with the login host's message.

    Once the person has started, outages are retried for as long as the code is valid; `report` gets each of them.
    """

    def __init__(
        self,
        http: LoginHttp,
        *,
        authority: str,
        client_id: str,
        client_secret: Secret,
        scope: str,
        report: Callable[[str], object] = lambda text: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._authority = authority
        self._client_id = client_id
        self._client_secret = client_secret
        self._scope = scope
        self._report = report
        self._sleep = sleep
        self._clock = clock

    def by_browser(
        self,
        port: int,
        show: Callable[[str], object],
        timeout_seconds: float = SIGN_IN_SECONDS,
        bind_address: str = "127.0.0.1",
    ) -> SignedIn:
        """Authorization code with PKCE (RFC 7636), back to `http://localhost:port`; `show` gets the address."""
        secret = self._client_secret.read()
        login = LoginClient(self._http, self._authority, [secret])
        with Loopback(port, bind_address) as loopback:
            with login.explained():
                application = msal.ConfidentialClientApplication(
                    self._client_id, client_credential=secret, **self._at(login)
                )
                flow = application.initiate_auth_code_flow(
                    [self._scope], redirect_uri=loopback.redirect_uri, response_mode="form_post"
                )
            show(flow["auth_uri"])
            found = loopback.wait(flow["state"], timeout_seconds)
        if not found.get("code"):
            raise login.refusal(found)
        answer = self._retried(
            lambda: login.token(lambda: application.acquire_token_by_auth_code_flow(flow, found)),
            CODE_LIFETIME_SECONDS,
            RETRY_SECONDS,
        )
        nonce = claims(answer.id_token).get("nonce")
        if nonce is not None and nonce != hashlib.sha256(flow["nonce"].encode()).hexdigest():
            raise Rejected(f"login at {self._authority}: the answer is to another sign-in", Reason.LOGIN)
        return self._signed_in(login, answer)

    def by_device(self, show: Callable[[str], object]) -> SignedIn:
        """Device code (RFC 8628), for a machine without a browser; `show` gets the instructions."""
        login = LoginClient(self._http, self._authority)
        with login.explained():
            application = msal.PublicClientApplication(self._client_id, **self._at(login))
            flow = application.initiate_device_flow([self._scope])
        show(flow["message"])
        answer = self._retried(
            lambda: login.token(lambda: application.acquire_token_by_device_flow(flow)),
            flow["expires_in"],
            flow["interval"],
        )
        return self._signed_in(login, answer)

    def _at(self, login: LoginClient) -> dict[str, Any]:
        return {"authority": self._authority, "instance_discovery": False, "http_client": login}

    def _retried(self, request: Callable[[], TokenAnswer], lifetime: float, pause: float) -> TokenAnswer:
        """The tokens for a code of `lifetime` seconds, once the person has signed in and outages have passed."""
        deadline = self._clock() + lifetime
        while True:
            wait = pause
            try:
                return request()
            except LoginRefused as refused:
                if refused.code not in ("authorization_pending", "slow_down"):
                    raise
                if refused.code == "slow_down":
                    pause, wait = pause + RETRY_SECONDS, pause + RETRY_SECONDS
                if self._clock() + wait > deadline:
                    raise Rejected(f"nobody signed in within {lifetime:g} s", Reason.LOGIN) from refused
            except Transient as failure:
                wait = max(pause, failure.retry_after or 0)
                if self._clock() + wait > deadline:
                    raise
                self._report(f"{failure}; trying again in {wait:g} s")
            self._sleep(wait)

    def _signed_in(self, login: LoginClient, answer: TokenAnswer) -> SignedIn:
        login.require_access_token(answer)
        if not answer.refresh_token:
            raise Rejected("the login host sent no refresh token, without which nobody stays signed in", Reason.LOGIN)
        return SignedIn(answer.access_token, answer.refresh_token)
