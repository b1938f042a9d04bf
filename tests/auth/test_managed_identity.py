"""Tokens of managed identities, from endpoints as Microsoft documents them."""

from urllib.parse import parse_qs, urlsplit

import pytest

from exporter.errors import RateLimited, Reason, Rejected, Transient
from exporter.transport.http import HttpClient
from exporter.transport.session import Session
from tests.auth.machines import (
    APP_SERVICE,
    APP_SERVICE_ANSWER,
    CLIENT,
    HEADER,
    IMDS,
    IMDS_ANSWER,
    NOW,
    TOKEN,
    Clock,
    failure,
    managed,
)
from tests.auth.test_entra import authorization
from tests.harness import Answer, CannedService
from tests.transport.sessions import Impatient, Observer
from tests.wire import Wire, dripping


@pytest.fixture
def imds(canned: CannedService, monkeypatch: pytest.MonkeyPatch) -> CannedService:
    """The metadata service of a virtual machine."""
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", f"{canned.url}/")
    canned.answer(IMDS, Answer(IMDS_ANSWER))
    return canned


@pytest.fixture
def app_service(canned: CannedService, monkeypatch: pytest.MonkeyPatch) -> CannedService:
    """The endpoint of App Service and of Container Apps."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", canned.url + APP_SERVICE)
    monkeypatch.setenv("IDENTITY_HEADER", HEADER)
    canned.answer(APP_SERVICE, Answer(APP_SERVICE_ANSWER))
    return canned


def query(service: CannedService) -> dict[str, list[str]]:
    ((path, _),) = service.received
    return parse_qs(urlsplit(path).query)


def test_a_virtual_machine_gets_the_token_of_its_own_identity(imds: CannedService) -> None:
    """The resource is the scope without `.default`."""
    assert f"Bearer {TOKEN}" == authorization(managed())
    assert {"api-version": ["2018-02-01"], "resource": ["https://management.azure.com/"]} == query(imds)
    assert "true" == imds.received[0][1]["metadata"]


def test_a_user_assigned_identity_is_requested_by_its_client_id(imds: CannedService) -> None:
    """Whatever its case."""
    assert f"Bearer {TOKEN}" == authorization(managed(CLIENT.upper()))
    assert [CLIENT.upper()] == query(imds)["client_id"]


def test_a_token_of_another_identity_is_refused(imds: CannedService) -> None:
    """It may have other permissions; an answer that does not state the identity is believed."""
    other = failure(CLIENT.replace("5", "6"))
    assert "managed identity (IMDS): the token is for another identity than the one in `managed`" == str(other)
    imds.answer(IMDS, Answer({"access_token": TOKEN, "expires_in": "3599"}))
    assert f"Bearer {TOKEN}" == authorization(managed(CLIENT.replace("5", "6")))


def test_app_service_and_container_apps_get_a_token_with_their_header(app_service: CannedService) -> None:
    """Which states only when it expires."""
    clock = Clock()
    credential = managed(CLIENT, clock)
    authorization(credential)
    assert ("2019-08-01", CLIENT) == (query(app_service)["api-version"][0], query(app_service)["client_id"][0])
    assert HEADER == app_service.received[0][1]["x-identity-header"]
    clock.now += 3600 - 301
    authorization(credential)
    assert 1 == len(app_service.received)
    clock.now += 2
    authorization(credential)
    assert 2 == len(app_service.received)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ({"expires_in": "3599"}, 3599),
        ({"expires_in": 3599.0, "expires_on": "1"}, 3599),
        ({"expires_in": "1e99"}, 86_400),
        ({"expires_in": "soon", "expires_on": str(int(NOW) + 1000)}, 1000),
        ({"expires_on": int(NOW) + 1000}, 1000),
        ({"expires_on": str(int(NOW) + 10**9)}, 86_400),
        ({"expires_on": "11/22/2026 5:47:27 AM +00:00"}, 600),
        ({"expires_on": None, "expires_in": None}, 600),
        ({"expires_on": "Infinity"}, 600),
        ({}, 600),
    ],
)
@pytest.mark.parametrize("source", ["imds", "app_service"])
def test_a_lifetime_is_read_in_every_form(
    request: pytest.FixtureRequest, source: str, answer: dict[str, object], seconds: float
) -> None:
    """Numbers and texts, spans and instants; a date as text is treated as unknown."""
    service: CannedService = request.getfixturevalue(source)
    service.answer(IMDS if source == "imds" else APP_SERVICE, Answer({"access_token": TOKEN, **answer}))
    clock = Clock()
    credential = managed("", clock)
    authorization(credential)
    clock.now += seconds - 301
    authorization(credential)
    assert 1 == len(service.received)
    clock.now += 2
    authorization(credential)
    assert 2 == len(service.received)


def test_an_expired_token_is_requested_again_and_again(imds: CannedService) -> None:
    """It may be accepted, by a clock that is right."""
    imds.answer(IMDS, Answer({"access_token": TOKEN, "expires_on": "1"}))
    credential = managed()
    assert [f"Bearer {TOKEN}"] * 2 == [authorization(credential) for _ in range(2)]
    assert 2 == len(imds.received)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html><body>404 - Not Found</body></html>", 404, {"Content-Type": "text/html"}),
        Answer({"error": "not_found"}, 404),
        Answer(status=410),
        Answer(b"<html>Sign in to the hotel</html>", 200),
        Answer(b"[]", 200),
        Answer(b"", 400),
        Answer(status=500),
        Answer({"error": "server"}, 503),
        Answer(status=302, headers={"Location": "https://evil.example/"}),
    ],
    ids=["404-html", "404-json", "410", "html", "list", "400-empty", "500", "503", "302"],
)
def test_what_may_pass_is_tried_again(imds: CannedService, answer: Answer) -> None:
    """Nothing is remembered: the next attempt sends its own request."""
    imds.answer(IMDS, answer, Answer(IMDS_ANSWER))
    credential = managed()
    with pytest.raises(Transient, match=r"^managed identity \(IMDS\): ") as raised:
        authorization(credential)
    assert Reason.LOGIN == raised.value.reason
    assert f"Bearer {TOKEN}" == authorization(credential)


def test_throttling_is_waited_for(imds: CannedService) -> None:
    """As long as the endpoint requests."""
    imds.answer(IMDS, Answer({"error": "too_many_requests"}, 429, {"Retry-After": "5"}))
    limited = failure()
    assert isinstance(limited, RateLimited)
    assert (5, Reason.LOGIN) == (limited.retry_after, limited.reason)


def test_a_request_that_needs_the_token_is_tried_again(imds: CannedService) -> None:
    """Within the run, a few times."""
    imds.answer(IMDS, Answer(status=410), Answer(status=404), Answer(IMDS_ANSWER))
    imds.answer("/x", Answer(b"x"))
    http = HttpClient(origin=imds.url, observer=Observer(), timeout=60)
    session = Session(http, managed(), base_url=imds.url, observer=Observer(), stopped=Impatient())
    assert b"x" == session.get("x").content
    assert 4 == len(imds.received)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            Answer({"error": "invalid_request", "error_description": "Identity not found"}, 400),
            "400 Identity not found; this machine has no such identity: check `managed`, and that the identity is "
            "assigned to it",
        ),
        (Answer({"error": "forbidden"}, 403), "403 forbidden"),
        (Answer({}, 401), "401 no reason given"),
        (Answer({"token_type": "Bearer"}), "the answer holds no access token, or one that no header can carry"),
        (Answer({"access_token": "a\r\nb"}), "the answer holds no access token, or one that no header can carry"),
        (Answer({"access_token": 5}), "the answer holds no access token, or one that no header can carry"),
    ],
)
def test_a_refusal_says_what_to_check(imds: CannedService, answer: Answer, text: str) -> None:
    """In the words of the endpoint."""
    imds.answer(IMDS, answer)
    refused = failure()
    assert (Rejected, Reason.LOGIN) == (type(refused), refused.reason)
    assert f"managed identity (IMDS): {text}" == str(refused)


@pytest.mark.parametrize("status", [400, 500])
def test_the_header_of_app_service_is_never_shown(app_service: CannedService, status: int) -> None:
    """Even where the endpoint repeats it."""
    app_service.answer(APP_SERVICE, Answer({"statusCode": status, "message": f"No identity for {HEADER}"}, status))
    refused = failure()
    assert (True, False) == ("No identity for <secret>" in str(refused), "hush" in str(refused))


def test_an_endpoint_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the account's time-out; without an endpoint the message says where there is one."""
    with Wire(dripping(b"HTTP/1.1 200 OK\r\n\r\n", b" ")) as wire:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", wire.url)
        with pytest.raises(Transient, match="exists only on machines in Azure") as raised:
            authorization(managed(timeout=0.2))
    assert Reason.LOGIN == raised.value.reason


def test_no_proxy_gets_the_request(imds: CannedService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is link-local, and a proxy would see the token; also one that is not a URL."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://me:word@127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert f"Bearer {TOKEN}" == authorization(managed())
    monkeypatch.setenv("http_proxy", "http://me:wo#rd@127.0.0.1:9")
    assert f"Bearer {TOKEN}" == authorization(managed())


def test_service_fabric_is_refused(app_service: CannedService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is sent."""
    monkeypatch.setenv("IDENTITY_SERVER_THUMBPRINT", "0" * 40)
    assert "managed identity: Service Fabric is not supported; use a certificate" == str(failure())
    assert [] == app_service.received


def test_an_endpoint_that_is_no_address_is_reported(
    app_service: CannedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not an internal error."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://[")
    assert "managed identity (App Service): not a link: it has no valid host or port" == str(failure())


def test_nothing_of_it_expires_and_a_refused_token_is_renewed() -> None:
    """The platform renews what it has; no request is sent before the first use."""
    credential = managed()
    assert ({}, "", True, ()) == (
        credential.expiries(),
        credential.hint,
        credential.renewable,
        tuple(credential.warnings()),
    )
