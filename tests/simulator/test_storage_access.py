"""Who may read the simulated storage account."""

from datetime import timedelta

import pytest

from .conftest import Browser, Clock
from .costs import Arm
from .storage import Account


@pytest.fixture
def account(browser: Browser) -> Account:
    return Account(Arm(browser))


def test_tokens_have_to_be_for_storage(account: Account) -> None:
    """None, one for ARM, an old version of the protocol; a role or the firewall may be missing, too."""
    listed = {"restype": "container", "comp": "list", "prefix": "costs/", "delimiter": "/"}
    codes = [
        account.get("", listed, token="").headers["x-ms-error-code"],
        account.get("", listed, token="not.a.token").headers["x-ms-error-code"],
        account.get("", listed, token=account.arm.token()).headers["x-ms-error-code"],
        account.get("", listed, x_ms_version="2015-02-21").headers["x-ms-error-code"],
    ]
    assert ["InvalidAuthenticationInfo"] * 2 + ["AuthenticationFailed", "InvalidAuthenticationInfo"] == codes
    for refusal, code in (("role", "AuthorizationPermissionMismatch"), ("firewall", "AuthorizationFailure")):
        account.sim.switches.storage_refusal = refusal  # type: ignore[assignment]
        answer = account.get("", listed)
        assert (403, code) == (answer.status_code, answer.headers["x-ms-error-code"])
        assert f"<Code>{code}</Code>" in answer.text


def test_a_shared_access_signature_needs_no_token(account: Account, clock: Clock) -> None:
    """It reads and lists until it expires; a token with it, a changed field and a missing right are refused."""
    azure = account.sim.world.azure
    listed = "restype=container&comp=list&prefix=costs/&delimiter=/"

    def listing(query: str, token: str = "") -> tuple[int, str | None]:
        answer = account.get(f"?{listed}&{query}", token=token)
        return answer.status_code, answer.headers.get("x-ms-error-code")

    sas = azure.sas()
    before = len(account.sim.blob_authorizations)
    assert (200, None) == listing(sas)
    assert 401 == listing(sas, token="a-token")[0]
    assert before + 1 == len(account.sim.blob_authorizations)
    assert (403, "AuthenticationFailed") == listing(sas.replace("sp=rl", "sp=rwl"))
    assert (403, "AuthorizationPermissionMismatch") == listing(azure.sas(permissions="r"))
    clock.now += timedelta(days=31)
    assert (403, "AuthenticationFailed") == listing(sas)


@pytest.mark.parametrize("query", ["restype=container", "comp=list&restype=container&maxresults=0",
                                   "comp=list&restype=container&marker=no"])  # fmt: skip
def test_invalid_listings_are_refused(account: Account, query: str) -> None:
    """400 for what is no listing; 404 for another container."""
    answer = account.get(f"?{query}")
    assert (400, "InvalidQueryParameterValue") == (answer.status_code, answer.headers["x-ms-error-code"])
    assert 404 == account.get("-of-others?restype=container&comp=list").status_code
