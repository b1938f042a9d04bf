"""Tokens from the agent of Azure Arc, which asks for the content of a file."""

from pathlib import Path

import pytest
from msal import managed_identity as sources

from exporter.errors import Reason, Rejected
from tests.auth.machines import CLIENT, IMDS, IMDS_ANSWER, TOKEN, failure, managed
from tests.auth.test_entra import authorization
from tests.harness import Answer, CannedService


@pytest.fixture
def arc(canned: CannedService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CannedService:
    """The agent of Azure Arc, whose keys are in `tmp_path`."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", canned.url + IMDS)
    monkeypatch.setenv("IMDS_ENDPOINT", canned.url)
    monkeypatch.setitem(sources._supported_arc_platforms_and_their_prefixes, "linux", str(tmp_path))
    return canned


def test_azure_arc_gets_the_content_of_its_key(arc: CannedService, tmp_path: Path) -> None:
    """The challenge names the file, of which only the name counts: a path leads nowhere else."""
    (tmp_path / "key.key").write_text("c2VjcmV0")
    challenge = Answer(status=401, headers={"WWW-Authenticate": "Basic realm=/etc/../elsewhere/key.key"})
    arc.answer(IMDS, challenge, Answer(IMDS_ANSWER))
    assert f"Bearer {TOKEN}" == authorization(managed(CLIENT))
    assert [None, "Basic c2VjcmV0"] == [headers.get("authorization") for _, headers in arc.received]


@pytest.mark.parametrize(
    ("answer", "reason", "text"),
    [
        (
            Answer(status=401, headers={"WWW-Authenticate": "Basic realm=/x/none.key"}),
            Reason.CREDENTIAL_UNREADABLE,
            "the key of the agent can't be read: No such file or directory; the group himds may read it",
        ),
        (Answer(status=401), Reason.LOGIN, "Unrecognizable WWW-Authenticate header"),
        (Answer(IMDS_ANSWER), Reason.LOGIN, "the answer holds no access token for this request"),
    ],
    ids=["no-key", "no-challenge", "no-401"],
)
def test_a_wrong_challenge_of_azure_arc_is_refused(
    arc: CannedService, answer: Answer, reason: Reason, text: str
) -> None:
    """A token that came without one is not used, and not shown."""
    arc.answer(IMDS, answer)
    refused = failure()
    assert isinstance(refused, Rejected)
    assert (reason, True, False) == (refused.reason, text in str(refused), TOKEN in str(refused))


def test_azure_arc_on_another_host_gets_nothing(arc: CannedService, monkeypatch: pytest.MonkeyPatch) -> None:
    """It could name a file, and would be sent its content."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://arc.example:40342/metadata/identity/oauth2/token")
    assert "http://arc.example:40342: the endpoint of Azure Arc must be on this machine" in str(failure())
    assert [] == arc.received
