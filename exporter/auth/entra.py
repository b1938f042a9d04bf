"""Access tokens of Microsoft Entra ID, through msal."""

import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msal

from exporter.auth.answers import TokenAnswer
from exporter.auth.bearer import BearerToken
from exporter.auth.login_client import LoginClient, LoginHttp

__all__ = ["Application", "ClientCredential", "EntraToken", "LoginHttp"]


class ClientCredential(Protocol):
    """What proves the application's identity, such as a `Secret`."""

    def read(self) -> str | Mapping[str, Any]:
        """In the form that msal takes as `client_credential`; raises a `Failure`."""


class Application:
    """A registered application that requests tokens with its own credential, for one renewal.

    Every method raises a `Failure`. An answer may still be without an access token or without a refresh token.
    """

    def __init__(
        self, http: LoginHttp, *, authority: str, client_id: str, client_credential: ClientCredential, scope: str
    ) -> None:
        self._authority = authority
        self._client_id = client_id
        self._credential = client_credential.read()
        self._scopes = [scope]
        self.login = LoginClient(http, authority, _secrets(self._credential))

    def token_for_client(self) -> TokenAnswer:
        """A token for the application itself (RFC 6749, section 4.4)."""
        return self.login.token(lambda: self._msal().acquire_token_for_client(self._scopes))

    def token_by_refresh_token(self, refresh_token: str) -> TokenAnswer:
        """A token for a person who once signed in (RFC 6749, section 6)."""
        return self.login.token(lambda: self._msal().acquire_token_by_refresh_token(refresh_token, self._scopes))

    def _msal(self) -> msal.ConfidentialClientApplication:
        return msal.ConfidentialClientApplication(
            self._client_id,
            client_credential=self._credential,
            authority=self._authority,
            instance_discovery=False,
            http_client=self.login,
        )


class EntraToken(BearerToken):
    """A token of a registered application.

    The msal application discovers its authority when it is created and caches failures, so each renewal
    creates its own.
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
        super().__init__(clock)
        self._http = http
        self._authority = authority
        self._client_id = client_id
        self._client_credential = client_credential
        self._scope = scope

    @property
    def application(self) -> str:
        return self._client_id

    @abstractmethod
    def _acquire(self, application: Application) -> TokenAnswer:
        """The token endpoint's response; raises a `Failure`."""

    def _requested(self) -> TokenAnswer:
        application = Application(
            self._http,
            authority=self._authority,
            client_id=self._client_id,
            client_credential=self._client_credential,
            scope=self._scope,
        )
        return application.login.require_access_token(self._acquire(application))


def _secrets(credential: str | Mapping[str, Any]) -> list[str]:
    """The texts in a credential that no message may contain; an assertion is known once it has been sent."""
    lines = credential if isinstance(credential, str) else str(credential.get("private_key", ""))
    return [line for line in lines.splitlines() if not line.startswith("-----")]
