"""The Enterprise Agreement's API access key."""

from collections.abc import Mapping
from datetime import UTC, datetime

import requests

from exporter.auth import Credential
from exporter.auth.claims import claims, instant
from exporter.auth.secret import Secret, is_token
from exporter.errors import Failure, Reason, Rejected


class ApiKey(Credential):
    """`Authorization: bearer {API_KEY}`, as the overview of the reporting APIs prescribes."""

    def __init__(self, key: Secret) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        key = self._key.read()
        if not is_token(key):
            raise Rejected("the API key contains blanks, line breaks or non-ASCII text", Reason.CREDENTIAL_UNREADABLE)
        request.headers["Authorization"] = f"bearer {key}"
        return request

    @property
    def hint(self) -> str:
        """The possible cause of a refusal (401): the key has expired."""
        ends = self.expiries().get("api_key")
        if not ends or ends > datetime.now(UTC):
            return ""
        return f"; the API key expired on {ends:%Y-%m-%d}: create a new one in the EA portal"

    def expiries(self) -> Mapping[str, datetime]:
        """An API access key is a JSON Web Token, whose `exp` is its expiry."""
        try:
            ends = instant(claims(self._key.read()).get("exp"))
        except Failure:
            return {}
        return {"api_key": ends} if ends else {}
