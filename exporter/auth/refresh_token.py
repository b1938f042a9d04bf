"""A person's delegated identity, kept alive by refresh tokens (App+User of the Secure Application Model)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msal

from exporter.auth.entra import EntraToken, refusal
from exporter.auth.secret import Secret
from exporter.auth.token_file import KeptToken, TokenFile, fingerprint
from exporter.errors import Rejected, SignInRequired

INACTIVITY = timedelta(days=90)
"""A refresh token that nobody uses for so long is dead."""
PERSON_NEEDED = {
    50076: "multi-factor authentication is now demanded",
    50079: "the person must register for multi-factor authentication",
    50173: "the refresh token was revoked, or the password was changed",
    700082: "the refresh token was not used for 90 days and has expired",
}
"""AADSTS codes that only an interactive sign-in ends."""
GRANT_ENDED = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})
"""OAuth's and OpenID Connect's words for the same, whatever the number."""


class RefreshToken(EntraToken):
    """Exchanges a refresh token for access tokens; every rotated one is on disk before its twin is used.

    The kept token wins over a configured one that it replaces: that it descends from, or that was configured
    already when a person signed in. Any other configured token is newer, and wins over the kept one.
    """

    def __init__(self, *arguments: Any, first: Secret, kept: TokenFile, account: str, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._first = first
        self._kept = kept
        self._account = account

    def expiries(self) -> Mapping[str, datetime]:
        """90 days after the kept token's last use, which is on disk too and so survives a restart."""
        try:
            kept = self._kept.read()
        except Rejected:
            return {}
        return {"refresh_token": datetime.fromtimestamp(kept.used, UTC) + INACTIVITY} if kept and kept.used else {}

    def keep(self, refresh_token: str) -> None:
        """A person has signed in: from now on this token is used, whichever is configured at this moment."""
        replaces = fingerprint(self._first.read())
        with self._kept.locked():
            self._kept.write(KeptToken(replaces, refresh_token, self._clock()))

    def _acquire(self, application: msal.ConfidentialClientApplication, scopes: list[str]) -> dict[str, Any]:
        with self._kept.locked():
            current = self._newest()
            answer: dict[str, Any] = application.acquire_token_by_refresh_token(current.refresh_token, scopes)
            if "access_token" in answer:
                successor = answer.get("refresh_token") or current.refresh_token
                self._kept.write(KeptToken(current.replaces, successor, self._clock()))
        if "error_description" in answer:
            answer["error_description"] = answer["error_description"].replace(current.refresh_token, "<secret>")
        return answer

    def _newest(self) -> KeptToken:
        first = self._first.read()
        kept = self._kept.read()
        if kept and (not first or kept.replaces == fingerprint(first)):
            return kept
        if not first:
            raise SignInRequired("nobody has signed in yet", self._account)
        return KeptToken(fingerprint(first), first)

    def _refused(self, answer: Mapping[str, Any], secret: str) -> Rejected:
        told = answer.get("error_codes")
        codes = [code for code in told if code in PERSON_NEEDED] if isinstance(told, list) else []
        if not codes and answer.get("error") not in GRANT_ENDED:
            return super()._refused(answer, secret)
        why = PERSON_NEEDED[codes[0]] if codes else "the refresh token is not accepted any more"
        return SignInRequired(f"{why} ({refusal(self._authority, answer, secret)})", self._account)
