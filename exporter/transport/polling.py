"""Accepted, and ready later: poll until there is a result."""

import time
from collections.abc import Callable
from typing import TypeVar

from exporter.errors import Reason, Transient

T = TypeVar("T")
FIRST_SECONDS, MAX_SECONDS, GROWTH = 5.0, 60.0, 1.5
"""The waits between requests."""


def poll(
    ask: Callable[[], T | None],
    pause: Callable[[float], None],
    *,
    what: str,
    total_seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """The first result of `ask` that is not None; the waits between its calls grow from 5 s to a minute.

    Raises `Transient`, which names `what`, when there is none within `total_seconds`.
    """
    deadline, gap = clock() + total_seconds, FIRST_SECONDS
    while (answer := ask()) is None:
        if clock() >= deadline:
            raise Transient(f"{what}: not ready within {total_seconds:g} s", Reason.TIMEOUT)
        pause(gap)
        gap = min(gap * GROWTH, MAX_SECONDS)
    return answer
