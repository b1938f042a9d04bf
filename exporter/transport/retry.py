"""The verdict on an answer, and how long to wait before asking again."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
import requests
import tenacity
from tenacity.stop import stop_base

from exporter.errors import Failure, Malformed, NotModified, RateLimited, Reason, Rejected, Transient

ATTEMPTS = 4
PATIENCE = 30.0
"""Seconds that a run waits by itself; a longer wait goes back to the scheduler."""
LONGEST = 86_400.0
"""No server makes us wait for more than a day."""

REASONS = {
    400: Reason.BAD_REQUEST,
    401: Reason.UNAUTHORIZED,
    403: Reason.FORBIDDEN,
    404: Reason.NOT_FOUND,
    408: Reason.TIMEOUT,
    504: Reason.TIMEOUT,
}
WAITS = re.compile(r"retry-after|x-ms-ratelimit-.*-retry-after", re.IGNORECASE)
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
WAIT_IN_TEXT = re.compile(r"\b(\d{1,6}) ?(?:s(?:ec|econds?)?|(m(?:in|inutes?)?))\b", re.IGNORECASE)


def verdict(answer: requests.Response, now: datetime) -> Failure | NotModified | None:
    """None for success, otherwise what to raise; `answer.content` must have been read."""
    status = answer.status_code
    if 200 <= status < 300:
        return None
    if status == 304:
        return NotModified()
    text = f"{status} {message(answer.content) or answer.reason or ''}".strip()
    if status == 429:
        return RateLimited(text, retry_after(answer, now))
    if status >= 500 or status == 408:
        wait = retry_after(answer, now)
        if wait is not None and "throttl" in text.lower():
            return RateLimited(text, wait)
        return Transient(text, REASONS.get(status, Reason.SERVER_ERROR), wait)
    if status not in REASONS:
        return Malformed(f"{text} is not documented")
    return Rejected(text, REASONS[status], _said(answer.content)[0])


def retry_after(answer: requests.Response, now: datetime) -> float | None:
    """Seconds that the server asks to wait, the longest of all its spellings; None when it does not say.

    Known spellings: `Retry-After` in seconds or as a date (RFC 9110 10.2.3), the `x-ms-ratelimit-…-retry-after`
    headers of Azure's billing APIs, and seconds inside the message (Azure AD Graph's 503, Partner Center's 429).
    """
    headers: Mapping[str, str] = answer.headers
    waits = [w for name in headers if WAITS.fullmatch(name) and (w := _seconds(headers[name], now)) is not None]
    if not waits and (found := WAIT_IN_TEXT.search(message(answer.content))):
        waits = [float(found[1]) * (60 if found[2] else 1)]
    return min(max(waits), LONGEST) if waits else None


def _seconds(value: str, now: datetime) -> float | None:
    if NUMBER.fullmatch(value.strip()):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def message(body: bytes) -> str:
    """What an error body says, in one line: `code: message`; empty when it says nothing in a known form."""
    return ": ".join(part for part in _said(body) if part)[:300]


def _said(body: bytes) -> tuple[str, str]:
    """Code and message of an error body.

    Envelopes: `odata.error` (Azure AD Graph), `error` (Microsoft Graph, the Consumption API), `code` and
    `description` or `message` (Partner Center).
    """
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", ""
    envelope = decoded if isinstance(decoded, dict) else {}
    inner = envelope.get("odata.error") or envelope.get("error") or envelope
    if not isinstance(inner, dict):
        return "", str(inner)
    said: Any = inner.get("message") or inner.get("description") or envelope.get("error_description") or ""
    if isinstance(said, dict):
        said = said.get("value") or ""
    return str(inner.get("code") or ""), " ".join(str(said).split())


def retrying(
    *,
    sleep: Callable[[float], None],
    stop: stop_base,
    before_sleep: Callable[[Transient, float], None],
) -> tenacity.Retrying:
    """Try what may pass up to `ATTEMPTS` times, waiting what the server asked for, or about 1, 2 and 4 s."""

    def wait(state: tenacity.RetryCallState) -> float:
        asked = getattr(_failure(state), "retry_after", None)
        return float(asked) if asked is not None else backoff(state)

    def told(state: tenacity.RetryCallState) -> None:
        failure = _failure(state)
        if isinstance(failure, Transient) and state.next_action:
            before_sleep(failure, state.next_action.sleep)

    def may_pass(error: BaseException) -> bool:
        return isinstance(error, Transient) and (error.retry_after or 0) <= PATIENCE

    backoff = tenacity.wait_exponential_jitter(initial=1, max=10, jitter=0.5)
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(may_pass),
        stop=tenacity.stop_after_attempt(ATTEMPTS) | stop,
        wait=wait,
        sleep=sleep,
        before_sleep=told,
        reraise=True,
    )


def _failure(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def decode(decoder: msgspec.json.Decoder[Any], content: bytes, what: str) -> Any:
    """A typed page; a byte order mark is tolerated, anything else that is not as documented is `Malformed`."""
    try:
        return decoder.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"{what}: {error}") from error
