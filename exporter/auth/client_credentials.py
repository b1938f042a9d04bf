"""The application's own identity: the OAuth 2.0 client credentials grant (RFC 6749 4.4)."""

from typing import Any

import msal

from exporter.auth.entra import EntraToken


class ClientCredentials(EntraToken):
    """A token for the application itself."""

    def _acquire(self, application: msal.ConfidentialClientApplication, scopes: list[str]) -> dict[str, Any]:
        return application.acquire_token_for_client(scopes)  # type: ignore[no-any-return]
