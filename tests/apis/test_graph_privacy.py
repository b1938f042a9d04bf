"""What Microsoft Graph says about persons stays out of messages and files."""

import base64
import json
from pathlib import Path

import msgspec
import pytest

from exporter.apis.b2c.graph.counts import DailyCounts
from exporter.apis.b2c.graph.users_pages import Page
from exporter.apis.b2c.graph.users_store import Progress, UserStore
from exporter.errors import Failure
from exporter.transport.http import HttpClient, Unobserved
from exporter.transport.response import decode
from exporter.transport.retry import verdict
from tests.harness import NOON, Answer, CannedService

PERSON = "anna7@example.com"
ERROR = {"error": {"code": "Authorization_RequestDenied", "message": f"User {PERSON} is not allowed."}}
PAGE = msgspec.json.Decoder(dict[str, list[int]])


@pytest.mark.parametrize(
    "answer",
    [
        Answer(ERROR, 403),
        Answer(ERROR, 500),
        Answer({"error": {"code": f"{PERSON} x", "message": PERSON}}, 400),
        Answer(f"<html>{PERSON}</html>".encode(), 502),
        Answer(ERROR),
        Answer(f'{{"value":[{{"id":"{PERSON}"'.encode()),
    ],
    ids=["403", "500", "code", "html", "200", "cut"],
)
def test_no_failure_quotes_an_answer_about_persons(canned: CannedService, answer: Answer) -> None:
    """Only the code, if it is one."""
    canned.answer("/users", answer)
    http = HttpClient(origin=canned.url, observer=Unobserved(), timeout=5, quotable=False)
    found = http.request("GET", f"{canned.url}/users")
    failure = verdict(found, NOON)
    if failure is None:
        with pytest.raises(Failure) as caught:
            decode(PAGE, found, "users")
        failure = caught.value
    assert PERSON not in str(failure)
    assert ("Authorization_RequestDenied" in str(failure)) == (answer.body is ERROR)


def test_links_are_encrypted_in_the_database(tmp_path: Path) -> None:
    """Their tokens can hold names; the count continues with them, and starts over without the key."""
    token = base64.urlsafe_b64encode(f"DSpt {PERSON}".encode()).decode()
    link = f"https://graph.microsoft.com/v1.0/users?$skiptoken={token}"
    file = tmp_path / "b2c.db"
    store = UserStore(DailyCounts(file), "contoso")
    store.store(Page(value=[]), NOON, Progress("users", link, NOON))
    found = UserStore(DailyCounts(file), "contoso").progress(NOON)
    assert found is not None
    assert link == found.link
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert token.encode() not in stored
    assert json.dumps(link).encode() not in stored
    key = tmp_path / "b2c.db.key"
    assert 0o600 == key.stat().st_mode & 0o777
    key.unlink()
    assert UserStore(DailyCounts(file), "contoso").progress(NOON) is None
