"""What ends waits and requests: the exporter stops, or nobody needs their result any more."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar


class Stop:
    """Ends every wait, and every request in flight, of what it was given to; it can't be taken back.

    In a thread that works for another one (`abandonable`), `is_set` and `wait` are also true once that one has
    abandoned the work.
    """

    def __init__(self) -> None:
        # Reentrant: a signal may arrive, and set it, while its own thread is in here.
        self._lock = threading.RLock()
        self._is_set = False
        self._callbacks: dict[object, Callable[[], None]] = {}

    def set(self) -> None:
        """End all waits; returns when every callback has returned."""
        with self._lock:
            self._is_set = True
            callbacks, self._callbacks = self._callbacks, {}
        for callback in callbacks.values():
            callback()

    def is_set(self) -> bool:
        """Whether to send and to wait no more."""
        return any(stop._is_set for stop in self._here())

    def wait(self, timeout: float | None = None) -> bool:
        """Wait up to `timeout` seconds; whether it is set."""
        woken = threading.Event()
        with self.interrupting(woken.set):
            woken.wait(timeout)
        return self.is_set()

    def on_set(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` once when it is set, at once if it is; returns what withdraws that.

        The callback neither blocks nor raises; it may be running while it is being withdrawn.
        """
        key = object()
        with self._lock:
            if not self._is_set:
                self._callbacks[key] = callback
                return lambda: self._withdraw(key)
        callback()
        return lambda: None

    @contextmanager
    def interrupting(self, callback: Callable[[], None]) -> Iterator[None]:
        """Call `callback` if it is set within the context, or the work of this thread is abandoned: maybe twice."""
        with ExitStack() as stack:
            for stop in self._here():
                stack.callback(stop.on_set(callback))
            yield

    def _withdraw(self, key: object) -> None:
        with self._lock:
            self._callbacks.pop(key, None)

    def _here(self) -> tuple["Stop", ...]:
        abandoned = _ABANDONED.get()
        return (self, abandoned) if abandoned else (self,)


_ABANDONED: ContextVar[Stop | None] = ContextVar("abandoned", default=None)


@contextmanager
def abandonable() -> Iterator[Stop]:
    """What abandons work that is done for this thread by others: at the latest at the end of the context.

    It is also abandoned when this thread's own work is.
    """
    work, outer = Stop(), _ABANDONED.get()
    withdraw = outer.on_set(work.set) if outer else None
    try:
        yield work
    finally:
        if withdraw:
            withdraw()
        work.set()


@contextmanager
def working_for(work: Stop) -> Iterator[None]:
    """In this context the thread does some work that `work` abandons."""
    before = _ABANDONED.set(work)
    try:
        yield
    finally:
        _ABANDONED.reset(before)


@contextmanager
def until_done() -> Iterator[None]:
    """What other threads do for this one within the context ends with it, also where a failure still refers to it."""
    with abandonable() as work, working_for(work):
        yield
