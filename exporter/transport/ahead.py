"""Reads an iterator ahead in a thread: while one page is folded, the next is on the wire."""

import threading
from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
AHEAD = 2
"""Items that are there, or on their way, before they are asked for."""


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items, some of them ahead; what the iterator raises is raised here, in its place."""
    ready: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
    wanted, abandoned = threading.Semaphore(AHEAD), threading.Event()

    def read() -> None:
        stream = iter(items)
        try:
            while wanted.acquire() and not abandoned.is_set():
                ready.put((next(stream), None))
        except BaseException as error:  # noqa: BLE001 (it is raised in the thread that asked)
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
