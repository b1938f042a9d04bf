"""What an odd answer of the token endpoint costs: a failure with the right reason, and never a refresh token."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from exporter.auth.secret import Secret, is_token
from exporter.errors import Failure, RateLimited, Reason, Rejected, SignInRequired, Transient
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Html, Status
from tests.auth.test_entra import WRONG, application, authorization, token_requests
from tests.auth.test_refresh_token import person

ACCESS = jwt.encode({"amr": ["pwd", "mfa"]}, "k" * 32)
SUCCESSOR = "0.the-successor"
GOOD = {"token_type": "Bearer", "access_token": ACCESS, "refresh_token": SUCCESSOR, "expires_in": 3599}


def failing(simulator: Simulator, file: Path, *answers: Status) -> Failure:
    simulator.faults.script("/token", *answers)
    with pytest.raises(Failure) as raised:
        authorization(person(simulator, file))
    return raised.value


def stored(file: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(file.read_text())
    return found


@pytest.mark.parametrize(
    "odd",
    [
        {"id_token": "a.b.c"}, {"id_token": 5}, {"id_token": "."}, {"client_info": "?"}, {"client_info": []},
        {"expires_in": "soon"}, {"expires_in": None}, {"expires_in": 10**400}, {"refresh_in": "x"}, {"scope": 5},
        {"ext_expires_in": {}}, {"token_type": 5}, {"error": None}, {"expires_on": "x"},
    ],
    ids=lambda odd: json.dumps(odd)[:30],
)  # fmt: skip
def test_a_good_token_is_stored_and_used_whatever_is_beside_it(
    simulator: Simulator, tmp_path: Path, odd: dict[str, object]
) -> None:
    """The old one may be used up already."""
    simulator.faults.script("/token", Status(200, {**GOOD, **odd}))
    assert f"Bearer {ACCESS}" == authorization(person(simulator, tmp_path / "csp.json"))
    partner = simulator.world.partner_center
    assert (SUCCESSOR, partner.refresh_token) == (
        stored(tmp_path / "csp.json")["refresh_token"],
        stored(tmp_path / "csp.json")["previous"],
    )


@pytest.mark.parametrize("odd", [5, True, {}, [], None, "", "\0", "two words", "two\nlines", "ünicode"])
def test_a_refresh_token_that_is_none_is_never_written(simulator: Simulator, tmp_path: Path, odd: object) -> None:
    """The access token beside it is used, and the old refresh token the next time."""
    file = tmp_path / "csp.json"
    simulator.faults.script("/token", Status(200, {**GOOD, "refresh_token": odd, "expires_in": 1}))
    auth = person(simulator, file)
    authorization(auth)
    assert simulator.world.partner_center.refresh_token == stored(file)["refresh_token"]
    assert authorization(auth).startswith("Bearer ey")


@pytest.mark.parametrize("odd", [5, True, {}, None, "", "two words", "two\r\nlines: x", "ünicode"])
def test_an_access_token_that_no_header_can_carry_is_refused(simulator: Simulator, tmp_path: Path, odd: object) -> None:
    """But the refresh token beside it is stored, and the one before it as well."""
    file = tmp_path / "csp.json"
    failure = failing(simulator, file, Status(200, {**GOOD, "access_token": odd}))
    assert (Rejected, Reason.LOGIN) == (type(failure), failure.reason)
    assert (SUCCESSOR, simulator.world.partner_center.refresh_token) == (
        stored(file)["refresh_token"],
        stored(file)["previous"],
    )
    failing(simulator, file, Status(200, {**GOOD, "access_token": odd, "refresh_token": "another"}))
    assert simulator.world.partner_center.refresh_token == stored(file)["previous"]


def test_a_successor_that_never_works_gives_way_to_its_predecessor(simulator: Simulator, tmp_path: Path) -> None:
    """Which is forgotten once a successor has worked."""
    file, first = tmp_path / "csp.json", simulator.world.partner_center.refresh_token
    simulator.faults.script("/token", Status(200, GOOD))
    authorization(person(simulator, file))
    authorization(person(simulator, file))
    assert 3 == token_requests(simulator)
    second = stored(file)["refresh_token"]
    assert (first, False) == (stored(file)["previous"], second in (first, SUCCESSOR))
    authorization(person(simulator, file))
    assert second == stored(file)["previous"]


def test_when_both_are_refused_a_person_is_needed_and_both_stay(simulator: Simulator, tmp_path: Path) -> None:
    """Each is tried once."""
    file = tmp_path / "csp.json"
    authorization(person(simulator, file))
    before = file.read_bytes()
    simulator.revoke_refresh_tokens()
    with pytest.raises(SignInRequired, match="AADSTS50173"):
        authorization(person(simulator, file))
    assert (before, 3) == (file.read_bytes(), token_requests(simulator))


@pytest.mark.parametrize(
    "answer",
    [Html(200), Html(403), Status(200, b""), Status(200, [GOOD]), Status(200, "{")],
    ids=["html", "html-403", "empty", "list", "half"],
)
@pytest.mark.parametrize("path", ["openid-configuration", "/token"])
def test_an_answer_of_something_else_than_the_login_host_is_an_outage(
    simulator: Simulator, tmp_path: Path, path: str, answer: Html | Status
) -> None:
    """A gateway's page says nothing about the credential; the text says where it came from, and what it was."""
    simulator.faults.script(path, answer)
    with pytest.raises(Transient) as raised:
        authorization(person(simulator, tmp_path / "csp.json"))
    text = str(raised.value)
    assert Reason.LOGIN == raised.value.reason
    assert text.startswith(f"login at {simulator.url}/")
    assert f": {answer.status} with {'text/html' if isinstance(answer, Html) else ''}" in text


@pytest.mark.parametrize(("status", "kind"), [(503, Transient), (429, RateLimited)])
def test_an_outage_names_the_login_host(simulator: Simulator, status: int, kind: type[Failure]) -> None:
    """And keeps the time that the host asks for."""
    simulator.faults.script("/token", Status(status, headers={"Retry-After": "9"}))
    with pytest.raises(Transient, match=rf"login at {simulator.url}/.*: {status}") as raised:
        authorization(application(simulator))
    assert (kind, Reason.LOGIN, 9) == (type(raised.value), raised.value.reason, raised.value.retry_after)


def test_a_null_text_does_not_hide_what_ended(simulator: Simulator, tmp_path: Path) -> None:
    """The number is enough."""
    body = {"error": "invalid_grant", "error_description": None, "error_codes": [700082]}
    failure = failing(simulator, tmp_path / "csp.json", Status(400, body))
    assert isinstance(failure, SignInRequired)
    assert "was not used for 90 days" in str(failure)


@pytest.mark.parametrize("field", ["error", "error_description", "error_uri", "suberror"])
@pytest.mark.parametrize("padding", [0, 380, 396])
def test_no_secret_that_an_error_repeats_is_reported(
    simulator: Simulator, tmp_path: Path, field: str, padding: int
) -> None:
    """Whole, or cut where the text is cut."""
    partner = simulator.world.partner_center
    for secret in (partner.refresh_token, partner.client_secret):
        body = {"error": "odd", field: "x" * padding + secret}
        failure = failing(simulator, tmp_path / "csp.json", Status(400, body))
        assert (Reason.LOGIN, False) == (failure.reason, secret[:8] in str(failure))


def test_no_secret_that_an_outage_repeats_is_reported(simulator: Simulator, tmp_path: Path) -> None:
    """A gateway may repeat the whole form."""
    token = simulator.world.partner_center.refresh_token
    body = {"error": {"code": "x", "message": "y" * 280 + token}}
    failure = failing(simulator, tmp_path / "csp.json", Status(503, body))
    assert (Reason.LOGIN, False) == (failure.reason, token[:8] in str(failure))


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (90002, "check `tenant`"),
        (700016, "check `client_id`"),
        (7000215, "the client secret's value, not its id"),
        (7000222, "has expired"),
        (65001, "must consent"),
        (50034, "does not exist in the tenant"),
    ],
)
def test_frequent_refusals_say_what_to_do(simulator: Simulator, number: int, hint: str) -> None:
    """Beside Microsoft's own words."""
    body = {"error": "x", "error_description": f"AADSTS{number}: words.\r\nTrace ID: 1", "error_codes": [number]}
    simulator.faults.script("/token", Status(400, body))
    with pytest.raises(Rejected, match=f"AADSTS{number}: words. .*{hint}") as raised:
        authorization(application(simulator))
    assert Reason.LOGIN == raised.value.reason


def test_an_unknown_tenant_is_reported_with_its_number_and_what_to_do(simulator: Simulator) -> None:
    """Already the discovery refuses it."""
    with pytest.raises(Rejected, match=r"AADSTS90002: Tenant 'elsewhere\.example' not found.*check `tenant`"):
        authorization(application(simulator, tenant="elsewhere.example"))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"token_endpoint": 5, "authorization_endpoint": "https://x/y"},
        {"token_endpoint": "http://x/y", "authorization_endpoint": "https://x/y"},
        {"token_endpoint": "https://[/y", "authorization_endpoint": "https://x/y"},
        {"token_endpoint": "https://x", "authorization_endpoint": "https://x/y"},
    ],
)
def test_an_odd_discovery_document_is_a_failure_of_the_login(simulator: Simulator, document: dict[str, object]) -> None:
    """Before any secret is sent."""
    simulator.faults.script("openid-configuration", Status(200, document))
    with pytest.raises(Rejected, match="discovery document") as raised:
        authorization(application(simulator, Secret(WRONG)))
    assert (Reason.LOGIN, 0) == (raised.value.reason, token_requests(simulator))


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    with Simulator(seed=1) as simulator:
        yield simulator


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text() | some.just(SUCCESSOR),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = (*GOOD, "id_token", "client_info", "scope", "refresh_in", "error", "error_description", "error_codes")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    status=some.sampled_from([200, 200, 200, 400, 401]),
    odd=some.dictionaries(some.sampled_from(FIELDS), JSON, max_size=4),
)
def test_no_answer_costs_a_refresh_token(running: Simulator, status: int, odd: dict[str, object]) -> None:
    """Any JSON in any field: a documented failure at most; a new token is on disk, or else the one before it is."""
    answer = {**GOOD, **odd}
    running.faults.clear()
    running.faults.script("/token", Status(status, json.dumps(answer)))
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "csp.json"
        file.write_text(json.dumps({"replaces": "", "refresh_token": "0.predecessor"}))
        reason = None
        try:
            authorization(person(running, file, first=""))
        except Failure as failure:
            reason = failure.reason
        on_disk = stored(file)
    assert reason in (None, Reason.LOGIN, Reason.SIGN_IN_REQUIRED)
    if status == 200 and is_token(answer["access_token"]) and is_token(answer["refresh_token"]):
        assert answer["refresh_token"] == on_disk["refresh_token"]
    else:
        assert "0.predecessor" in (on_disk["refresh_token"], on_disk.get("previous"))
