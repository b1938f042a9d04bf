"""One account's HTTP against real sockets."""

from pathlib import Path

import pytest
import requests

from exporter.auth.api_key import ApiKey
from exporter.auth.secret import Secret
from exporter.errors import Failure, Malformed, NotModified, RateLimited, Reason, Rejected, Transient
from exporter.model.collection import Validators
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Drip, Redirect, Slow
from exporter.transport import retry
from exporter.transport.http import HttpClient
from exporter.transport.origins import public
from exporter.transport.session import Session
from exporter.transport.stop import Stop
from tests.harness import Answer, CannedService
from tests.transport.sessions import HOME, KEY, Observer, session


def test_a_passing_failure_is_tried_again_until_it_has_passed(canned: CannedService) -> None:
    """A cut body, a 503 and a 429 cost a retry each, and only the throttled wait is counted as one."""
    canned.answer(
        "/report",
        Answer(b"half", cut=True),
        Answer(status=503),
        Answer(status=429, headers={"Retry-After": "7"}),
        Answer(b"whole"),
    )
    observer = Observer()
    assert b"whole" == session(canned.url, observer).get("report").content
    assert ([200, 503, 429, 200], [0, 0, 7]) == (observer.statuses, observer.waits)


def test_what_does_not_pass_is_reported_after_a_few_attempts(canned: CannedService) -> None:
    """The failure names the request and the answer, not the query."""
    canned.answer("/report", Answer({"error": {"code": "500", "message": "sorry"}}, 500))
    with pytest.raises(Transient) as raised:
        session(canned.url, Observer()).get("report", params={"q": "1"})
    assert f"GET {canned.url}/report: 500: sorry" == str(raised.value)
    assert retry.ATTEMPTS == len(canned.received)


def test_a_long_wait_goes_back_to_the_scheduler(canned: CannedService) -> None:
    """One request, the failure carries the time, and it counts as time that throttling cost."""
    canned.answer("/report", Answer(status=429, headers={"Retry-After": "3600"}))
    observer = Observer()
    with pytest.raises(RateLimited) as raised:
        session(canned.url, observer).get("report")
    assert (3600, 1, [3600]) == (raised.value.retry_after, len(canned.received), observer.put_offs)


def test_a_refusal_is_not_tried_again_and_does_not_repeat_the_key(canned: CannedService) -> None:
    """Even when the server sends our own key back."""
    canned.answer("/report", Answer({"error": {"code": "401", "message": f"the key {KEY} is bad"}}, 401))
    with pytest.raises(Rejected) as raised:
        session(canned.url, Observer()).get("report")
    assert "the key <secret> is bad" in str(raised.value)
    assert (Reason.UNAUTHORIZED, 1) == (raised.value.reason, len(canned.received))


def test_nobody_listening_is_a_passing_failure() -> None:
    """The text says why, without the noise of the HTTP libraries."""
    with pytest.raises(Transient) as raised:
        session("http://127.0.0.1:9", Observer()).get("report")
    assert ("GET http://127.0.0.1:9/report: Connection refused", Reason.CONNECTION) == (
        str(raised.value),
        raised.value.reason,
    )


@pytest.mark.parametrize("fault", [Slow(3), Drip(6, pieces=60)], ids=["no first byte", "drips"])
def test_an_answer_that_takes_too_long_is_a_time_out(simulator: Simulator, fault: Slow | Drip) -> None:
    """A body that drips, always in time for the next byte, is cut off as well."""
    simulator.faults.script("usagedetails", fault, times=None)
    with pytest.raises(Transient) as raised:
        session(simulator.url, Observer(), simulator.ca_file, timeout=0.15).get("v3/enrollments/100/usagedetails")
    assert Reason.TIMEOUT == raised.value.reason


def test_a_redirect_is_refused(simulator: Simulator) -> None:
    """Credentials can't follow it."""
    simulator.faults.script("usagedetails", Redirect("https://elsewhere.example/"))
    with pytest.raises(Malformed, match="302"):
        session(simulator.url, Observer(), simulator.ca_file).get("v3/enrollments/100/usagedetails")


@pytest.mark.parametrize("url", ["https://elsewhere.example/x", "//elsewhere.example/x", "http://127.0.0.1:1/x"])
def test_no_link_leads_away_from_the_configured_origin(canned: CannedService, url: str) -> None:
    """Nothing is sent at all."""
    with pytest.raises(Malformed, match="leads away"):
        session(canned.url, Observer()).get(url)
    assert canned.received == []


@pytest.mark.parametrize("url", ["http://[", "https://127.0.0.1:port/", "//user@[::1/x"])
def test_what_is_no_link_is_not_as_documented(canned: CannedService, url: str) -> None:
    """Neither for our own reports nor for a blob."""
    with pytest.raises(Malformed, match="not a link"):
        session(canned.url, Observer()).get(url)
    with (
        pytest.raises(Malformed, match="not a link"),
        session(HOME, Observer()).stream(url, silence_seconds=1, total_seconds=1, send_credentials=False),
    ):
        pass


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "http://blob.example/x?sig=hush", "file:///etc/passwd"])
def test_a_blob_is_read_by_https_alone(url: str) -> None:
    """Loopback excepted; and the permission in its URL is not shown."""
    with (
        pytest.raises(Malformed, match="not https") as raised,
        session(HOME, Observer()).stream(url, silence_seconds=1, total_seconds=1, send_credentials=False),
    ):
        pass
    assert "hush" not in str(raised.value)


def test_no_user_and_no_query_of_a_url_is_reported() -> None:
    """Both may be credentials."""
    assert "https://blob.example:1/x" == public("https://me:hush@blob.example:1/x?sig=hush#hush")


def test_an_etag_makes_the_next_request_conditional(canned: CannedService) -> None:
    """304 raises `NotModified`, and the ETag goes back as it came."""
    canned.answer("/report", Answer(b"new", headers={"ETag": 'W/"1"'}), Answer(status=304))
    first = Validators()
    account = session(canned.url, Observer())
    account.get("report", validators=first)
    with pytest.raises(NotModified):
        account.get("report", validators=Validators(first.seen))
    assert [None, 'W/"1"'] == [headers.get("if-none-match") for _, headers in canned.received]


def test_an_etag_is_for_one_url_and_one_key_and_hides_both(canned: CannedService) -> None:
    """Another query is sent without a condition; the key is stored as a hash alone."""
    canned.answer("/report", Answer(b"new", headers={"ETag": '"1"'}))
    first = Validators()
    account = session(canned.url, Observer())
    account.get("report", validators=first)
    account.get("report", params={"month": "2"}, validators=Validators(first.seen))
    assert [None, None] == [headers.get("if-none-match") for _, headers in canned.received]
    assert KEY not in repr(first.seen)


def test_an_unasked_304_is_malformed(canned: CannedService) -> None:
    """There is nothing that it could confirm."""
    canned.answer("/report", Answer(status=304))
    with pytest.raises(Malformed):
        session(canned.url, Observer()).get("report")


def test_the_configured_ca_wins_over_the_environment(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`requests` would let REQUESTS_CA_BUNDLE override a session's own setting."""
    other = tmp_path / "other.pem"
    other.write_text("")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    account = session(simulator.url, Observer(), simulator.ca_file)
    with pytest.raises(Rejected, match="401"):
        account.get("v3/enrollments/100/usagedetails")


def test_an_unknown_authority_fails_as_tls(simulator: Simulator) -> None:
    """The certificate is checked."""
    with pytest.raises(Failure) as raised:
        session(simulator.url, Observer()).get("v3/enrollments/100/usagedetails")
    assert Reason.TLS == raised.value.reason


def test_no_cookie_is_stored(canned: CannedService) -> None:
    """Threads share the session, so it must not remember anything."""
    canned.answer("/report", Answer(b"x", headers={"Set-Cookie": "a=b"}))
    account = session(canned.url, Observer())
    account.get("report")
    account.get("report")
    assert "cookie" not in canned.received[1][1]


def test_stopping_ends_the_retries(canned: CannedService) -> None:
    """A stopped exporter sends no request at all."""
    stopped = Stop()
    stopped.set()
    canned.answer("/report", Answer(status=503))
    observer = Observer()
    account = Session(
        HttpClient(origin=canned.url, observer=observer, timeout=5, stopped=stopped),
        ApiKey(Secret(KEY)),
        base_url=canned.url,
        observer=observer,
        stopped=stopped,
    )
    with pytest.raises(Transient, match="the exporter is stopping"):
        account.get("report")
    assert not canned.received


def test_a_stream_with_a_refused_token_is_requested_again_with_a_new_one(canned: CannedService) -> None:
    """Once: a second refusal is final."""

    class Renewable(ApiKey):
        renewable = True

        def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
            request.headers["Authorization"] = f"Bearer token-{len(canned.received)}"
            return request

    def rows() -> bytes:
        with account.stream("report", silence_seconds=5, total_seconds=5) as chunks:
            return b"".join(chunks)

    http = HttpClient(origin=canned.url, observer=Observer(), timeout=5)
    account = Session(http, Renewable(Secret(KEY)), base_url=canned.url, observer=Observer(), stopped=Stop())
    canned.answer("/report", Answer(status=401), Answer(b"rows"), Answer(status=401))
    assert b"rows" == rows()
    assert ["Bearer token-0", "Bearer token-1"] == [headers["authorization"] for _, headers in canned.received]
    with pytest.raises(Rejected, match="401"):
        rows()
    assert 4 == len(canned.received)


def test_no_request_follows_the_stop(canned: CannedService) -> None:
    """Not even the one whose wait it ends."""

    class StoppedWhileWaiting(Stop):
        def wait(self, timeout: float | None = None) -> bool:
            self.set()
            return True

    canned.answer("/report", Answer(status=503))
    observer = Observer()
    http = HttpClient(origin=canned.url, observer=observer, timeout=5)
    stopping = Session(http, ApiKey(Secret(KEY)), base_url=canned.url, observer=observer, stopped=StoppedWhileWaiting())
    with pytest.raises(Transient):
        stopping.get("report")
    assert 1 == len(canned.received)
