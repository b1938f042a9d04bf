"""Tokens that are requested when they are needed, and renewed before they expire."""

import threading
import time
from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Any

import requests

from exporter.auth import Credential
from exporter.auth.answers import TokenAnswer

RENEW_EARLY = 300.0
"""Seconds before its expiry when a token is renewed, as in msal."""


class BearerToken(Credential):
    """`Authorization: Bearer …` with a token that is requested at its first use.

    One thread requests it for all reports of the account; a token that was refused is not used again.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._renewal = threading.Lock()
        # Held for a moment only: a response that refuses a token must not wait for the request of another one.
        self._lock = threading.Lock()
        self._token = ""
        self._expires = 0.0

    @property
    def renewable(self) -> bool:
        return True

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        with self._renewal:
            token = self._valid() or self._renewed()
        request.headers["Authorization"] = f"Bearer {token}"
        request.register_hook("response", partial(self._answered, token))  # type: ignore[no-untyped-call]
        return request

    def _valid(self) -> str:
        with self._lock:
            return self._token if self._expires - self._clock() >= RENEW_EARLY else ""

    def _renewed(self) -> str:
        answer = self._requested()
        with self._lock:
            self._token, self._expires = answer.access_token, self._clock() + answer.expires_in
        return answer.access_token

    def _answered(self, token: str, answer: requests.Response, **_: Any) -> None:
        if answer.status_code == 401:
            with self._lock:
                if token == self._token:  # and not one that another thread has received since
                    self._token = ""

    @abstractmethod
    def _requested(self) -> TokenAnswer:
        """A response with a valid access token; raises a `Failure`."""
