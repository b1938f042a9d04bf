"""Operations that the service accepts, and finishes later."""

import time
from collections.abc import Callable
from typing import TypeVar

from exporter.apis.cost_management.arm import Arm
from exporter.errors import Malformed, RateLimited, Reason, Rejected, Transient
from exporter.transport.polling import poll
from exporter.transport.response import Response
from exporter.transport.retry import retry_after

T = TypeVar("T")
TOTAL_SECONDS = 2 * 3600.0
"""How long an operation may take."""
MAX_WAIT_SECONDS = 300.0
"""The longest wait between two requests that the service may ask for."""


class _Pending:
    """Where the service wants to be asked next, and when, by its newest answer."""

    def __init__(self, accepted: Response, what: str) -> None:
        self._answer = accepted
        self.location = accepted.headers.get("Location", "")
        if not self.location:
            raise Malformed(accepted.described(f"{what}: accepted, but no Location says where the result will be"))

    def follow(self, answer: Response) -> None:
        self._answer = answer
        self.location = answer.headers.get("Location") or self.location

    def wait_seconds(self, arm: Arm) -> float:
        requested = retry_after(self._answer, arm.session.clock(), in_text=False)
        return min(requested or 0.0, MAX_WAIT_SECONDS)


def result(
    arm: Arm,
    accepted: Response,
    read: Callable[[Response], T | None],
    *,
    what: str,
    clock: Callable[[], float] = time.monotonic,
) -> T | None:
    """What `read` finds in the answer that finishes an operation, None where that answer has no content (204).

    `accepted` is the answer that began it (202). `read` is called with each answer that is not 202, and returns None
    for one that is not the last either. `Retry-After` delays a request, and the newest `Location` is followed, with
    credentials and so on the same origin only; throttling does not end it. Raises a `Failure`, such as `Transient`
    without a result in time.
    """
    pending = _Pending(accepted, what)

    def pause(seconds: float) -> None:
        arm.session.pause(max(seconds, pending.wait_seconds(arm)))

    def ask() -> tuple[T | None] | None:
        try:
            answer = arm.get(pending.location)
        except RateLimited as limited:
            if (limited.retry_after or 0) > MAX_WAIT_SECONDS:
                raise
            arm.session.pause(limited.retry_after or 0)
            return None
        except Rejected as refused:
            if refused.reason is not Reason.NOT_FOUND:
                raise
            raise Transient(f"{what}: the result is gone: {refused.__cause__}", refused.reason) from refused
        if answer is None:
            return (None,)
        found = read(answer) if answer.status_code != 202 else None
        pending.follow(answer)
        return None if found is None else (found,)

    pause(0.0)
    return poll(ask, pause, what=what, total_seconds=TOTAL_SECONDS, clock=clock)[0]
