"""Who we are: one `requests` authentication per method."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from requests import PreparedRequest
from requests.auth import AuthBase

__all__ = ["AuthBase", "Credential"]


class Credential(AuthBase):
    """What an account shows to be let in, and when that ends."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with the credential in it; raises a `Failure`."""
        raise NotImplementedError

    @property
    def hint(self) -> str:
        """What a refusal (401) may be due to, to be appended to its text; empty where nothing is known."""
        return ""

    @property
    def renewable(self) -> bool:
        """Whether a 401 may be cured by sending the request again, which then carries a new token."""
        return False

    def warnings(self) -> Sequence[str]:
        """What somebody should know before requests fail, one sentence each; never raises, sends no request."""
        return ()

    def expiries(self) -> Mapping[str, datetime]:
        """When each part of it ends, by name (`refresh_token`); without those of which that is not known.

        Never raises, and sends no request: a credential that can't be read has no known end.
        """
        return {}
