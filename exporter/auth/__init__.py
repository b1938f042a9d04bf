"""Who we are: one `requests` authentication per method."""

from requests.auth import AuthBase

__all__ = ["AuthBase"]
