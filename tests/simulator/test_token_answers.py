"""Answers of the token endpoint that are not as documented, and a poll that fails."""

import pytest
import requests

from exporter.simulator.login.errors import LOGIN_ERRORS
from exporter.simulator.switches import NULL

from .conftest import PARTNER_CENTER, Browser
from .test_login_pages import begin, typed

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


def poll(browser: Browser, device: dict[str, str]) -> requests.Response:
    partner = browser.sim.world.partner_center
    form = {"grant_type": DEVICE_CODE, "device_code": device["device_code"], "client_id": partner.client_id}
    return browser.post(f"/{partner.tenant}/oauth2/v2.0/token", form)


def test_fields_of_a_token_can_be_replaced_added_nulled_and_left_out(browser: Browser) -> None:
    """The rest of the answer stays, and what was exchanged was exchanged."""
    ordinary = browser.exchange().json()
    browser.sim.switches.token_answer = {
        "refresh_token": 5, "expires_in": "abc", "id_token": "garbage", "client_info": None, "scope": NULL,
        "more": ["x", {"y": None}],
    }  # fmt: skip
    answer = browser.exchange()
    found = answer.json()
    assert (5, "abc", "garbage", None) == tuple(
        found[name] for name in ("refresh_token", "expires_in", "id_token", "scope")
    )
    assert ["x", {"y": None}] == found["more"]
    assert set(ordinary) - {"client_info"} | {"more"} == set(found)
    assert ("Bearer", 3599) == (found["token_type"], found["ext_expires_in"])
    assert ("no-store, no-cache", "application/json; charset=utf-8") == (
        answer.headers["Cache-Control"], answer.headers["Content-Type"],
    )  # fmt: skip


def test_fields_of_a_refusal_can_be_replaced(browser: Browser) -> None:
    """A refusal keeps its status and its code beside a description of null."""
    browser.sim.switches.refresh_token_error = 700082
    browser.sim.switches.token_answer = {"error_description": NULL, "trace_id": None}
    answer = browser.exchange()
    found = answer.json()
    expected = LOGIN_ERRORS[700082]
    assert (expected.status, expected.error, [700082]) == (answer.status_code, found["error"], found["error_codes"])
    assert found["error_description"] is None
    assert "trace_id" not in found


def test_version_one_is_altered_alike(browser: Browser) -> None:
    """The older endpoint's texts as well."""
    browser.sim.switches.token_answer = {"expires_on": None, "expires_in": NULL}
    form = browser.partner_form(resource=PARTNER_CENTER)
    found = browser.post(f"/{browser.sim.world.partner_center.tenant}/oauth2/token", form).json()
    assert (False, None, "3599") == ("expires_on" in found, found["expires_in"], found["ext_expires_in"])


@pytest.mark.parametrize("number", [1, 2, 3])
def test_one_poll_of_a_device_can_be_refused(browser: Browser, number: int) -> None:
    """A single 503, before or after the person has signed in; every device has polls of its own."""
    browser.sim.switches.token_refused_at_polls = number
    for _ in range(2):
        device = begin(browser)
        statuses = [poll(browser, device).status_code for _ in range(2)]
        browser.post("/devicelogin", {"user_code": device["user_code"], **typed(browser.sim)})
        statuses += [poll(browser, device).status_code for _ in range(2 if number == 3 else 1)]
        expected = [400, 400, 200] if number < 3 else [400, 400, 503, 200]
        expected[number - 1] = 503
        assert expected == statuses


def test_no_other_grant_is_refused_at_a_poll(browser: Browser) -> None:
    """The switch concerns devices alone."""
    browser.sim.switches.token_refused_at_polls = 1
    assert 200 == browser.exchange().status_code
