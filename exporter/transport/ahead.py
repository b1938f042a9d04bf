"""Reads an iterator ahead in a thread: while one page is folded, the next is on the wire."""

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
END = object()


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items, one of them ahead; what the iterator raises is raised here, in its place."""
    ready: queue.Queue[Any] = queue.Queue(1)
    abandoned = threading.Event()

    def put(item: object) -> None:
        while not abandoned.is_set():
            with suppress(queue.Full):
                ready.put(item, timeout=0.1)
                break

    def read() -> None:
        try:
            for item in items:
                put((item, None))
                if abandoned.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 (it is raised in the thread that asked)
            put((END, error))
        else:
            put((END, None))

    threading.Thread(target=read, daemon=True).start()
    try:
        while True:
            item, error = ready.get()
            if error:
                raise error
            if item is END:
                return
            yield item
    finally:
        abandoned.set()
