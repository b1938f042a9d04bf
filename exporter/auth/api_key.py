"""The Enterprise Agreement's API access key."""

import requests
from requests.auth import AuthBase

from exporter.auth.secret import Secret
from exporter.errors import Reason, Rejected


class ApiKey(AuthBase):
    """`Authorization: bearer {API_KEY}`, as the overview of the reporting APIs prescribes."""

    def __init__(self, key: Secret) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        key = self._key.read()
        if not key.isascii() or not key.isprintable() or " " in key:
            raise Rejected("the API key holds blanks, line breaks or non-ASCII text", Reason.CREDENTIAL_UNREADABLE)
        request.headers["Authorization"] = f"bearer {key}"
        return request
