"""A person signs in, once: by authorization code or by device code, through msal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msal
import requests

from exporter.auth import Credential
from exporter.auth.claims import claims
from exporter.auth.entra import LoginHttp, refusal
from exporter.auth.loopback import Loopback
from exporter.auth.secret import Secret
from exporter.errors import Reason, Rejected

PATIENCE = 900.0
"""Seconds that a person has to sign in: as long as a device code lives."""


@dataclass(frozen=True, slots=True)
class SignedIn(Credential):
    """What a sign-in brought; as an authentication it shows the access token."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @property
    def user(self) -> str:
        """Who signed in, as far as the token says so."""
        said = claims(self.access_token)
        return str(said.get("upn") or said.get("unique_name") or said.get("oid") or "unknown")

    def require_mfa(self) -> None:
        """Raises `Rejected` for a token that says how the person signed in, and that this was without MFA."""
        methods = claims(self.access_token).get("amr")
        if isinstance(methods, list) and "mfa" not in methods:
            how = ", ".join(map(str, methods)) or "nothing"
            raise Rejected(
                f"{self.user} signed in without multi-factor authentication (amr: {how}), which Partner Center demands",
                Reason.SIGN_IN_REQUIRED,
            )

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.access_token}"
        return request


class SignIn:
    """Signs a person in at one tenant for one application; raises a `Failure` with the login host's own words."""

    def __init__(self, http: LoginHttp, *, authority: str, client_id: str, client_secret: Secret, scope: str) -> None:
        self._at: dict[str, Any] = {"authority": authority, "instance_discovery": False, "http_client": http}
        self._client_id = client_id
        self._client_secret = client_secret
        self._scope = scope

    def by_browser(self, port: int, show: Callable[[str], object], patience: float = PATIENCE) -> SignedIn:
        """Authorization code with PKCE (RFC 7636), back to `http://localhost:port`; `show` gets the address."""
        secret = self._client_secret.read()
        with Loopback(port) as loopback:
            try:
                application = msal.ConfidentialClientApplication(self._client_id, client_credential=secret, **self._at)
                flow = application.initiate_auth_code_flow(
                    [self._scope], redirect_uri=loopback.redirect_uri, response_mode="form_post"
                )
                show(flow["auth_uri"])
                found = loopback.wait(flow["state"], patience)
                return self._signed_in(application.acquire_token_by_auth_code_flow(flow, found), secret)
            except (ValueError, RuntimeError, KeyError) as error:
                raise self._unexpected(error, secret) from error

    def by_device(self, show: Callable[[str], object]) -> SignedIn:
        """Device code (RFC 8628), for a machine without a browser; `show` gets the text that tells what to do."""
        try:
            application = msal.PublicClientApplication(self._client_id, **self._at)
            flow = application.initiate_device_flow([self._scope])
            if "message" not in flow:
                raise Rejected(refusal(self._at["authority"], flow), Reason.LOGIN)
            show(flow["message"])
            return self._signed_in(application.acquire_token_by_device_flow(flow))
        except (ValueError, RuntimeError, KeyError) as error:
            raise self._unexpected(error) from error

    def _signed_in(self, answer: Mapping[str, Any], *secrets: str) -> SignedIn:
        if "access_token" not in answer:
            raise Rejected(refusal(self._at["authority"], answer, *secrets), Reason.LOGIN)
        if not answer.get("refresh_token"):
            raise Rejected("the login host gave no refresh token, so nobody could stay signed in", Reason.LOGIN)
        return SignedIn(answer["access_token"], answer["refresh_token"])

    def _unexpected(self, error: Exception, secret: str = "") -> Rejected:
        answer = {"error": str(error) or type(error).__name__}
        return Rejected(refusal(self._at["authority"], answer, secret), Reason.LOGIN)
