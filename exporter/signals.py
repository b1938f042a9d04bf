"""Signals from the first instant of a process on: none of them ends it with anything but exit code 0."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STOP = (signal.SIGTERM, signal.SIGINT)


def _exit() -> None:
    # Not an exception: native code that calls Python, such as a validator, would discard it.
    os._exit(0)


class Signals:
    """Handles SIGTERM, SIGINT and SIGHUP as soon as it is made, in the main thread.

    Until `handled` a stop ends the process at once, as nothing was begun that has to end; a reload is remembered.
    After it both are ignored: the process is about to end.
    """

    def __init__(self) -> None:
        self._stop: Callable[[], object] = _exit
        self._reload: Callable[[], object] | None = None
        self._reload_requested = False
        for number in STOP:
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_reload)

    @contextmanager
    def handled(self, *, stop: Callable[[], object], reload: Callable[[], object]) -> Iterator[None]:
        """In this context, signals call these functions, between two instructions of the main thread."""
        self._stop, self._reload = stop, reload
        if self._reload_requested:
            reload()
        try:
            yield
        finally:
            self._stop, self._reload = lambda: None, lambda: None

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop()

    def _on_reload(self, number: int, frame: FrameType | None) -> None:
        self._reload_requested = True
        if self._reload:
            self._reload()
