"""Accepted, and ready later: ask again until there is something."""

from collections.abc import Callable
from typing import TypeVar

from exporter.transport.session import Session

T = TypeVar("T")
FIRST, LONGEST, GROWTH = 5.0, 60.0, 1.5


def poll(ask: Callable[[], T | None], session: Session) -> T:
    """What `ask` answers at last; between the questions 5 s and then more, up to a minute."""
    gap = FIRST
    while (answer := ask()) is None:
        session.pause(gap)
        gap = min(gap * GROWTH, LONGEST)
    return answer
