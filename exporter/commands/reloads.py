"""Reloads of the configuration: one at a time, and those that are requested meanwhile are one."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeAlias

Errors: TypeAlias = Sequence[str]
STOPPING = ("the exporter is stopping",)


class Reloads:
    """Runs `reload`, which returns the errors of the configuration, in a thread of its own."""

    def __init__(self, reload: Callable[[], Errors]) -> None:
        self._reload = reload
        self._lock = threading.Lock()
        self._running: Future[Errors] | None = None
        self._next: Future[Errors] | None = None
        self._stopped = False

    def request(self) -> "Future[Errors]":
        """The errors of a reload that begins after this call."""
        with self._lock:
            requested = self._next or Future()
            if self._stopped:
                _answer(requested, STOPPING)
                return requested
            self._next = requested
            if self._running is None:
                self._running = requested
                threading.Thread(target=self._run, name="reload", daemon=True).start()
            return requested

    def stop(self) -> None:
        """Begin no further reload, and let nobody wait for one."""
        with self._lock:
            self._stopped = True
            for waiting in {self._running, self._next} - {None}:
                _answer(waiting, STOPPING)

    def _run(self) -> None:
        while True:
            with self._lock:
                self._running, self._next = self._next, None
                if self._running is None or self._stopped:
                    self._running = None
                    return
            errors = self._reload()
            with self._lock:
                _answer(self._running, errors)


def _answer(waiting: "Future[Errors] | None", errors: Errors) -> None:
    if waiting and not waiting.done():
        waiting.set_result(errors)
