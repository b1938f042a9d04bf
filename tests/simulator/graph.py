"""Requests of Microsoft Graph."""

from collections.abc import Iterator
from typing import Any

import requests

from .conftest import Browser

GRAPH = "https://graph.microsoft.com"
AUDIT_LOG = "/v1.0/auditLogs/directoryAudits"
B2C_ENTRIES = "loggedByService eq 'B2C'"


def token(browser: Browser, resource: str = GRAPH, *, external: bool = False) -> str:
    """A token of the program of the B2C tenant, or of the external one."""
    world = browser.sim.world
    tenant = world.external_id if external else world.b2c
    form = {"client_id": tenant.client_id, "client_secret": tenant.client_secret, "scope": f"{resource}/.default"}
    path = f"/{tenant.tenant}/oauth2/v2.0/token"
    return str(browser.post(path, {"grant_type": "client_credentials", **form}).json()["access_token"])


def ask(browser: Browser, path: str, *, external: bool = False, **query: Any) -> requests.Response:
    """The answer to a request with a good token; names of query options lack their ``$``."""
    params = {f"${name}": value for name, value in query.items()}
    return browser.get(path, token(browser, external=external), params=params)


def pages(browser: Browser, path: str, *, external: bool = False, **query: Any) -> Iterator[dict[str, Any]]:
    """Every page that the next links lead to."""
    credential = token(browser, external=external)
    params: dict[str, Any] | None = {f"${name}": value for name, value in query.items()}
    while path:
        answer = browser.get(path, credential, params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        yield page
        path, params = page.get("@odata.nextLink", ""), None


def rows(browser: Browser, path: str, *, external: bool = False, **query: Any) -> list[dict[str, Any]]:
    """The rows of every page."""
    return [row for page in pages(browser, path, external=external, **query) for row in page["value"]]


def error(answer: requests.Response) -> tuple[int, str, str]:
    """Status, code and text of an error."""
    body = answer.json()["error"]
    assert set(body["innerError"]) == {"date", "request-id", "client-request-id"}
    return answer.status_code, body["code"], body["message"]
