"""Accepted, and ready later."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from exporter.errors import Reason, Transient
from exporter.transport.polling import poll


class Waiting:
    """A clock that only pauses move."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return sum(self.pauses)


def asking(answers: Iterator[str | None]) -> Callable[[], str | None]:
    return lambda: next(answers)


def test_the_pauses_grow_to_a_minute() -> None:
    """From five seconds."""
    clock = Waiting()
    answers = iter([*[None] * 9, "ready"])
    assert "ready" == poll(asking(answers), clock.pauses.append, what="r", total_seconds=3600, clock=clock)
    assert (5, 7.5, 60) == (*clock.pauses[:2], clock.pauses[-1])


def test_what_is_never_ready_ends_after_its_time() -> None:
    """By the machine's own clock, whatever the answers say of time."""
    clock = Waiting()
    with pytest.raises(Transient, match="r: not ready within 3600 s") as raised:
        poll(asking(None for _ in count()), clock.pauses.append, what="r", total_seconds=3600, clock=clock)
    assert Reason.TIMEOUT is raised.value.reason
    assert 3600 <= clock() < 3660
