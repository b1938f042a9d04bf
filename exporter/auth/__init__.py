"""Who we are: one `requests` authentication per method."""

from collections.abc import Mapping
from datetime import datetime

from requests import PreparedRequest
from requests.auth import AuthBase

__all__ = ["AuthBase", "Credential"]


class Credential(AuthBase):
    """What an account shows to be let in, and when that ends."""

    renewable: bool = False
    """Whether a refusal (401) may be due to a token that a new request for one replaces."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with the credential in it; raises a `Failure`."""
        raise NotImplementedError

    @property
    def hint(self) -> str:
        """What a refusal may be due to, to be appended to its text."""
        return ""

    def expiries(self) -> Mapping[str, datetime]:
        """When each part of it ends, by name (`refresh_token`); without those of which that is not known.

        Never raises, and asks nobody: a credential that can't be read has no known end.
        """
        return {}
