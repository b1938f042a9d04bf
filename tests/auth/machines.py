"""Machines whose endpoint gives out tokens of a managed identity."""

import pytest

from exporter.auth.managed_identity import ManagedIdentity
from exporter.errors import Failure
from exporter.transport.http import HttpClient
from tests.auth.test_entra import authorization
from tests.transport.sessions import Observer

SCOPE = "https://management.azure.com/.default"
CLIENT = "55555555-aaaa-4bbb-8ccc-000000000001"
HEADER = "853b9a84-hush-hush"
NOW = 1_795_239_647.0
TOKEN = "eyJ0eXAi.made.up"
IMDS = "/metadata/identity/oauth2/token"
IMDS_ANSWER = {
    "access_token": TOKEN, "client_id": CLIENT, "expires_in": "86399", "expires_on": str(int(NOW) + 86_399),
    "not_before": "1", "resource": "https://management.azure.com/", "token_type": "Bearer",
}  # fmt: skip
APP_SERVICE = "/msi/token"
APP_SERVICE_ANSWER = {"access_token": TOKEN, "expires_on": str(int(NOW) + 3600), "token_type": "Bearer"}


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def managed(client_id: str = "", clock: Clock | None = None, timeout: float = 5) -> ManagedIdentity:
    http = HttpClient(origin="https://login.example", observer=Observer(), timeout=timeout)
    return ManagedIdentity(http, scope=SCOPE, client_id=client_id, clock=clock or Clock())


def failure(client_id: str = "") -> Failure:
    with pytest.raises(Failure) as raised:
        authorization(managed(client_id))
    return raised.value
