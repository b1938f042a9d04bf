"""Shared access signatures."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from exporter.auth.sas import Sas
from exporter.auth.secret import Secret
from exporter.errors import Failure, Reason, Rejected
from exporter.transport.http import HttpClient
from exporter.transport.session import Session
from tests.harness import Answer, CannedService
from tests.transport.sessions import Impatient, Observer

TEXT = "sv=2023-11-03&sr=c&sp=rl&se=2036-05-01T10:00:00Z&sig=aGVsbG8%2Bd29ybGQ%3D"


def session(url: str, sas: Sas) -> Session:
    http = HttpClient(origin=url, observer=Observer(), timeout=60)
    return Session(http, sas, base_url=url, observer=Observer(), stopped=Impatient())


@pytest.mark.parametrize("text", [TEXT, f"?{TEXT}", f"  {TEXT}\n"])
def test_the_signature_is_sent_as_it_is_and_no_header(canned: CannedService, text: str) -> None:
    """After the parameters of the request; each attempt reads it again."""
    canned.answer("/c", Answer(status=503), Answer(b"x"))
    session(canned.url, Sas(Secret(text))).get("c", params={"comp": "list"})
    assert [f"/c?comp=list&{TEXT}"] * 2 == [path for path, _ in canned.received]
    assert [False, False] == ["authorization" in headers for _, headers in canned.received]


def test_no_failure_repeats_the_signature(canned: CannedService) -> None:
    """Even where the service does; the code is that of the service."""
    body = (
        f"<Error><Code>AuthenticationFailed</Code><Message>bad: {TEXT.replace('&', '&amp;')}\nTime:x</Message></Error>"
    )
    canned.answer("/c", Answer(body.encode(), 403))
    with pytest.raises(Rejected) as raised:
        session(canned.url, Sas(Secret(TEXT))).get("c")
    assert ("AuthenticationFailed", Reason.FORBIDDEN) == (raised.value.code, raised.value.reason)
    assert [] == [part for part in ("aGVsbG8", "hello", "d29ybGQ") if part in str(raised.value)]
    with pytest.raises(Failure) as broken:
        session("http://127.0.0.1:9", Sas(Secret(TEXT))).get("c")
    assert "GET http://127.0.0.1:9/c: Connection refused" == str(broken.value)


def test_an_expired_signature_is_reported_with_the_refusal(canned: CannedService) -> None:
    """And not one that is still valid."""
    canned.answer("/c", Answer(status=403))
    with pytest.raises(Rejected, match="the SAS expired on 2026-01-02: create a new one"):
        session(canned.url, Sas(Secret("se=2026-01-02&sig=x"))).get("c")
    with pytest.raises(Rejected, match=r"403 Forbidden$"):
        session(canned.url, Sas(Secret("se=9999-01-02&sig=x"))).get("c")


@pytest.mark.parametrize(
    ("text", "expiries"),
    [
        ("se=2036-05-01&sig=x", {"sas": datetime(2036, 5, 1, tzinfo=UTC)}),
        ("se=2036-05-01T10%3A00Z&sig=x", {"sas": datetime(2036, 5, 1, 10, tzinfo=UTC)}),
        ("SE=2036-05-01T10:00:00.1234567Z", {"sas": datetime(2036, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)}),
        ("se=2036-05-01T12:00:00%2B02:00", {"sas": datetime(2036, 5, 1, 10, tzinfo=UTC)}),
        ("se=0001-01-01T00:00:00%2B14:00", {}),
        ("se=soon&sig=x", {}),
        ("si=policy&sig=x", {}),
        ("", {}),
    ],
)
def test_its_end_is_known_in_every_form(text: str, expiries: Mapping[str, datetime]) -> None:
    """A stored access policy has its own, which the signature does not state."""
    assert expiries == Sas(Secret(text)).expiries()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"https://account.blob.core.windows.net/c?{TEXT}", "not the text after the"),
        ("sv=1 &sig=x", "not the text after the"),
        ("sv=1&sig=x#y", "not the text after the"),
        ("", "not the text after the"),
        ("sv=1&sp=rl", "no signature"),
        ("sv=1&sig=", "no signature"),
    ],
)
def test_an_unusable_text_is_reported_before_anything_is_sent(canned: CannedService, text: str, why: str) -> None:
    """And not repeated."""
    with pytest.raises(Rejected, match=why) as raised:
        session(canned.url, Sas(Secret(text))).get("c")
    assert (Reason.CREDENTIAL_UNREADABLE, []) == (raised.value.reason, canned.received)
    assert "aGVsbG8" not in str(raised.value)


def test_a_file_that_can_not_be_read_has_no_known_expiry(tmp_path: Path) -> None:
    """It may be mounted later."""
    sas = Sas(Secret(path=tmp_path / "sas"))
    assert {} == sas.expiries()
    with pytest.raises(Failure, match="No such file"):
        sas(requests.Request("GET", "https://account.example/").prepare())
    (tmp_path / "sas").write_text(TEXT)
    assert {"sas"} == sas.expiries().keys()
