"""Who we are: one `requests` authentication per method."""

from collections.abc import Mapping
from datetime import datetime

from requests.auth import AuthBase

__all__ = ["AuthBase", "Credential"]


class Credential(AuthBase):
    """What an account shows to be let in, and when that ends."""

    def expiries(self) -> Mapping[str, datetime]:
        """When each part of it ends, by name (`refresh_token`); without those of which that is not known.

        Never raises, and asks nobody: a credential that can't be read has no known end.
        """
        return {}
