"""The verdict on an answer, and how long it asks to wait."""

from datetime import UTC, datetime

import pytest
import requests
from requests.structures import CaseInsensitiveDict

from exporter.errors import Malformed, NotModified, RateLimited, Reason, Rejected, Transient
from exporter.transport.error_bodies import message
from exporter.transport.response import Response
from exporter.transport.retry import retry_after, retrying, verdict
from exporter.transport.stop import Stop

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

STORAGE_ERROR = (
    b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code><Message>Signature '
    b"&amp; more did not match\nRequestId:1-2\nTime:2026-11-20T12:00:00Z</Message><AuthenticationErrorDetail>sr=c"
    b"</AuthenticationErrorDetail></Error>"
)


def answer(status: int, body: bytes = b"", **headers: str) -> Response:
    request = requests.Request("GET", "https://localhost/report?q=1").prepare()
    named = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    return Response(status, "", named, "https://localhost/report?q=1", request, body)


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (400, Rejected, Reason.BAD_REQUEST),
        (401, Rejected, Reason.UNAUTHORIZED),
        (403, Rejected, Reason.FORBIDDEN),
        (404, Rejected, Reason.NOT_FOUND),
        (405, Rejected, Reason.BAD_REQUEST),
        (410, Rejected, Reason.NOT_FOUND),
        (412, Rejected, Reason.BAD_REQUEST),
        (204, Malformed, Reason.MALFORMED),
        (206, Malformed, Reason.MALFORMED),
        (302, Malformed, Reason.MALFORMED),
        (429, RateLimited, Reason.THROTTLED),
        (408, Transient, Reason.TIMEOUT),
        (500, Transient, Reason.SERVER_ERROR),
        (503, Transient, Reason.SERVER_ERROR),
        (504, Transient, Reason.TIMEOUT),
    ],
)
def test_a_status_is_judged_by_what_follows(status: int, kind: type, reason: Reason) -> None:
    """Transient is tried again soon, Rejected is not; a redirect is never followed."""
    problem = verdict(answer(status), NOW)
    assert (kind, reason) == (type(problem), problem.reason)  # type: ignore[union-attr]


def test_success_is_no_problem_and_304_is_not_modified() -> None:
    """200 and 202 pass; 304 is news of its own."""
    assert (None, None, NotModified) == (
        verdict(answer(200), NOW),
        verdict(answer(202), NOW),
        type(verdict(answer(304), NOW)),
    )


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry_After": "57"}, b"", 57),
        ({"Retry_After": "Fri, 20 Nov 2026 12:00:30 GMT"}, b"", 30),
        ({"Retry_After": "Fri, 20 Nov 2026 11:00:00 GMT"}, b"", 0),
        ({"x_ms_ratelimit_microsoft.consumption_retry_after": "45"}, b"", 45),
        ({"Retry_After": "5", "x_ms_ratelimit_microsoft.costmanagement_qpu_retry_after": "9"}, b"", 9),
        ({"Retry_After": "60, 120"}, b"", 120),
        ({"Retry_After": "Fri, 20 Nov 2026 12:00:30 GMT, 5"}, b"", 30),
        ({"Retry_After": "soon"}, b"", None),
        ({"Retry_After": "99999999999"}, b"", 86_400),
        ({}, b'{"statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds."}', 57),
        ({}, b'{"odata.error": {"code": "x", "message": {"lang": "en", "value": "wait 150 seconds"}}}', 150),
        ({}, b'{"message": "Too many requests, wait 2 minutes"}', 120),
        ({"Retry_After": "1.5"}, b"", 1.5),
        ({"Retry_After": "inf"}, b"", None),
        ({"Retry_After": "\u0663"}, b"", None),
        ({"Retry_After": "Fri, 99999 Nov 99999 12:00:30 GMT"}, b"", None),
        ({}, b"<html>in 5 seconds</html>", None),
        ({}, b"[" * 100_000, None),
        ({}, b"", None),
    ],
)
def test_the_wait_is_read_in_every_spelling(headers: dict[str, str], body: bytes, seconds: float | None) -> None:
    """The longest of several counts, and nobody makes us wait for more than a day."""
    assert seconds == retry_after(answer(429, body, **headers), NOW, in_text=True)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"error": {"code": "401", "message": "Report type\\n and view"}}', "401: Report type and view"),
        (b'{"odata.error": {"code": "A", "message": {"lang": "en", "value": "no"}}}', "A: no"),
        (b'{"code": "2000", "description": "Unsupported", "data": []}', "2000: Unsupported"),
        (b'{"error": "invalid_client", "error_description": "AADSTS7000215"}', "invalid_client: AADSTS7000215"),
        (b"<html><style>p {}</style><h1>503 Service\n Unavailable</h1></html>", "503 Service Unavailable"),
        (b"Access blocked", "Access blocked"),
        (
            b'{"error": {"code": "BadRequest", "message": "", "details": [{"message": "Invalid"}]}}',
            "BadRequest: Invalid",
        ),
        (b'{"error": {"code": "A", "innererror": {"code": "B", "message": "inner"}}}', "A: inner"),
        (b'{"error": {"code": "A", "details": "odd", "innererror": [1]}}', "A"),
        (STORAGE_ERROR, "AuthenticationFailed: Signature & more did not match"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\r\n<Error><Code>ServerBusy</Code></Error>", "ServerBusy"),
        (b"<Error><Message>\n</Message></Error>", ""),
        (b"The resource you are looking for has been removed.", "The resource you are looking for has been removed."),
        (b"<html>", ""),
        (b"\xff\xfe", ""),
        (b"[1]", ""),
        (b'{"error": null}', ""),
    ],
)
def test_an_error_body_is_reported_in_one_line(body: bytes, text: str) -> None:
    """Every documented envelope is known; anything else says nothing."""
    assert text == message(body)


def test_seconds_in_a_text_count_for_throttling_alone() -> None:
    """A server that says how long it has tried does not ask anybody to wait."""
    tired = b'{"error": {"code": "500", "message": "timed out after 100 seconds"}}'
    busy = b'{"error": {"code": "503", "message": "Request_ThrottledTemporarily, wait 100 seconds"}}'
    first, second = verdict(answer(500, tired), NOW), verdict(answer(503, busy), NOW)
    assert isinstance(first, Transient)
    assert isinstance(second, RateLimited)
    assert (None, 100) == (first.retry_after, second.retry_after)


def test_a_wait_of_nothing_does_not_spend_all_attempts_at_once() -> None:
    """The server may ask for more than our own pause, not for less."""
    waits: list[float] = []

    def fails() -> None:
        raise RateLimited("busy", 0)

    with pytest.raises(RateLimited):
        retrying(sleep=waits.append, stopped=Stop(), before_sleep=lambda failure, seconds: None)(fails)
    assert [True, True, True] == [seconds >= 1 for seconds in waits]


def test_a_failure_names_what_was_asked_and_the_number_for_support_once() -> None:
    """Without the query; a status that the body repeats is not repeated."""
    body = b'{"error": {"code": "404", "message": "no data"}}'
    problem = verdict(answer(404, body, x_ms_request_id="7b0e-1"), NOW)
    assert "GET https://localhost/report: 404: no data [x-ms-request-id 7b0e-1]" == str(problem)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 60),
        ({"x_ms_ratelimit_microsoft.costmanagement_clienttype_retry_after": "35"}, 60),
        ({"Retry_After": "5", "x_ms_ratelimit_microsoft.costmanagement_tenant_retry_after": "165"}, 165),
        ({"x_ms_ratelimit_remaining_microsoft.costmanagement_clienttype_requests": "DefaultQuota:900"}, 60),
        ({"x_ms_ratelimit_microsoft.costmanagement_qpu_remaining": "QueriesPerHour:577,QueriesPerMin:59"}, 60),
    ],
)
def test_throttling_waits_for_the_longest_header_and_at_least_as_long_as_the_api_requires(
    headers: dict[str, str], seconds: float
) -> None:
    """Also where no header says for how long; what is left of a quota is no time."""
    problem = verdict(answer(429, b"", **headers), NOW, least_throttled_seconds=60)
    assert isinstance(problem, RateLimited)
    assert seconds == problem.retry_after


def test_the_least_wait_is_for_throttling_alone() -> None:
    """An outage is tried again as soon as elsewhere."""
    problem = verdict(answer(503), NOW, least_throttled_seconds=60)
    assert isinstance(problem, Transient)
    assert problem.retry_after is None


@pytest.mark.parametrize(
    ("body", "header", "code", "text"),
    [
        (b"", "BlobNotFound", "BlobNotFound", "404 BlobNotFound"),
        (STORAGE_ERROR, "Other", "AuthenticationFailed", "404 AuthenticationFailed: Signature & more did not match"),
        (b"<h1>gone</h1>", "a b\n", "", "404 gone"),
    ],
)
def test_the_code_of_a_storage_error_is_in_its_body_or_its_header(
    body: bytes, header: str, code: str, text: str
) -> None:
    """HEAD is answered without a body; a header that is not a code says nothing."""
    problem = verdict(answer(404, body, x_ms_error_code=header), NOW)
    assert isinstance(problem, Rejected)
    assert (code, f"GET https://localhost/report: {text}") == (problem.code, str(problem))


def test_the_signature_of_a_url_is_in_no_message_and_no_repr() -> None:
    """Neither as it was sent nor decoded; a body that is no form does not hide ordinary words."""
    request = requests.Request(
        "POST", "https://a.example/c?sp=rl&sig=Zm9v%2BYmFy%3D", json={"name": "a=words"}
    ).prepare()
    url = request.url or ""
    body = b'{"error": {"code": "words", "message": "for Zm9v+YmFy= and Zm9v%2BYmFy%3D and words"}}'
    refused = Response(403, "", {}, url, request, body)
    assert "POST https://a.example/c: 403 words: for <secret> and <secret> and words" == str(verdict(refused, NOW))
    assert "Zm9v" not in repr(Response(403, "", {}, url, request))


@pytest.mark.parametrize("body", [b'{"value":[{"id":"5f1c-user"', b'\xef\xbb\xbf [{"phone":"+4930'])
def test_nothing_of_damaged_json_is_quoted(body: bytes) -> None:
    """It may hold personal data; the text of a gateway's page is quoted."""
    assert "" == message(body)
    assert "Bad Gateway" == message(b"<html><b>Bad</b> Gateway</html>")
