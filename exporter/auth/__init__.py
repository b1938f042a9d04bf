"""Credentials: one `requests` authentication per method."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from requests import PreparedRequest
from requests.auth import AuthBase

__all__ = ["CLIENT_ID", "AuthBase", "Credential"]

CLIENT_ID = "<client id>"
"""What the commands in messages have where the client id is not known."""


class Credential(AuthBase):
    """An account's credential, and when it expires."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with the credential in it; raises a `Failure`."""
        raise NotImplementedError

    @property
    def hint(self) -> str:
        """The possible cause of a refusal (401, 403), to be appended to its text; empty where nothing is known."""
        return ""

    @property
    def application(self) -> str:
        """The client id of the application or identity; empty where there is none, or it is not known."""
        return ""

    @property
    def renewable(self) -> bool:
        """Whether a request that got a 401 may succeed when sent again, with a new token."""
        return False

    def lacking(self) -> str:
        """What has to be done before the first request can succeed; empty for nothing; sends no request."""
        return ""

    def warnings(self) -> Sequence[str]:
        """What needs attention before requests fail, one sentence each; never raises, and sends no request."""
        return ()

    def expiries(self) -> Mapping[str, datetime]:
        """When each part of it expires, by name (`refresh_token`); without those of unknown expiry.

        Never raises, and sends no request: a credential that can't be read has no known expiry.
        """
        return {}
