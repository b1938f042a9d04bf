"""A shared access signature of Azure Storage."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qs

import requests

from exporter.auth import Credential
from exporter.auth.secret import Secret, is_token
from exporter.errors import Failure, Reason, Rejected


class Sas(Credential):
    """Adds the permission to the query of each request, and no header.

    The text is that after the `?` of a URL, such as `sv=…&sr=c&sp=rl&se=…&sig=…`, and is sent exactly as it is: its
    signature is percent-encoded already.
    """

    def __init__(self, text: Secret) -> None:
        self._text = text

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        url = request.url or ""
        request.url = f"{url}{'&' if '?' in url else '?'}{self._query()}"
        return request

    @property
    def hint(self) -> str:
        """The possible cause of a refusal (403): the signature has expired."""
        ends = self.expiries().get("sas")
        if not ends or ends > datetime.now(UTC):
            return ""
        return f"; the SAS expired on {ends:%Y-%m-%d}: create a new one, with the permissions to read and list"

    def expiries(self) -> Mapping[str, datetime]:
        """The end of its validity (`se`); one that follows a stored access policy does not state it."""
        try:
            ends = _instant(_fields(self._text.read()).get("se", ""))
        except Failure:
            return {}
        return {"sas": ends} if ends else {}

    def _query(self) -> str:
        text = self._text.read().removeprefix("?")
        if not is_token(text) or "#" in text or "?" in text:
            raise self._unusable("it is not the text after the ? of a URL")
        if not _fields(text).get("sig"):
            raise self._unusable("it has no signature (sig=)")
        return text

    def _unusable(self, why: str) -> Rejected:
        return Rejected(
            f"{self._text.path or 'SAS'}: {why}; expected is a text such as sv=…&sp=rl&se=…&sig=…",
            Reason.CREDENTIAL_UNREADABLE,
        )


def _fields(text: str) -> Mapping[str, str]:
    return {name.lower(): values[0] for name, values in parse_qs(text.removeprefix("?")).items()}


def _instant(text: str) -> datetime | None:
    """An ISO 8601 date or time; without a zone it is UTC, as Azure Storage reads it."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
