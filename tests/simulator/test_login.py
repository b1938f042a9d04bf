"""Discovery, tokens, refusals; and msal as the judge of all three."""

from datetime import timedelta
from typing import Any

import jwt
import msal
import pytest
import requests

from exporter.simulator import Simulator

from .conftest import AAD_GRAPH, PARTNER_CENTER, Browser, Clock

SCOPE = f"{PARTNER_CENTER}/user_impersonation"


def claims(token: str) -> dict[str, Any]:
    read: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return read


def msal_application(sim: Simulator, of: Any) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        of.client_id,
        client_credential=of.client_secret,
        authority=f"{sim.url}/{of.tenant}",
        instance_discovery=False,
        verify=str(sim.ca_file),
        timeout=60,
    )


def test_discovery_names_endpoints_of_the_same_tenant(browser: Browser) -> None:
    """All endpoints are https and below the tenant that was asked for."""
    root = f"{browser.sim.url}/{browser.sim.world.b2c.tenant}"
    found = browser.get(f"/{browser.sim.world.b2c.tenant}/v2.0/.well-known/openid-configuration").json()
    assert f"{root}/oauth2/v2.0/token" == found["token_endpoint"]
    assert f"{root}/oauth2/v2.0/authorize" == found["authorization_endpoint"]
    assert f"{root}/oauth2/v2.0/devicecode" == found["device_authorization_endpoint"]


def test_msal_gets_a_token_for_a_program(sim: Simulator) -> None:
    """Client credentials: the token is for the asked resource and says nothing of a person."""
    answer = msal_application(sim, sim.world.b2c).acquire_token_for_client([f"{AAD_GRAPH}/.default"])
    read = claims(answer["access_token"])
    assert (AAD_GRAPH, sim.world.b2c.tenant_id) == (read["aud"], read["tid"])
    assert sim.world.b2c.client_id == read["appid"]
    assert "upn" not in read
    assert 3599 == answer["expires_in"]


def test_msal_exchanges_a_refresh_token_and_then_asks_its_cache(sim: Simulator) -> None:
    """The answer makes an account and a cached token: the second call sends nothing."""
    application = msal_application(sim, sim.world.partner_center)
    answer = application.acquire_token_by_refresh_token(sim.world.partner_center.refresh_token, [SCOPE])
    assert sim.world.partner_center.refresh_token != answer["refresh_token"]
    assert ["pwd", "mfa"] == claims(answer["access_token"])["amr"]
    [account] = application.get_accounts()
    assert sim.world.partner_center.user_name == account["username"]
    sent = len(sim.received)
    again = application.acquire_token_silent_with_error([SCOPE], account)
    assert ("cache", sent) == (again["token_source"], len(sim.received))


def test_msal_finds_a_token_of_the_default_scope_in_its_cache(sim: Simulator) -> None:
    """The answer echoes ``.default``, without which every call would refresh."""
    application = msal_application(sim, sim.world.partner_center)
    scopes = [f"{PARTNER_CENTER}/.default"]
    application.acquire_token_by_refresh_token(sim.world.partner_center.refresh_token, scopes)
    again = application.acquire_token_silent_with_error(scopes, application.get_accounts()[0])
    assert "cache" == again["token_source"]


def test_msal_renews_a_token_that_is_about_to_expire(sim: Simulator) -> None:
    """A token with less than five minutes left is renewed with the rotated refresh token."""
    sim.switches.token_lifetime = 200
    application = msal_application(sim, sim.world.partner_center)
    first = application.acquire_token_by_refresh_token(sim.world.partner_center.refresh_token, [SCOPE])
    second = application.acquire_token_silent_with_error([SCOPE], application.get_accounts()[0])
    assert "identity_provider" == second["token_source"]
    assert first["refresh_token"] != second["refresh_token"]


def test_msal_gives_the_error_of_a_wrong_secret(sim: Simulator) -> None:
    """The refusal comes as a dictionary that holds the AADSTS number."""
    application = msal.ConfidentialClientApplication(
        sim.world.b2c.client_id,
        client_credential="wrong",
        authority=f"{sim.url}/{sim.world.b2c.tenant}",
        instance_discovery=False,
        verify=str(sim.ca_file),
        timeout=60,
    )
    answer = application.acquire_token_for_client([f"{AAD_GRAPH}/.default"])
    assert ("invalid_client", [7000215]) == (answer["error"], answer["error_codes"])
    assert answer["error_description"].startswith("AADSTS7000215: ")


def test_msal_learns_of_an_unknown_tenant_at_discovery(sim: Simulator) -> None:
    """The constructor itself fails, since it is what asks."""
    with pytest.raises(ValueError, match="Unable to get authority configuration"):
        msal.ConfidentialClientApplication(
            "any", client_credential="any", authority=f"{sim.url}/nobody.example", instance_discovery=False,
            verify=str(sim.ca_file),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("form", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": ""}, 401, "invalid_client", 7000218),
        ({"client_id": "11111111-0000-0000-0000-000000000000"}, 400, "unauthorized_client", 700016),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"grant_type": ""}, 400, "invalid_request", 900144),
        ({"scope": ""}, 400, "invalid_request", 900144),
        ({"refresh_token": ""}, 400, "invalid_request", 900144),
        ({"refresh_token": "0.unknown"}, 400, "invalid_grant", 70000),
        ({"scope": "openid"}, 400, "invalid_scope", 70011),
        ({"scope": "https://elsewhere.example/.default"}, 400, "invalid_resource", 500011),
        ({"grant_type": "client_credentials"}, 400, "invalid_scope", 1002012),
    ],
)
def test_what_is_wrong_is_refused_by_number(
    browser: Browser, form: dict[str, str], status: int, error: str, number: int
) -> None:
    """Every refusal has its HTTP status, its OAuth code and its AADSTS number."""
    answer = browser.exchange(**form)
    body = answer.json()
    assert (status, error, [number]) == (answer.status_code, body["error"], body["error_codes"])
    assert body["error_description"].startswith(f"AADSTS{number}: ")


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (70000, "invalid_grant"), (700082, "invalid_grant"), (50173, "invalid_grant"),
        (50076, "interaction_required"), (50079, "interaction_required"),
    ],
)  # fmt: skip
def test_a_switch_ends_the_life_of_refresh_tokens(browser: Browser, number: int, error: str) -> None:
    """Each way in which a person is needed again can be asked for."""
    browser.sim.switches.refresh_token_error = number
    answer = browser.exchange()
    assert (400, error, [number]) == (answer.status_code, answer.json()["error"], answer.json()["error_codes"])


def test_refresh_tokens_rotate_and_the_old_one_lives_on(browser: Browser) -> None:
    """Every exchange brings a new token; both work, as they do at Microsoft."""
    first = browser.exchange().json()["refresh_token"]
    second = browser.exchange(refresh_token=first).json()["refresh_token"]
    assert 3 == len({browser.sim.world.partner_center.refresh_token, first, second})
    assert 200 == browser.exchange().status_code


def test_single_use_kills_the_exchanged_token() -> None:
    """With the switch, a used token is refused and its successor works."""
    with Simulator() as sim:
        sim.switches.refresh_token_single_use = True
        browser = Browser(sim)
        successor = browser.exchange().json()["refresh_token"]
        assert [50173] == browser.exchange().json()["error_codes"]
        assert 200 == browser.exchange(refresh_token=successor).status_code


def test_ninety_idle_days_and_a_revocation_end_a_refresh_token() -> None:
    """Without use a token dies by the clock; a revocation kills them all."""
    clock = Clock()
    with Simulator(clock=clock) as sim:
        browser = Browser(sim)
        clock.now += timedelta(days=91)
        assert [700082] == browser.exchange().json()["error_codes"]
    with Simulator(clock=clock) as sim:
        sim.revoke_refresh_tokens()
        assert [50173] == Browser(sim).exchange().json()["error_codes"]


def test_the_secret_may_come_in_a_basic_header(browser: Browser) -> None:
    """Client authentication by header instead of form (RFC 6749, section 2.3.1)."""
    tenant = browser.sim.world.b2c
    form = {"grant_type": "client_credentials", "scope": f"{AAD_GRAPH}/.default"}
    path = f"/{tenant.tenant_id}/oauth2/v2.0/token"
    good = browser.post(path, form, auth=(tenant.client_id, tenant.client_secret))
    bad = browser.post(path, form, auth=(tenant.client_id, "wrong"))
    assert (200, 401) == (good.status_code, bad.status_code)


def test_version_one_writes_times_as_text(browser: Browser) -> None:
    """The older endpoint takes a resource and answers texts where the newer has numbers."""
    form = browser.partner_form(resource=PARTNER_CENTER)
    answer = browser.post(f"/{browser.sim.world.partner_center.tenant}/oauth2/token?api-version=1.0", form).json()
    assert ("3599", "user_impersonation") == (answer["expires_in"], answer["scope"])
    assert str(int(browser.sim.received[0].time.timestamp()) + 3599) == answer["expires_on"]
    assert PARTNER_CENTER == answer["resource"] == claims(answer["access_token"])["aud"]


def test_the_tenant_of_another_program_does_not_know_it(browser: Browser) -> None:
    """A program is registered in one tenant alone."""
    path = f"/{browser.sim.world.b2c.tenant}/oauth2/v2.0/token"
    answer = browser.post(path, browser.partner_form())
    assert [700016] == answer.json()["error_codes"]


def test_a_user_token_without_mfa_says_so(browser: Browser) -> None:
    """The ``amr`` claim follows the switch."""
    browser.sim.switches.token_mfa = False
    assert ["pwd"] == claims(browser.user_token())["amr"]


def test_only_post_reaches_the_token_endpoint(browser: Browser) -> None:
    """A GET is no way to get a token."""
    answer: requests.Response = browser.get(f"/{browser.sim.world.b2c.tenant}/oauth2/v2.0/token")
    assert 405 == answer.status_code
