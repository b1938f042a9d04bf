"""Reloads that are requested while another one is running, or while the exporter stops."""

import threading

from exporter.commands.reloads import STOPPING, Reloads


class Held:
    """A reload that ends when it is told to."""

    def __init__(self) -> None:
        self.number = 0
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self) -> list[str]:
        self.number += 1
        self.begun.set()
        assert self.go_on.wait(30)
        return [f"errors of {self.number}"]


def test_reloads_that_are_requested_during_one_are_one() -> None:
    """It begins after them, so that it sees what they are about; each requester gets the errors of its own."""
    held = Held()
    reloads = Reloads(held)
    first = reloads.request()
    assert held.begun.wait(30)
    others = [reloads.request() for _ in range(10)]
    held.go_on.set()
    assert ["errors of 1"] == first.result(30)
    assert [["errors of 2"]] * 10 == [other.result(30) for other in others]
    assert 2 == held.number


def test_nobody_waits_for_a_reload_when_the_exporter_stops() -> None:
    """Neither for the one in progress nor for the next one."""
    held = Held()
    reloads = Reloads(held)
    waiting = [reloads.request()]
    assert held.begun.wait(30)
    waiting += [reloads.request(), reloads.request()]
    reloads.stop()
    waiting.append(reloads.request())
    assert [STOPPING] * 4 == [each.result(0) for each in waiting]
    held.go_on.set()
    assert 1 == held.number
