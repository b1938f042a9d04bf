"""A server that sends what a test writes, byte by byte: for framing and time, which HTTP libraries always get right."""

import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

Script = Callable[[Callable[[bytes], None], threading.Event], None]
"""Gets a function that sends, and an event that is set when the test is over; the connection closes at its end."""


class Wire:
    """Listens on loopback; answers every connection with the same script, whatever the request."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.received: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                self.received.append(connection.recv(65_536))
                self._script(connection.sendall, self._over)
            except OSError:
                pass

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()


def dripping(head: bytes, drop: bytes) -> Script:
    """`head`, and then `drop` again and again, a hundred times a second, until the client goes or the test ends."""

    def script(send: Callable[[bytes], None], over: threading.Event) -> None:
        send(head)
        while not over.wait(0.01):
            send(drop)

    return script


def sending(*pieces: bytes) -> Script:
    """The pieces, and the end of the connection."""

    def script(send: Callable[[bytes], None], over: threading.Event) -> None:
        for piece in pieces:
            send(piece)

    return script
