"""Accepted, and ready later: ask again until there is something."""

import time
from collections.abc import Callable
from typing import TypeVar

from exporter.errors import Reason, Transient

T = TypeVar("T")
FIRST, LONGEST, GROWTH = 5.0, 60.0, 1.5


def poll(
    ask: Callable[[], T | None],
    pause: Callable[[float], None],
    *,
    what: str,
    total_seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """What `ask` answers at last; between the requests 5 s and then more, up to a minute.

    Raises `Transient`, which names `what`, when there is nothing within `total_seconds` of the call.
    """
    deadline, gap = clock() + total_seconds, FIRST
    while (answer := ask()) is None:
        if clock() >= deadline:
            raise Transient(f"{what}: not ready within {total_seconds:g} s", Reason.TIMEOUT)
        pause(gap)
        gap = min(gap * GROWTH, LONGEST)
    return answer
