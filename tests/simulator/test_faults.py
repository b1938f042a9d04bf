"""Faults in front of the services, by script and by dice."""

import time

import pytest
import requests

from exporter.simulator import Simulator
from exporter.simulator.b2c import faults as b2c
from exporter.simulator.ea import faults as ea
from exporter.simulator.login import faults as login
from exporter.simulator.partner_center import faults as partner_center
from exporter.simulator.server.faults import Cut, Drip, Drop, Html, Redirect, Slow, Status

from .conftest import Browser


def statuses(browser: Browser, count: int, rest: str = "usagedetails") -> list[int]:
    return [browser.ea(rest).status_code for _ in range(count)]


def test_a_script_answers_in_order_and_ends(browser: Browser) -> None:
    """The next requests get the faults, later ones the ordinary answer; other paths are left alone."""
    browser.sim.faults.script("USAGEDETAILS", Status(429, headers={"Retry-After": "7"}), Html())
    assert 200 == browser.ea("balancesummary").status_code
    first, second = browser.ea("usagedetails"), browser.ea("usagedetails")
    assert (429, "7") == (first.status_code, first.headers["Retry-After"])
    assert (502, "text/html; charset=utf-8") == (second.status_code, second.headers["Content-Type"])
    assert [200] == statuses(browser, 1)


def test_a_script_can_be_repeated_or_endless(browser: Browser) -> None:
    """`times` counts rounds; without a number it ends with `clear`."""
    browser.sim.faults.script("usagedetails", Status(500), Slow(0), times=2)
    assert [500, 200, 500, 200, 200] == statuses(browser, 5)
    browser.sim.faults.script("usagedetails", Status(503), times=None)
    assert [503] * 4 == statuses(browser, 4)
    browser.sim.faults.clear()
    assert [200] == statuses(browser, 1)


def test_a_script_without_faults_is_a_mistake(sim: Simulator) -> None:
    """It would do nothing, for ever."""
    with pytest.raises(ValueError, match="at least one"):
        sim.faults.script("usagedetails", times=None)


@pytest.mark.parametrize("fault", [Cut(after=2000), Cut(after=0), Cut(after=10**9), Cut(2000, chunked=True)])
def test_a_cut_answer_ends_before_its_body_does(browser: Browser, fault: Cut) -> None:
    """The client learns from HTTP itself that something is missing; the next answer is whole."""
    whole = browser.ea("usagedetails").content
    browser.sim.faults.script("usagedetails", fault)
    answer = browser.ea("usagedetails", stream=True)
    assert ("Transfer-Encoding" if fault.chunked else "Content-Length") in answer.headers
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        _ = answer.content
    assert whole == browser.ea("usagedetails").content


def test_a_dropped_connection_has_no_answer(browser: Browser) -> None:
    """Not a byte comes back, but the request was received."""
    browser.sim.faults.script("usagedetails", Drop())
    with pytest.raises(requests.exceptions.ConnectionError):
        browser.ea("usagedetails")
    assert 1 == len(browser.sim.received)


def test_faults_are_quiet(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """A fault is no error of the server: it logs nothing."""
    browser.sim.faults.script("balancesummary", Cut(10), Cut(10, chunked=True), Drop(), Slow(5), Drip(5))
    for _ in range(5):
        with pytest.raises(requests.exceptions.RequestException):
            _ = browser.ea("balancesummary", timeout=0.5).content
    assert [] == [record.message for record in caplog.records if record.name.startswith(("uvicorn", "asyncio"))]


def test_a_slow_answer_outlasts_an_impatient_client(browser: Browser) -> None:
    """The first byte is late; the patient get the ordinary answer."""
    browser.sim.faults.script("balancesummary", Slow(5), Slow(0.05))
    with pytest.raises(requests.exceptions.ReadTimeout):
        browser.ea("balancesummary", timeout=0.5)
    assert 200 == browser.ea("balancesummary").status_code


def test_a_slow_token_request_keeps_its_form(browser: Browser) -> None:
    """What a client sent while a fault was waiting still reaches the service."""
    browser.sim.faults.script("/token", Slow(0.05))
    assert 200 == browser.exchange().status_code


def test_a_dripping_body_arrives_whole(browser: Browser) -> None:
    """Piece by piece, over the asked time."""
    whole = browser.ea("balancesummary").content
    browser.sim.faults.script("balancesummary", Drip(0.1, pieces=4))
    began = time.monotonic()
    assert whole == browser.ea("balancesummary").content
    assert time.monotonic() - began >= 0.1


def test_a_redirect_points_elsewhere(browser: Browser) -> None:
    """For the tests of what a client sends to a foreign origin."""
    browser.sim.faults.script("usagedetails", Redirect("https://elsewhere.example/"))
    answer = browser.ea("usagedetails", allow_redirects=False)
    assert (302, "https://elsewhere.example/") == (answer.status_code, answer.headers["Location"])


def test_bodies_are_text_or_json(browser: Browser) -> None:
    """A text is sent as it is, anything else as JSON; 200 can be wrong as well."""
    browser.sim.faults.script("usagedetails", Status(200, "Usage Data Extract"), Status(200, {"a": 1}), Html(200))
    assert ["Usage Data Extract", '{"a":1}'] == [browser.ea("usagedetails").text for _ in range(2)]
    page = browser.ea("usagedetails")
    assert (200, True) == (page.status_code, page.text.startswith("<!DOCTYPE html>"))


def test_random_faults_are_the_same_for_a_seed(browser: Browser) -> None:
    """The same requests meet the same faults, at about the given probability."""
    runs = []
    for _ in range(2):
        browser.sim.faults.at_random(0.4, seed=3, kinds=[Status(500), Status(503)], contains="balance")
        runs.append(statuses(browser, 20, "balancesummary"))
        browser.sim.faults.clear()
    assert runs[0] == runs[1]
    assert {200, 500, 503} == set(runs[0])
    assert 5 <= sum(status != 200 for status in runs[0]) <= 11


@pytest.mark.parametrize(
    ("fault", "status", "header", "text"),
    [
        (ea.throttled(9), 429, ("x-ms-ratelimit-microsoft.consumption-retry-after", "9"), '"429"'),
        (ea.unavailable(9), 503, ("Retry-After", "9"), ""),
        (ea.server_error(), 500, ("Content-Type", "application/json; charset=utf-8"), '"500"'),
        (b2c.throttled(9), 503, ("Retry-After", None), "try after 9 seconds"),
        (b2c.too_many_requests(9), 429, ("Retry-After", "9"), ""),
        (b2c.blocked(), 403, ("Retry-After", None), "Authentication_Unauthorized"),
        (b2c.bad_gateway(), 502, ("Content-Length", "0"), ""),
        (partner_center.throttled(57), 429, ("Retry-After", "57"), '"statusCode":429'),
        (partner_center.error(), 500, ("Retry-After", None), '"code":"9999"'),
        (login.throttled(3), 429, ("Retry-After", "3"), "AADSTS"),
        (login.unavailable(), 503, ("Retry-After", None), ""),
    ],
)
def test_documented_forms_are_ready_made(
    browser: Browser, fault: Status, status: int, header: tuple[str, str | None], text: str
) -> None:
    """Each service's throttling and failures, in its own words."""
    browser.sim.faults.script("", fault)
    answer = browser.get("/any")
    assert (status, header[1]) == (answer.status_code, answer.headers.get(header[0]))
    assert text in answer.text


def test_it_stops_in_the_middle_of_a_slow_answer() -> None:
    """A waiting fault does not delay the end."""
    sim = Simulator()
    sim.start()
    sim.faults.script("", Slow(60))
    with pytest.raises(requests.exceptions.ReadTimeout):
        Browser(sim).get("/any", timeout=0.5)
    began = time.monotonic()
    sim.close()
    assert time.monotonic() - began < 2
