"""What is known of each request: its ids, and its line in the log."""

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from exporter.auth.api_key import ApiKey
from exporter.auth.secret import Secret
from exporter.errors import Reason, Transient
from exporter.transport.http import HttpClient
from exporter.transport.session import Session
from exporter.transport.tracing import shown
from tests.harness import Answer, CannedService
from tests.transport.sessions import KEY, Impatient, Observer

HEADER = "x-ms-client-request-id"
NAMES = ("api", "account", "method", "path", "status", "bytes", "request_id", "response_id", "response_correlation_id")


def traced(url: str, observer: Observer, **keywords: Any) -> Session:
    http = HttpClient(origin=url, observer=observer, timeout=5, api="ea", account="contoso", **keywords)
    return Session(
        http, ApiKey(Secret(KEY)), base_url=url, observer=observer, stopped=Impatient(), request_id_header=HEADER
    )


def lines(caplog: pytest.LogCaptureFixture) -> list[Mapping[str, Any]]:
    return [vars(record) for record in caplog.records if record.name == "exporter.transport.tracing"]


def test_each_request_is_logged_without_its_query(canned: CannedService, caplog: pytest.LogCaptureFixture) -> None:
    """With the ids that Microsoft's support asks for; a request that is sent again has the same one."""
    caplog.set_level(logging.DEBUG, "exporter")
    ids = {"x-ms-request-id": "r-1", "x-ms-correlation-request-id": "c-1"}
    canned.answer("/report", Answer(status=503), Answer(b"rows", headers=ids))
    traced(canned.url, Observer()).get("report?sig=secret")
    first, second = lines(caplog)
    sent = [headers[HEADER] for _, headers in canned.received]
    assert sent[0] == sent[1] == first["request_id"]
    expected = ("ea", "contoso", "GET", "/report", 200, 4, sent[1], "r-1", "c-1")
    assert expected == tuple(second[name] for name in NAMES)
    assert "secret" not in str(first) + str(second)
    assert (503, canned.url.partition("://")[2]) == (first["status"], first["host"])


def test_requests_have_different_ids(canned: CannedService) -> None:
    """One for each request."""
    canned.answer("/report", Answer(b"rows"))
    account = traced(canned.url, Observer())
    account.get("report")
    account.get("report")
    assert 2 == len({headers[HEADER] for _, headers in canned.received})


def test_a_request_without_a_response_is_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """By its reason; each attempt is one."""
    caplog.set_level(logging.DEBUG, "exporter")
    observer = Observer()
    with pytest.raises(Transient):
        traced("http://127.0.0.1:1", observer).get("report")
    assert [Reason.CONNECTION] * 4 == observer.unanswered_for
    assert ["connection"] * 4 == [line["reason"] for line in lines(caplog)]
    assert [] == observer.statuses


def test_nothing_is_logged_at_the_usual_level(canned: CannedService, caplog: pytest.LogCaptureFixture) -> None:
    """A run has one line."""
    caplog.set_level(logging.INFO, "exporter")
    canned.answer("/report", Answer(b"rows"))
    traced(canned.url, Observer()).get("report")
    assert [] == lines(caplog)


@pytest.mark.parametrize(
    ("path", "about_persons", "expected"),
    [
        ("/v1/customers/0d5b1c5e-0000-4000-8000-000000000001/x", False, None),
        ("/v1.0/users/0d5b1c5e-0000-4000-8000-000000000001/x", True, "/v1.0/users/<id>/x"),
        ("/v1.0/users/ada@contoso.example/x", False, "/v1.0/users/<id>/x"),
        ("/v1.0/users/ada%40contoso.example", True, "/v1.0/users/<id>"),
    ],
)
def test_a_path_shows_no_person(path: str, about_persons: bool, expected: str | None) -> None:
    """Customers of a partner are companies; users of a tenant are persons."""
    assert (expected or path) == shown(path, about_persons=about_persons)
