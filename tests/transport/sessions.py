"""A session with a key of its own, and an observer that records what is reported to it."""

from collections.abc import Mapping
from pathlib import Path

from exporter.auth.api_key import ApiKey
from exporter.auth.secret import Secret
from exporter.errors import Reason
from exporter.transport.http import HttpClient
from exporter.transport.session import Session
from exporter.transport.stop import Stop

HOME = "https://127.0.0.1"
KEY = "a-key-that-nobody-may-see"


class Observer:
    """Records what is reported to it."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.unanswered_for: list[Reason] = []
        self.waits: list[float] = []
        self.put_offs: list[float] = []
        self.quotas: list[Mapping[str, float]] = []

    def answered(self, status: int, seconds: float) -> None:
        self.statuses.append(status)

    def unanswered(self, reason: Reason) -> None:
        self.unanswered_for.append(reason)

    def retried(self, throttled_seconds: float) -> None:
        self.waits.append(throttled_seconds)

    def put_off(self, throttled_seconds: float) -> None:
        self.put_offs.append(throttled_seconds)

    def quotas_left(self, quotas: Mapping[str, float]) -> None:
        self.quotas.append(quotas)


class Impatient(Stop):
    """An event that nobody waits for, so that tests do not sleep."""

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


def session(url: str, observer: Observer, ca_file: Path | None = None, timeout: float = 5) -> Session:
    http = HttpClient(origin=url, observer=observer, timeout=timeout, ca_file=ca_file)
    return Session(http, ApiKey(Secret(KEY)), base_url=url, observer=observer, stopped=Impatient())
