"""Reads an iterator ahead in a thread: while one page is processed, the next is being received."""

import threading
from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
AHEAD = 2
"""Items that are read, or being read, before the consumer needs them."""


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items, read ahead; what the iterator raises is raised here, after the items before it."""
    ready: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
    wanted, abandoned = threading.Semaphore(AHEAD), threading.Event()

    def read() -> None:
        stream = iter(items)
        try:
            while wanted.acquire() and not abandoned.is_set():
                ready.put((next(stream), None))
        except BaseException as error:  # noqa: BLE001 (the consumer's thread raises it)
            ready.put((None, error))

    threading.Thread(target=read, daemon=True).start()
    try:
        while True:
            item, error = ready.get()
            if isinstance(error, StopIteration):
                return
            if error:
                raise error
            wanted.release()
            yield item
    finally:
        abandoned.set()
        wanted.release()
