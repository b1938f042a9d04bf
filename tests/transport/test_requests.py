"""Requests of Azure Resource Manager and Azure Storage: bodies, answers without content, and a second origin."""

import pytest

from exporter.errors import Malformed
from tests.harness import Answer, CannedService
from tests.transport.sessions import HOME, Observer, session


def test_a_body_is_posted_as_json_and_tried_again_like_the_rest(canned: CannedService) -> None:
    """The same body with each attempt."""
    canned.answer("/query", Answer(status=503), Answer(b"{}"))
    session(canned.url, Observer()).get("query", json={"type": "Usage"})
    assert [b'{"type": "Usage"}'] * 2 == canned.bodies
    assert ["application/json"] * 2 == [headers["content-type"] for _, headers in canned.received]


def test_an_answer_without_content_is_a_success_only_where_it_is_documented(canned: CannedService) -> None:
    """Elsewhere nothing is no data, and the run fails."""
    canned.answer("/query", Answer(status=204))
    answer = session(canned.url, Observer()).get("query", json={}, no_content=True)
    assert (204, b"") == (answer.status_code, answer.content)
    with pytest.raises(Malformed, match="204"):
        session(canned.url, Observer()).get("query", json={})


def test_the_same_session_reads_another_origin_and_no_third_one(canned: CannedService) -> None:
    """Each copy is bound to its own: the credential goes to neither of the others."""
    canned.answer("/list", Answer(b"x"), Answer(status=429, headers={"Retry-After": "0"}), Answer(b"x"))
    home = session(HOME, Observer())
    storage = home.at(f"{canned.url}/")
    assert b"x" == storage.get("list").content
    assert b"x" == storage.get("list").content
    with pytest.raises(Malformed, match="leads away"):
        home.get(f"{canned.url}/list")
    with pytest.raises(Malformed, match="leads away"):
        storage.get(f"{HOME}/list")
    assert 3 == len(canned.received)
