"""Tokens without a credential: the metadata service, App Service, workload identity."""

from collections.abc import Mapping
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from exporter.simulator import Simulator
from exporter.simulator.identity import faults
from exporter.simulator.login.assertions import Federation

from .conftest import Browser
from .costs import ARM, Arm

STORAGE = "https://storage.azure.com"
IMDS = "/metadata/identity/oauth2/token"


def ask(sim: Simulator, path: str, headers: Mapping[str, str], **query: str) -> requests.Response:
    return requests.get(f"{sim.imds_url}{path}", headers=headers, params=query, timeout=60)


def imds(sim: Simulator, resource: str = f"{ARM}/", **query: str) -> requests.Response:
    return ask(sim, IMDS, {"Metadata": "true"}, **{"api-version": "2018-02-01", "resource": resource, **query})


def app_service(sim: Simulator, version: str = "2019-08-01", **query: str) -> requests.Response:
    name = "X-IDENTITY-HEADER" if version == "2019-08-01" else "Secret"
    headers = {name: query.pop("secret", sim.world.azure.identity_header)}
    return ask(sim, "/msi/token", headers, **{"api-version": version, "resource": f"{ARM}/", **query})


def test_a_machine_gets_texts(sim: Simulator) -> None:
    """Every value is a text; the system's identity is the default, another is named by its id."""
    azure = sim.world.azure
    answer: dict[str, Any] = imds(sim).json()
    assert {str} == {type(value) for value in answer.values()}
    assert ("86399", azure.system_identity.client_id) == (answer["expires_in"], answer["client_id"])
    user = azure.user_identity
    for name, value in (("client_id", user.client_id), ("object_id", user.object_id), ("msi_res_id", user.resource_id)):
        assert user.client_id == imds(sim, **{name: value}).json()["client_id"]


@pytest.mark.parametrize(
    ("headers", "query", "text"),
    [
        ({}, {}, "Required metadata header"),
        ({"Metadata": "true", "X-Forwarded-For": "10.0.0.1"}, {}, "proxy"),
        ({"Metadata": "true"}, {"api-version": ""}, "api-version"),
        ({"Metadata": "true"}, {"resource": ""}, "resource"),
        ({"Metadata": "true"}, {"resource": "https://example.com"}, "AADSTS500011"),
        ({"Metadata": "true"}, {"client_id": "0"}, "Identity not found"),
    ],
)
def test_a_machine_refuses(sim: Simulator, headers: dict[str, str], query: dict[str, str], text: str) -> None:
    """400, with the error of OAuth."""
    answer = ask(sim, IMDS, headers, **{"api-version": "2018-02-01", "resource": ARM, **query})
    assert (400, True) == (answer.status_code, text in answer.json()["error_description"])


@pytest.mark.parametrize(
    ("fault", "status", "is_json"),
    [
        ("unknown_identity", 400, True),
        ("not_found", 404, False),
        ("gone", 410, False),
        ("throttled", 429, True),
        ("error", 500, False),
    ],
)
def test_a_machine_fails_by_a_switch(sim: Simulator, fault: Any, status: int, is_json: bool) -> None:
    """For every request, or scripted for the next ones; some answers are no JSON."""
    sim.switches.managed_identity_fault = fault
    switched = imds(sim)
    sim.switches.managed_identity_fault = ""
    sim.identity_faults.script(IMDS, faults.FAULTS[fault])
    scripted = imds(sim)
    for answer in (switched, scripted):
        assert (status, is_json) == (answer.status_code, "json" in answer.headers.get("Content-Type", ""))
    assert switched.headers.get("Retry-After") == scripted.headers.get("Retry-After")
    assert 200 == imds(sim).status_code


def test_an_app_gets_the_instant_of_expiry(sim: Simulator) -> None:
    """Without a lifetime; the older version writes a date."""
    answer = app_service(sim).json()
    assert (False, True) == ("expires_in" in answer, answer["expires_on"].isdecimal())
    old = app_service(sim, "2017-09-01").json()
    assert "11/19/2026 12:29:59 PM +00:00" == old["expires_on"]
    assert f"{sim.imds_url}/msi/token" == sim.identity_endpoint


@pytest.mark.parametrize(
    ("query", "status"),
    [({"secret": "wrong"}, 401), ({"client_id": "0"}, 400), ({"resource": "x"}, 400), ({"version": "1"}, 400)],
)
def test_an_app_refuses(sim: Simulator, query: dict[str, str], status: int) -> None:
    """In its own envelope."""
    answer = app_service(sim, **query)
    assert (status, status) == (answer.status_code, answer.json()["statusCode"])


def test_its_tokens_are_for_their_resource(browser: Browser) -> None:
    """ARM and storage accept each its own, with or without the slash at the end of the resource."""
    sim = browser.sim
    path = f"{sim.world.azure.enrollment}/providers/Microsoft.Consumption/balances?api-version=2023-05-01"
    listed = f"{sim.blob_url}/exports?restype=container&comp=list&prefix=costs/&delimiter=/"
    version = {"x-ms-version": "2023-11-03"}
    for ask_for in (imds, lambda sim, resource: app_service(sim, resource=resource)):
        for slash in ("", "/"):
            manager = ask_for(sim, ARM + slash).json()["access_token"]
            storage = ask_for(sim, STORAGE + slash).json()["access_token"]
            statuses = [browser.get(path, token).status_code for token in (manager, storage)]
            statuses += [browser.get(listed, token, headers=version).status_code for token in (manager, storage)]
            assert [200, 401, 403, 200] == statuses


def test_a_workload_proves_itself_by_an_assertion(browser: Browser) -> None:
    """A token of the cluster's issuer, for the documented audience; another subject is refused by its number."""
    sim = browser.sim
    azure = sim.world.azure
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    issuer, subject = "https://oidc.example/cluster", "system:serviceaccount:monitoring:exporter"
    sim.assertions.trust_issuer(azure.client_id, Federation(issuer, subject, public.decode()))

    def exchange(**claims: object) -> requests.Response:
        stated = {"iss": issuer, "sub": subject, "aud": "api://AzureADTokenExchange", "exp": 2**31, **claims}
        form = {
            "grant_type": "client_credentials",
            "client_id": azure.client_id,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode(stated, key, "RS256"),
            "scope": f"{ARM}/.default",
        }
        return browser.post(f"/{azure.tenant_id}/oauth2/v2.0/token", form)

    arm = Arm(browser)
    path = f"{azure.subscription}/providers/Microsoft.Consumption/budgets?api-version=2023-05-01"
    assert 200 == arm.browser.get(path, exchange().json()["access_token"]).status_code
    assert [[700213], [700212]] == [exchange(**{name: "other"}).json()["error_codes"] for name in ("sub", "aud")]
