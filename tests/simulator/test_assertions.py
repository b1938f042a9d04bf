"""Client assertions: what proves nothing is refused by its AADSTS number."""

import base64
import time

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import hashes

from exporter.simulator import Simulator
from exporter.simulator.login.assertions import KIND, Assertions
from tests.auth.credentials import certificate, certificate_pem, key

from .conftest import AAD_GRAPH, Browser


@pytest.fixture
def registered(sim: Simulator) -> Assertions:
    sim.assertions.certificates.clear()
    sim.assertions.trust_certificate(sim.world.b2c.client_id, certificate_pem())
    return sim.assertions


def endpoint(sim: Simulator) -> str:
    return f"/{sim.world.b2c.tenant}/oauth2/v2.0/token"


def ask(browser: Browser, assertion: str, kind: str = KIND) -> requests.Response:
    form = {"client_assertion": assertion, "client_assertion_type": kind, "scope": f"{AAD_GRAPH}/.default"}
    client = {"grant_type": "client_credentials", "client_id": browser.sim.world.b2c.client_id}
    return browser.post(endpoint(browser.sim), {**client, **form})


def signed(
    sim: Simulator, *, header: str = "x5t#S256", signer: int = 1, algorithm: str = "PS256", **more: object
) -> str:
    """An assertion as RFC 7523 and Microsoft's page about certificate credentials describe it."""
    client = sim.world.b2c.client_id
    claims = {"iss": client, "sub": client, "aud": sim.url + endpoint(sim), "exp": time.time() + 60, **more}
    digest = hashes.SHA256() if header == "x5t#S256" else hashes.SHA1()
    names = {header: base64.urlsafe_b64encode(certificate(1).fingerprint(digest)).decode().rstrip("=")}
    return jwt.encode(claims, key(signer), algorithm, headers=names)


@pytest.mark.parametrize(("header", "algorithm"), [("x5t#S256", "PS256"), ("x5t", "RS256")])
def test_a_registered_certificate_is_admitted(
    browser: Browser, registered: Assertions, header: str, algorithm: str
) -> None:
    """Named by its SHA-256, or by its SHA-1."""
    answer = ask(browser, signed(browser.sim, header=header, algorithm=algorithm))
    assert (200, True) == (answer.status_code, "access_token" in answer.json())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"signer": 2}, 700027),
        ({"aud": "https://login.example/token"}, 700021),
        ({"sub": "somebody else"}, 700021),
        ({"exp": 1}, 700024),
        ({"nbf": time.time() + 3600}, 700024),
        ({"header": "kid"}, 700027),
        ({"iss": "https://elsewhere.example"}, 700211),
    ],
    ids=["signature", "audience", "subject", "expired", "early", "unnamed", "issuer"],
)
def test_an_assertion_that_proves_nothing_is_refused(
    browser: Browser, registered: Assertions, changed: dict[str, object], code: int
) -> None:
    """Each claim counts."""
    answer = ask(browser, signed(browser.sim, **changed))  # type: ignore[arg-type]
    assert (401, [code]) == (answer.status_code, answer.json()["error_codes"])


def test_a_form_that_is_not_as_documented_is_refused(browser: Browser, registered: Assertions) -> None:
    """The kind of the assertion is part of it, and no text at all is a token."""
    assert [900144] == ask(browser, signed(browser.sim), kind="").json()["error_codes"]
    assert [50027] == ask(browser, "nonsense").json()["error_codes"]
