"""Signing in: what the pages and the codes refuse; msal and a real browser are the judges of the rest."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from exporter.simulator import Simulator

from .conftest import PARTNER_CENTER, Browser, Clock

SCOPE = f"{PARTNER_CENTER}/user_impersonation openid offline_access"
REDIRECT = "http://localhost:8400"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def authorize(browser: Browser, **more: str) -> str:
    partner = browser.sim.world.partner_center
    asked = {"client_id": partner.client_id, "response_type": "code", "redirect_uri": REDIRECT, "scope": SCOPE}
    asked |= {"state": "s", "code_challenge": CHALLENGE, "code_challenge_method": "S256", **more}
    return f"/{partner.tenant}/oauth2/v2.0/authorize?{urlencode(asked)}"


def typed(sim: Simulator) -> dict[str, str]:
    user = sim.world.partner_center
    return {"user": user.user_name, "password": user.user_password, "mfa": user.mfa_code, "consent": "yes"}


def code(browser: Browser) -> str:
    answer = browser.post(authorize(browser), typed(browser.sim), allow_redirects=False)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert ["s"] == query["state"]
    return query["code"][0]


def redeem(browser: Browser, code: str, **more: str) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    return browser.exchange(**{**form, **more})


def test_a_code_brings_tokens_once(browser: Browser) -> None:
    """With the verifier of RFC 7636's own example; the refresh token works."""
    found = code(browser)
    answer = redeem(browser, found)
    assert 200 == answer.status_code
    assert [70000] == redeem(browser, found).json()["error_codes"]
    assert 200 == browser.exchange(refresh_token=answer.json()["refresh_token"]).status_code


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ({"code_verifier": "wrong"}, 501481),
        ({"code_verifier": ""}, 501481),
        ({"redirect_uri": "http://localhost:1"}, 70000),
        ({"client_secret": "wrong"}, 7000215),
        ({"client_secret": ""}, 7000218),
    ],
)
def test_a_code_is_bound_to_who_asked_for_it(browser: Browser, more: dict[str, str], number: int) -> None:
    """To the verifier, the redirect address, and the program's secret."""
    assert [number] == redeem(browser, code(browser), **more).json()["error_codes"]


def test_codes_grow_old(browser: Browser, clock: Clock) -> None:
    """An authorization code within ten minutes, a device's within fifteen."""
    found, device = code(browser), begin(browser)
    clock.now += timedelta(minutes=11)
    assert [70008] == redeem(browser, found).json()["error_codes"]
    clock.now += timedelta(minutes=5)
    assert "expired_token" == poll(browser, device)["error"]


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ({"redirect_uri": "https://elsewhere.example/"}, 50011),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, 700016),
        ({"response_type": "token"}, 900144),
    ],
)
def test_a_wrong_request_never_reaches_a_person_nor_a_redirect(
    browser: Browser, more: dict[str, str], number: int
) -> None:
    """The page itself says what is wrong."""
    answer = browser.get(authorize(browser, **more), allow_redirects=False)
    assert (400, True) == (answer.status_code, f"AADSTS{number}" in answer.text)


def begin(browser: Browser) -> dict[str, str]:
    partner = browser.sim.world.partner_center
    form = {"client_id": partner.client_id, "scope": SCOPE}
    started: dict[str, str] = browser.post(f"/{partner.tenant}/oauth2/v2.0/devicecode", form).json()
    return started


def poll(browser: Browser, device: dict[str, str]) -> dict[str, str]:
    partner = browser.sim.world.partner_center
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": device["device_code"]}
    path = f"/{partner.tenant}/oauth2/v2.0/token"
    found: dict[str, str] = browser.post(path, {**form, "client_id": partner.client_id}).json()
    return found


def test_a_device_waits_for_its_person(browser: Browser) -> None:
    """A wrong code changes nothing; the right one brings tokens, once."""
    device = begin(browser)
    assert "authorization_pending" == poll(browser, device)["error"]
    assert "did not work" in browser.post("/devicelogin", {"user_code": "WRONG", **typed(browser.sim)}).text
    assert "authorization_pending" == poll(browser, device)["error"]
    browser.post("/devicelogin", {"user_code": device["user_code"].lower(), **typed(browser.sim)})
    assert "refresh_token" in poll(browser, device)
    assert "invalid_grant" == poll(browser, device)["error"]


def test_a_new_policy_ends_what_was_signed_in_before_and_not_what_comes_after(browser: Browser) -> None:
    """MFA demanded in mid-life, and a revocation."""
    with Simulator() as sim:
        own = Browser(sim)
        for end, number in ((sim.demand_mfa, 50076), (sim.revoke_refresh_tokens, 50173)):
            before = redeem(own, code(own)).json()["refresh_token"]
            end()
            after = redeem(own, code(own)).json()["refresh_token"]
            assert [number] == own.exchange(refresh_token=before).json()["error_codes"]
            assert 200 == own.exchange(refresh_token=after).status_code
