"""Reading ahead in a thread."""

import threading
from collections.abc import Iterator

import pytest

from exporter.transport.ahead import AHEAD, ahead


class Pages:
    """Counts what was read of it."""

    def __init__(self, number: int, error: Exception | None = None) -> None:
        self.number, self.error = number, error
        self.read = threading.Semaphore(0)
        self.closed = threading.Event()

    def __iter__(self) -> Iterator[int]:
        try:
            for page in range(self.number):
                self.read.release()
                yield page
            if self.error:
                raise self.error
        finally:
            self.closed.set()


def test_while_one_page_is_used_the_next_are_on_their_way() -> None:
    """So many, and no more: pages are large."""
    pages = Pages(10)
    stream = ahead(pages)
    assert 0 == next(stream)
    for _ in range(1 + AHEAD):
        assert pages.read.acquire(timeout=10)
    assert not pages.read.acquire(timeout=0.1)
    assert list(range(1, 10)) == list(stream)


def test_an_error_comes_in_its_place() -> None:
    """After the pages that were whole."""
    stream = ahead(Pages(2, ValueError("broken")))
    assert [0, 1] == [next(stream), next(stream)]
    with pytest.raises(ValueError, match="broken"):
        next(stream)


def test_who_stops_reading_ends_the_thread() -> None:
    """Nothing is left behind by a run that fails."""
    pages = Pages(10)
    stream = ahead(pages)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert pages.closed.wait(10)
