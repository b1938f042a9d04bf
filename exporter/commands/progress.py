"""Progress on a terminal, below the log lines."""

import threading
from typing import TextIO

CLEAR_LINE = "\r\x1b[2K"
WIDTH = 24


class Progress:
    """The last line of a terminal: how many of `total` reports were read.

    Also the stream of the log, so that each log line is written above it. Thread-safe.
    """

    def __init__(self, terminal: TextIO, total: int) -> None:
        self._terminal = terminal
        self._total = total
        self._done = self._failed = 0
        self._lock = threading.Lock()
        self._show()

    def advance(self, *, failed: bool) -> None:
        """One more report was read, or failed."""
        with self._lock:
            self._done += 1
            self._failed += failed
            self._show()

    def end(self) -> None:
        """Remove the line."""
        with self._lock:
            self._total = 0
            self._show()

    def write(self, text: str) -> int:
        """Write whole lines above it."""
        with self._lock:
            self._show(text)
        return len(text)

    def flush(self) -> None:
        """Every write is flushed."""

    def _show(self, text: str = "") -> None:
        line = ""
        if self._total:
            filled = WIDTH * self._done // self._total
            failed = f", {self._failed} failed" if self._failed else ""
            line = f"[{'#' * filled}{'.' * (WIDTH - filled)}] {self._done} of {self._total} reports{failed}"
        self._terminal.write(f"{CLEAR_LINE}{text}{line}")
        self._terminal.flush()
