"""Several calls and streams at once: their order, their failures, and what is left of them."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import repeat

import pytest

from exporter.errors import Transient
from exporter.transport.http import HttpClient, Unobserved
from exporter.transport.parallel import as_they_come, in_order
from exporter.transport.stop import Stop, abandonable, until_done, working_for
from tests.wire import Wire, dripping

SECONDS = 10


class Together:
    """Calls that end only once so many of them have begun."""

    def __init__(self, number: int) -> None:
        self._barrier = threading.Barrier(number)

    def __call__(self, result: int) -> int:
        self._barrier.wait(SECONDS)
        return result


def test_calls_run_at_once_and_their_results_come_in_order() -> None:
    """As many as are allowed."""
    call = Together(4)
    assert list(range(8)) == list(in_order((partial(call, number) for number in range(8)), at_once=4))


def test_no_more_calls_run_than_are_allowed() -> None:
    """One, where only one is allowed: then each begins once the result before it was taken."""
    begun: list[int] = []
    results = in_order((partial(begun.append, number) for number in range(3)), at_once=1)
    next(results)
    assert [0] == begun


def test_the_first_failure_in_order_decides() -> None:
    """Although a later call failed before it; the results before it come first."""
    later_failed = threading.Event()

    def succeed() -> str:
        return "first"

    def fail() -> str:
        assert later_failed.wait(SECONDS)
        raise ValueError("second")

    def fail_at_once() -> str:
        later_failed.set()
        raise ValueError("third")

    results = in_order([succeed, fail, fail_at_once], at_once=3)
    assert "first" == next(results)
    with pytest.raises(ValueError, match="second"):
        next(results)


def test_what_was_begun_after_a_failure_is_abandoned() -> None:
    """Its waits end, however long they are."""
    stop, ended, waiting = Stop(), threading.Event(), threading.Event()

    def wait() -> None:
        waiting.set()
        if stop.wait(600):
            ended.set()

    def fail() -> None:
        assert waiting.wait(SECONDS)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        list(in_order([fail, wait], at_once=2))
    assert ended.wait(SECONDS)
    assert not stop.is_set()


def test_streams_are_read_at_once_and_nothing_is_lost() -> None:
    """Each in its own order."""
    call = Together(4)
    streams = [[partial(call, 10 * stream + item) for item in range(3)] for stream in range(4)]
    read = as_they_come(((each() for each in stream) for stream in streams), at_once=4, ahead=4)
    found = list(read)
    assert sorted(found) == [10 * stream + item for stream in range(4) for item in range(3)]
    for stream in range(4):
        own = [item for item in found if item // 10 == stream]
        assert sorted(own) == own


@pytest.mark.parametrize("at_once", [1, 3])
def test_the_failure_of_the_first_stream_that_fails_is_raised(at_once: int) -> None:
    """As if they had been read one after the other."""
    last_failed = threading.Event()

    def fails(text: str, when: Callable[[], object]) -> Iterator[int]:
        yield 1
        when()
        raise ValueError(text)

    def failed() -> None:
        last_failed.set()

    streams = [iter([0]), fails("second", lambda: at_once == 1 or last_failed.wait(SECONDS)), fails("third", failed)]
    with pytest.raises(ValueError, match="second"):
        list(as_they_come(streams, at_once=at_once, ahead=9))


def test_who_stops_reading_ends_all_streams() -> None:
    """No thread is left behind, neither one that waits to be read nor one that waits for the service."""
    before = set(threading.enumerate())
    stream = as_they_come((repeat(1) for _ in range(5)), at_once=5, ahead=2)
    next(stream)
    stream.close()
    require_ended(before)


def require_ended(before: set[threading.Thread]) -> None:
    for thread in set(threading.enumerate()) - before:
        thread.join(SECONDS)
        assert not thread.is_alive()


def test_a_request_whose_result_nobody_needs_ends_at_once() -> None:
    """Its connection is closed, although its time would be over in ten minutes only."""
    with Wire(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x")) as wire:
        http = HttpClient(origin=wire.url, observer=Unobserved(), timeout=600)
        failures: list[Transient] = []

        def request() -> None:
            with pytest.raises(Transient, match="the run has ended") as raised:
                http.request("GET", wire.url)
            failures.append(raised.value)

        def work(on: Stop) -> None:
            with working_for(on):
                request()

        with abandonable() as on:
            thread = threading.Thread(target=work, args=(on,))
            thread.start()
            while not wire.received:
                thread.join(0.01)
        thread.join(SECONDS)
        assert 1 == len(failures)


def test_the_end_of_a_run_ends_what_others_do_for_it() -> None:
    """Also where its failure still refers to what it was reading."""
    before = set(threading.enumerate())
    with until_done():
        stream = as_they_come([repeat(1)], at_once=1, ahead=2)
        next(stream)
    require_ended(before)
    stream.close()


def test_a_stop_that_is_set_ends_waits_and_calls_back_once() -> None:
    """Also who comes later, but not who has withdrawn."""
    stop, calls = Stop(), list[str]()
    withdraw = stop.on_set(lambda: calls.append("withdrawn"))
    stop.on_set(lambda: calls.append("before"))
    withdraw()
    stop.set()
    stop.set()
    stop.on_set(lambda: calls.append("after"))
    assert ["before", "after"] == calls
    assert stop.wait(600)
