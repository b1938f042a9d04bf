"""Credentials of one account that reads several services."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import requests

from exporter.auth import Credential
from exporter.errors import Malformed
from exporter.transport.origins import Origin


class PerOrigin(Credential):
    """The credential for the origin that a request goes to; raises `Malformed` for a request to any other origin.

    `credentials` has them by the base URL of their service. A token of one service is never sent to another one.
    """

    def __init__(self, credentials: Mapping[str, Credential]) -> None:
        self._credentials = {Origin.from_url(url): credential for url, credential in credentials.items()}

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        origin = Origin.from_url(request.url or "")
        credential = self._credentials.get(origin)
        if not credential:
            raise Malformed(
                f"a link leads to {origin}, which the account has no credential for; nothing was sent there"
            )
        return credential(request)

    @property
    def hint(self) -> str:
        """What is known about any of them: a refusal does not state which one it is about."""
        return "".join(dict.fromkeys(credential.hint for credential in self._credentials.values()))

    @property
    def application(self) -> str:
        """That of the first that has one: all are of one account."""
        return next((found.application for found in self._credentials.values() if found.application), "")

    @property
    def renewable(self) -> bool:
        return any(credential.renewable for credential in self._credentials.values())

    def warnings(self) -> Sequence[str]:
        """Those of each, once."""
        return tuple(
            dict.fromkeys(warning for credential in self._credentials.values() for warning in credential.warnings())
        )

    def expiries(self) -> Mapping[str, datetime]:
        """Those of each; of two with the same name, the earlier."""
        found: dict[str, datetime] = {}
        for credential in self._credentials.values():
            for name, ends in credential.expiries().items():
                found[name] = min(ends, found.get(name, ends))
        return found
