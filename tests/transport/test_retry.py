"""The verdict on an answer, and how long it asks to wait."""

from datetime import UTC, datetime

import pytest
import requests

from exporter.errors import Malformed, NotModified, RateLimited, Reason, Rejected, Transient
from exporter.transport.retry import message, retry_after, verdict

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def answer(status: int, body: bytes = b"", **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = body
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (400, Rejected, Reason.BAD_REQUEST),
        (401, Rejected, Reason.UNAUTHORIZED),
        (403, Rejected, Reason.FORBIDDEN),
        (404, Rejected, Reason.NOT_FOUND),
        (418, Malformed, Reason.MALFORMED),
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
    assert seconds == retry_after(answer(429, body, **headers), NOW)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"error": {"code": "401", "message": "Report type\\n and view"}}', "401: Report type and view"),
        (b'{"odata.error": {"code": "A", "message": {"lang": "en", "value": "no"}}}', "A: no"),
        (b'{"code": "2000", "description": "Unsupported", "data": []}', "2000: Unsupported"),
        (b'{"error": "invalid_client", "error_description": "AADSTS7000215"}', "invalid_client"),
        (b"<html>", ""),
        (b"\xff\xfe", ""),
        (b"[1]", ""),
        (b'{"error": null}', ""),
    ],
)
def test_an_error_body_is_told_in_one_line(body: bytes, text: str) -> None:
    """Every documented envelope is known; anything else says nothing."""
    assert text == message(body)
