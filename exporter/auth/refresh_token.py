"""A person's delegated identity, kept alive by refresh tokens (App+User of the Secure Application Model)."""

import hashlib
from pathlib import Path
from typing import Any

import msal
import msgspec

from exporter import storage
from exporter.auth.entra import EntraToken
from exporter.auth.secret import Secret
from exporter.errors import Reason, Rejected


class KeptToken(msgspec.Struct):
    """The newest refresh token, and the hash of the configured one that it descends from."""

    descends_from: str
    refresh_token: str


class RefreshToken(EntraToken):
    """Exchanges a refresh token for access tokens; every rotated one is on disk before its twin is used.

    A configured token that is not the one the kept token descends from is newer, and wins.
    """

    def __init__(self, *arguments: Any, first: Secret, kept: Path, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._first = first
        self._kept = kept

    def _acquire(self, application: msal.ConfidentialClientApplication, scopes: list[str]) -> dict[str, Any]:
        first = self._first.read()
        origin = hashlib.sha256(first.encode()).hexdigest()
        current = self._successor_of(origin) or first
        answer: dict[str, Any] = application.acquire_token_by_refresh_token(current, scopes)
        if successor := answer.get("refresh_token"):
            self._keep(KeptToken(origin, successor))
        if "error_description" in answer:
            answer["error_description"] = answer["error_description"].replace(current, "<secret>")
        return answer

    def _successor_of(self, origin: str) -> str | None:
        try:
            kept = msgspec.json.decode(self._kept.read_bytes(), type=KeptToken)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise Rejected(f"{self._kept}: not readable as a kept token", Reason.CREDENTIAL_UNREADABLE) from error
        return kept.refresh_token if kept.descends_from == origin else None

    def _keep(self, token: KeptToken) -> None:
        try:
            storage.replace(self._kept, msgspec.json.encode(token))
        except OSError as error:
            raise Rejected(f"{self._kept}: {error.strerror}", Reason.CREDENTIAL_UNREADABLE) from error
