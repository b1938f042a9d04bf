"""One simulator for all tests, set back before each, and the requests that clients make of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from exporter.simulator import Simulator
from exporter.simulator.switches import Switches

NOON = datetime(2026, 11, 18, 12, 30, tzinfo=UTC)
AAD_GRAPH = "https://graph.windows.net"
PARTNER_CENTER = "https://api.partnercenter.microsoft.com"


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Browser:
    """What a client sends: requests that trust the simulator's certificate authority, with a time-out."""

    sim: Simulator

    def get(self, path: str, token: str | None = None, **options: Any) -> requests.Response:
        headers = dict(options.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        url = path if path.startswith("https:") else self.sim.url + path
        options.setdefault("timeout", 60)
        return requests.get(url, headers=headers, verify=str(self.sim.ca_file), **options)

    def post(self, path: str, form: dict[str, str], **options: Any) -> requests.Response:
        return requests.post(self.sim.url + path, data=form, verify=str(self.sim.ca_file), timeout=60, **options)

    def ea(self, rest: str, **options: Any) -> requests.Response:
        """A report of the enrollment, with its key."""
        owner = self.sim.world.ea
        return self.get(f"/v3/enrollments/{owner.enrollment}/{rest}", options.pop("key", owner.api_key), **options)

    def program_token(self, resource: str = AAD_GRAPH) -> str:
        """A token of the directory's program."""
        tenant = self.sim.world.b2c
        form = {"client_id": tenant.client_id, "client_secret": tenant.client_secret, "scope": f"{resource}/.default"}
        answer = self.post(f"/{tenant.tenant}/oauth2/v2.0/token", {"grant_type": "client_credentials", **form})
        return str(answer.json()["access_token"])

    def partner_form(self, **more: str) -> dict[str, str]:
        """The partner's exchange of its refresh token, as a form; `more` replaces fields."""
        partner = self.sim.world.partner_center
        form = {
            "grant_type": "refresh_token",
            "client_id": partner.client_id,
            "client_secret": partner.client_secret,
            "refresh_token": partner.refresh_token,
            "scope": f"{PARTNER_CENTER}/user_impersonation",
        }
        return {**form, **more}

    def exchange(self, **more: str) -> requests.Response:
        """The answer to that form."""
        return self.post(f"/{self.sim.world.partner_center.tenant}/oauth2/v2.0/token", self.partner_form(**more))

    def user_token(self) -> str:
        """A token of the person who reads the partner's records."""
        return str(self.exchange().json()["access_token"])


def ea_error(answer: requests.Response) -> tuple[int, str]:
    """Status and code of an error in the enrollment's envelope."""
    return answer.status_code, answer.json()["error"]["code"]


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def running(clock: Clock) -> Iterator[Simulator]:
    with Simulator(seed=7, clock=clock) as sim:
        yield sim


@pytest.fixture(autouse=True)
def _no_foreign_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    # requests lets these variables override the CA file that a session (and so msal) was given.
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def sim(running: Simulator, clock: Clock) -> Simulator:
    clock.now = NOON
    for faults in (running.faults, running.blob_faults, running.identity_faults):
        faults.clear()
    for received in (running.received, running.blob_received, running.identity_received):
        received.clear()
    running.reset_limits()
    vars(running.switches).update(vars(Switches()))
    return running


@pytest.fixture
def browser(sim: Simulator) -> Browser:
    return Browser(sim)
