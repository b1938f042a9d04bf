"""Tokens from a login host that behaves as Microsoft's."""

from pathlib import Path

import pytest
import requests

from exporter.auth import AuthBase
from exporter.auth.api_key import ApiKey
from exporter.auth.client_credentials import ClientCredentials
from exporter.auth.secret import Secret
from exporter.errors import Failure, Reason, Rejected, Transient
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Drop, Html, Status
from exporter.transport.http import HttpClient
from tests.transport.sessions import Observer

WRONG = "a-secret-that-is-wrong-but-still-secret"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def login_http(simulator: Simulator) -> HttpClient:
    return HttpClient(origin=simulator.url, observer=Observer(), timeout=60, ca_file=simulator.ca_file)


def application(
    simulator: Simulator,
    secret: Secret | None = None,
    clock: Clock | None = None,
    *,
    http: HttpClient | None = None,
    tenant: str = "",
) -> ClientCredentials:
    world = simulator.world.b2c
    return ClientCredentials(
        http or login_http(simulator),
        authority=f"{simulator.url}/{tenant or world.tenant}",
        client_id=world.client_id,
        client_credential=secret or Secret(world.client_secret),
        scope="https://graph.windows.net/.default",
        clock=clock or Clock(),
    )


def authorization(auth: AuthBase) -> str:
    request = requests.Request("GET", "https://localhost/").prepare()
    return str(auth(request).headers["Authorization"])


def token_requests(simulator: Simulator) -> int:
    return sum(received.path.endswith("/token") for received in simulator.received)


def test_a_token_is_requested_once_and_renewed_five_minutes_early(simulator: Simulator) -> None:
    """The first use requests one; the next only when less than five minutes of life are left."""
    clock = Clock()
    auth = application(simulator, clock=clock)
    first = authorization(auth)
    clock.now += 3599 - 301
    assert (first, 1) == (authorization(auth), token_requests(simulator))
    clock.now += 2
    authorization(auth)
    assert token_requests(simulator) == 2


def test_nobody_is_asked_before_the_first_use(simulator: Simulator) -> None:
    """A login outage must not break the start of the exporter."""
    application(simulator)
    assert [] == simulator.received


def test_a_refused_token_is_not_used_again(simulator: Simulator) -> None:
    """After a 401 of the service the next request brings another token."""
    auth = application(simulator)
    request = auth(requests.Request("GET", "https://localhost/").prepare())
    refused = requests.Response()
    refused.status_code = 401
    for hook in request.hooks["response"]:
        hook(refused)
    authorization(auth)
    assert token_requests(simulator) == 2


def test_a_wrong_secret_is_refused_in_microsofts_words_and_never_shown(simulator: Simulator) -> None:
    """The AADSTS code is what a person will search for."""
    with pytest.raises(Rejected, match="AADSTS7000215") as raised:
        authorization(application(simulator, Secret(WRONG)))
    assert (Reason.LOGIN, False) == (raised.value.reason, WRONG in str(raised.value))


@pytest.mark.parametrize(
    "fault", [Status(503), Status(429, headers={"Retry-After": "9"}), Drop()], ids=["503", "429", "drop"]
)
@pytest.mark.parametrize("path", ["openid-configuration", "/token"])
def test_an_outage_of_the_login_host_passes_and_the_next_use_heals_it(
    simulator: Simulator, path: str, fault: Status | Drop
) -> None:
    """msal would remember the failure; the next renewal does not."""
    simulator.faults.script(path, fault)
    auth = application(simulator)
    with pytest.raises(Transient) as raised:
        authorization(auth)
    assert Reason.LOGIN == raised.value.reason
    assert authorization(auth).startswith("Bearer ey")


@pytest.mark.parametrize("path", ["openid-configuration", "/token"])
def test_an_html_page_of_the_login_host_is_a_failure_of_the_login(simulator: Simulator, path: str) -> None:
    """Whatever msal makes of it."""
    simulator.faults.script(path, Html(200))
    auth = application(simulator)
    with pytest.raises(Failure) as raised:
        authorization(auth)
    assert Reason.LOGIN == raised.value.reason
    assert authorization(auth).startswith("Bearer ey")


def test_a_401_for_an_older_token_does_not_cost_the_newer_one(simulator: Simulator) -> None:
    """Another thread has renewed it meanwhile."""
    auth = application(simulator)
    requests_sent = [auth(requests.Request("GET", "https://localhost/").prepare()) for _ in range(2)]
    refused = requests.Response()
    refused.status_code = 401
    for request in requests_sent:
        simulator.switches.token_lifetime += 1  # so that no token is the same text as another
        for hook in request.hooks["response"]:
            hook(refused)
        authorization(auth)
    assert (True, 2) == (auth.renewable, token_requests(simulator))


def test_a_wrong_tls_authority_is_reported_as_such(simulator: Simulator) -> None:
    """And not as a refusal of the login."""
    auth = application(simulator, http=HttpClient(origin=simulator.url, observer=Observer(), timeout=60))
    with pytest.raises(Transient, match="login at ") as raised:
        authorization(auth)
    assert Reason.TLS == raised.value.reason


def test_a_secret_whose_file_comes_late_costs_nothing_but_the_wait(simulator: Simulator, tmp_path: Path) -> None:
    """Its absence may pass, so that it is tried again within seconds."""
    auth = application(simulator, Secret(path=tmp_path / "secret"))
    with pytest.raises(Transient) as raised:
        authorization(auth)
    assert Reason.CREDENTIAL_UNREADABLE == raised.value.reason
    (tmp_path / "secret").write_text(simulator.world.b2c.client_secret)
    assert authorization(auth).startswith("Bearer ey")


def test_a_credential_that_no_renewal_cures_says_so() -> None:
    """An API key stays what it is."""
    key = ApiKey(Secret("k"))
    assert (False, "", ()) == (key.renewable, key.hint, tuple(key.warnings()))
