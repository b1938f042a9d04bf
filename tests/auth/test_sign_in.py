"""A sign-in outlasts whatever else fails meanwhile."""

import re
import threading
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import requests

from exporter.auth.loopback import Loopback
from exporter.auth.secret import Secret
from exporter.auth.sign_in import SignedIn, SignIn
from exporter.errors import Reason, Rejected, Transient
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Drop, Html, Status
from exporter.transport.http import HttpClient
from tests.auth.test_entra import Clock
from tests.transport.sessions import Observer

PASSING = (Status(503), Status(429, headers={"Retry-After": "30"}), Html(502), Html(200), Drop())


class Waiting:
    """A clock that moves while somebody sleeps, whom `during` may disturb."""

    def __init__(self, during: Callable[[], object] = lambda: None) -> None:
        self.clock = Clock()
        self.slept: list[float] = []
        self.reported: list[str] = []
        self._during = during

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.now += seconds
        self._during()


def sign_in(simulator: Simulator, waiting: Waiting) -> SignIn:
    partner = simulator.world.partner_center
    return SignIn(
        HttpClient(origin=simulator.url, observer=Observer(), timeout=60, ca_file=simulator.ca_file),
        authority=f"{simulator.url}/{partner.tenant}",
        client_id=partner.client_id,
        client_secret=Secret(partner.client_secret),
        scope="https://api.partnercenter.microsoft.com/user_impersonation",
        report=waiting.reported.append,
        sleep=waiting.sleep,
        clock=waiting.clock,
    )


class Person:
    """Does what a text or an address asks for."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        user = simulator.world.partner_center
        self._typed = {"user": user.user_name, "password": user.user_password, "mfa": user.mfa_code, "consent": "yes"}
        self.shown = ""

    def by_device(self, instructions: str) -> None:
        self.shown = instructions
        found = re.search(r"open the page (\S+) and enter the code (\S+) to", instructions)
        assert found
        self._post(found[1], user_code=found[2])

    def by_browser(self, address: str) -> None:
        self.shown = address
        fields = dict(re.findall(r'name="(\w+)" value="([^"]+)"', self._post(address)))
        back = re.search(r"redirect_uri=http%3A%2F%2Flocalhost%3A(\d+)", address)
        assert back
        coming = {"url": f"http://localhost:{back[1]}", "data": fields, "timeout": 5}
        threading.Thread(target=requests.post, kwargs=coming).start()

    def _post(self, address: str, **more: str) -> str:
        answer = requests.post(
            address, data={**self._typed, "choice": "accept", **more}, verify=str(self._simulator.ca_file), timeout=5
        )
        assert answer.status_code == 200
        return answer.text


def test_outages_while_waiting_for_the_person_pass(simulator: Simulator) -> None:
    """Each is reported, and the server's wait is respected."""
    waiting = Waiting()
    simulator.switches.device_code_interval = 7
    simulator.faults.script("/token", *PASSING)
    assert simulator.world.partner_center.user_name == (
        sign_in(simulator, waiting).by_device(Person(simulator).by_device).user
    )
    assert [7, 30, 7, 7, 7] == waiting.slept
    assert [True] * 5 == [text.startswith(f"login at {simulator.url}/") for text in waiting.reported]


def test_an_outage_after_the_browser_came_back_passes(simulator: Simulator) -> None:
    """The code lives on meanwhile."""
    waiting = Waiting()
    simulator.faults.script("/token", Status(503), Html(502))
    assert sign_in(simulator, waiting).by_browser(0, Person(simulator).by_browser).refresh_token
    assert [5, 5] == waiting.slept


def test_an_outage_that_does_not_pass_ends_with_the_code(simulator: Simulator) -> None:
    """As the outage that it is."""
    waiting = Waiting()
    simulator.faults.script("/token", *[Status(503)] * 200)
    with pytest.raises(Transient, match="503"):
        sign_in(simulator, waiting).by_device(lambda text: None)
    assert sum(waiting.slept) <= 900


def test_a_person_who_does_nothing_ends_it(simulator: Simulator) -> None:
    """After the life of the code; a host that wants fewer requests gets them."""
    waiting = Waiting()
    simulator.faults.script("/token", Status(400, {"error": "slow_down"}))
    with pytest.raises(Rejected, match="nobody signed in within 900 s"):
        sign_in(simulator, waiting).by_device(lambda text: None)
    assert {10.0} == set(waiting.slept)


@pytest.mark.parametrize(
    "answer",
    [
        {}, {"device_code": 5, "message": "x"}, {"device_code": "a", "message": None},
        {"device_code": "a", "message": "\x1b[2J"}, {"device_code": "a\n", "message": "x"},
    ],
)  # fmt: skip
def test_an_odd_device_code_is_reported_before_a_person_is_asked(
    simulator: Simulator, answer: dict[str, object]
) -> None:
    """As a failure of the login."""
    simulator.faults.script("/devicecode", Status(200, answer))
    with pytest.raises(Rejected, match="no device code") as raised:
        sign_in(simulator, Waiting()).by_device(pytest.fail)
    assert Reason.LOGIN == raised.value.reason


@pytest.mark.parametrize("odd", [{"interval": "x"}, {"interval": -5}, {"expires_in": 10**400}, {"expires_in": "60"}])
def test_odd_times_of_a_device_code_do_not_matter(simulator: Simulator, odd: dict[str, Any]) -> None:
    """The documented defaults and limits hold."""
    waiting = Waiting()
    simulator.faults.script("/devicecode", Status(200, {"device_code": "a", "message": "x", "interval": 9, **odd}))
    simulator.faults.script("/token", *[Status(400, {"error": "authorization_pending"})] * 2, Status(400, {}))
    with pytest.raises(Rejected, match="neither a token nor an error"):
        sign_in(simulator, waiting).by_device(lambda text: None)
    assert [{"x": 5, -5: 1}.get(odd.get("interval", 9), 9)] * 2 == waiting.slept


def test_an_id_token_of_another_sign_in_is_refused(simulator: Simulator) -> None:
    """Its nonce is another; one that can't be read proves nothing and spoils nothing."""
    good = {"access_token": "a", "refresh_token": "r"}
    other = jwt.encode({"nonce": "other"}, "k" * 32)
    simulator.faults.script("/token", Status(200, {**good, "id_token": other}), Status(200, {**good, "id_token": "?"}))
    with pytest.raises(Rejected, match="another sign-in"):
        sign_in(simulator, Waiting()).by_browser(0, Person(simulator).by_browser)
    assert "r" == sign_in(simulator, Waiting()).by_browser(0, Person(simulator).by_browser).refresh_token


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1"])
def test_the_browser_can_come_back_to_another_address(address: str) -> None:
    """Into a container, where the published port does not lead to loopback."""
    with Loopback(0, address) as loopback:
        assert (address, True) == (loopback.server_address[0], loopback.redirect_uri.startswith("http://localhost:"))


def test_an_address_that_is_not_of_this_machine_is_reported(simulator: Simulator) -> None:
    """With the port."""
    with pytest.raises(Rejected, match=r"192\.0\.2\.1 port 8400: "):
        Loopback(8400, "192.0.2.1")


def test_a_sign_in_can_be_shown_to_an_api_as_any_credential() -> None:
    """It is not renewed, and has nothing to say."""
    signed_in = SignedIn(jwt.encode({"upn": "a\x1b[2Jb"}, "k" * 32), "r")
    assert (False, "", "unknown") == (signed_in.renewable, signed_in.hint, signed_in.user)
