"""Work that mostly waits for a service, in threads: what one of them raises is raised in its place."""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from exporter.transport.stop import Stop, abandonable, working_for

T = TypeVar("T")


def in_order(calls: Iterable[Callable[[], T]], at_once: int) -> Generator[T, None, None]:
    """The results of the calls in their order, of which up to `at_once` are running or waiting to be taken.

    The first failure in that order is raised, after the results before it; what was begun after it is abandoned, as it
    is when the reader stops: its requests end at once, and it is sent no more.
    """
    with abandonable() as work:
        begun: deque[_Call[T]] = deque()
        for call in calls:
            begun.append(_Call(call, work))
            if len(begun) >= at_once:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


class _Call(Generic[T]):
    """A call in a thread of its own."""

    def __init__(self, call: Callable[[], T], work: Stop) -> None:
        self._call = call
        self._work = work
        self._done: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
        threading.Thread(target=self._run, name="in order", daemon=True).start()

    def result(self) -> T:
        found, error = self._done.get()
        if error:
            raise error
        return found  # type: ignore[no-any-return]

    def _run(self) -> None:
        with working_for(self._work):
            try:
                self._done.put((self._call(), None))
            except BaseException as error:  # noqa: BLE001 (the reader's thread raises it)
                self._done.put((None, error))


def as_they_come(streams: Iterable[Iterable[T]], at_once: int, ahead: int) -> Generator[T, None, None]:
    """The items of all streams in whatever order they come, of which up to `at_once` are being read.

    At most `ahead` items are read, or being read, before they are taken. If streams fail, the failure of the first of
    them is raised, in the order of the streams, once those before it have been read; those after it are abandoned, as
    all are when the reader stops.
    """
    with abandonable() as work:
        reading = _Reading(streams, ahead, work)
        for _ in range(at_once):
            reading.begin()
        yield from reading.items()


class _Reading(Generic[T]):
    """Streams that are being read, each in a thread of its own."""

    def __init__(self, streams: Iterable[Iterable[T]], ahead: int, work: Stop) -> None:
        self._streams = enumerate(streams)
        self._work = work
        self._ready: SimpleQueue[tuple[int, Any, BaseException | None]] = SimpleQueue()
        self._wanted = threading.Semaphore(ahead)
        self._running: dict[int, Stop] = {}
        work.on_set(self._wanted.release)

    def begin(self) -> None:
        """Read another stream, if there is one."""
        if found := next(self._streams, None):
            place, stream = found
            self._running[place] = own = Stop()
            self._work.on_set(own.set)
            threading.Thread(target=self._read, args=(place, stream, own), name="ahead", daemon=True).start()

    def items(self) -> Iterator[T]:
        """The items until all streams have ended."""
        failed: tuple[int, BaseException] | None = None
        while self._running:
            place, item, error = self._ready.get()
            if error is None:
                self._wanted.release()
                if failed is None:
                    yield item
                continue
            del self._running[place]
            if isinstance(error, StopIteration):
                if failed is None:
                    self.begin()
            elif failed is None or place < failed[0]:
                failed = place, error
                for other, own in self._running.items():
                    if other > place:
                        own.set()
        if failed:
            raise failed[1]

    def _read(self, place: int, stream: Iterable[T], own: Stop) -> None:
        with working_for(own):
            try:
                items = iter(stream)
                while self._wanted.acquire() and not own.is_set():
                    self._ready.put((place, next(items), None))
                self._ready.put((place, None, StopIteration()))
            except BaseException as error:  # noqa: BLE001 (the reader's thread raises it)
                self._ready.put((place, None, error))
            self._wanted.release()  # also for another thread that was abandoned
