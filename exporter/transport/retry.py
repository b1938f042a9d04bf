"""The verdict on a response, and how long to wait before another attempt."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import tenacity

from exporter.errors import Failure, Malformed, NotModified, RateLimited, Reason, Rejected, Transient
from exporter.transport.error_bodies import code_and_message
from exporter.transport.response import Response
from exporter.transport.stop import Stop

ATTEMPTS = 4
MAX_WAIT_SECONDS = 30.0
"""A longer wait goes back to the scheduler."""
MAX_RETRY_AFTER_SECONDS = 86_400.0
"""No server delays a request by more than a day."""

SUCCESS = frozenset({200, 201, 202})
REASONS = {
    401: Reason.UNAUTHORIZED,
    403: Reason.FORBIDDEN,
    404: Reason.NOT_FOUND,
    408: Reason.TIMEOUT,
    410: Reason.NOT_FOUND,
    504: Reason.TIMEOUT,
}
WAITS = re.compile(r"retry-after|x-ms-ratelimit-.*-retry-after", re.IGNORECASE)
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
WAIT_IN_TEXT = re.compile(r"\b(\d{1,6}) ?(?:s(?:ec|econds?)?|(m(?:in|inutes?)?))\b", re.IGNORECASE)
THROTTLED = re.compile(r"throttl|too many requests|rate limit", re.IGNORECASE)
ERROR_CODE = re.compile(r"[A-Za-z0-9]{1,64}")


def verdict(answer: Response, now: datetime, *, least_throttled_seconds: float = 0.0) -> Failure | NotModified | None:
    """None for success, otherwise what to raise; its text is complete, without the request's credentials.

    A part (206) or nothing (204) is no success: no report documents them. Throttling makes wait for at least
    `least_throttled_seconds`, also where the answer does not say for how long.
    """
    status = answer.status_code
    if status in SUCCESS:
        return None
    if status == 304:
        return NotModified()
    code = code_and_message(answer.content)[0] or _code_header(answer)
    stated = answer.stated or (code if answer.quotable else "") or answer.reason
    text = answer.described(stated if stated.startswith(f"{status}:") else f"{status} {stated}".strip())
    throttled = status == 429 or (status >= 500 and bool(THROTTLED.search(stated)))
    wait = retry_after(answer, now, in_text=throttled)
    if status == 429 or (throttled and wait is not None):
        return RateLimited(text, max(wait or 0.0, least_throttled_seconds) if least_throttled_seconds else wait)
    if status >= 500 or status == 408:
        return Transient(text, REASONS.get(status, Reason.SERVER_ERROR), wait)
    if 400 <= status < 500:
        reason = REASONS.get(status, Reason.BAD_REQUEST)
        return Rejected(text, reason, code, status=status, body=answer.content)
    return Malformed(f"{text} is not documented")


def retry_after(answer: Response, now: datetime, *, in_text: bool) -> float | None:
    """Seconds that the server asks to wait, the longest of all its spellings; None when it does not say.

    Known spellings: `Retry-After` in seconds or as a date (RFC 9110 10.2.3), more than once too, the
    `x-ms-ratelimit-…-retry-after` headers of Azure's billing APIs, and, with `in_text`, seconds inside the message
    (Azure AD Graph's 503, Partner Center's 429).
    """
    waits = [wait for text in _wait_headers(answer.headers) for wait in _seconds(text, now)]
    if not waits and in_text and (found := WAIT_IN_TEXT.search(": ".join(code_and_message(answer.content)))):
        waits = [float(found[1]) * (60 if found[2] else 1)]
    return min(max(waits), MAX_RETRY_AFTER_SECONDS) if waits else None


def _code_header(answer: Response) -> str:
    """The error code of Azure Storage, which answers HEAD without a body."""
    code = answer.headers.get("x-ms-error-code", "")
    return code if ERROR_CODE.fullmatch(code) else ""


def _wait_headers(headers: Mapping[str, str]) -> Iterator[str]:
    yield from (headers[name] for name in headers if WAITS.fullmatch(name))


def _seconds(value: str, now: datetime) -> Iterator[float]:
    """A header that was sent twice arrives as a list; a date holds a comma itself."""
    try:
        at = parsedate_to_datetime(value)
        yield max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())
    except (ValueError, OverflowError):
        for part in (part.strip() for part in value.split(",")):
            if NUMBER.fullmatch(part):
                yield float(part)


def retrying(
    *,
    sleep: Callable[[float], None],
    stopped: Stop,
    before_sleep: Callable[[Transient, float], None],
) -> tenacity.Retrying:
    """Try what may pass up to `ATTEMPTS` times, waiting about 1, 2 and 4 s, or longer where the server asks for it."""

    def wait(state: tenacity.RetryCallState) -> float:
        failure = _failure(state)
        requested = failure.retry_after if isinstance(failure, Transient) else None
        return max(float(requested or 0), backoff(state))

    def report(state: tenacity.RetryCallState) -> None:
        failure = _failure(state)
        if isinstance(failure, Transient) and state.next_action:
            before_sleep(failure, state.next_action.sleep)

    def may_pass(error: BaseException) -> bool:
        passes = isinstance(error, Transient) and (error.retry_after or 0) <= MAX_WAIT_SECONDS
        return passes and not stopped.is_set()

    backoff = tenacity.wait_exponential_jitter(initial=1, max=10, jitter=0.5)
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(may_pass),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=wait,
        sleep=sleep,
        before_sleep=report,
        reraise=True,
    )


def _failure(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
