"""Accepts connections: their limit counts those whose TLS handshake is not complete."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from contextlib import suppress

from exporter.web.connections import TIMEOUTS, Connected, Connections, State
from exporter.web.protocol import Connection
from exporter.web.tls import Tls

log = logging.getLogger(__name__)

EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
PAUSE_SECONDS = 1.0
"""How long nothing is accepted after descriptors or memory have run out."""
AT_ONCE = 16
"""The most connections to accept before others are served, and those that they replace give their descriptors back."""


class Acceptor:
    """Accepts connections on `listening` until `close`; `tls` returns how new ones are secured."""

    def __init__(
        self,
        listening: socket.socket,
        connections: Connections,
        tls: Callable[[], Tls | None],
        connection: Callable[[Connected, Tls | None], Connection],
    ) -> None:
        self._listening = listening
        self._connections = connections
        self._tls = tls
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._resume: asyncio.TimerHandle | None = None
        listening.setblocking(False)
        self._open()

    def close(self) -> None:
        """Accept no more connections."""
        if self._resume:
            self._resume.cancel()
        self._loop.remove_reader(self._listening)
        self._listening.close()

    def _open(self) -> None:
        self._loop.add_reader(self._listening, self._accept)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                client, _ = self._listening.accept()
            except OSError as error:
                if error.errno in EXHAUSTED:
                    self._connections.exhausted()
                    self._loop.remove_reader(self._listening)
                    self._resume = self._loop.call_later(PAUSE_SECONDS, self._open)
                return
            client.setblocking(False)
            connected = self._connections.opened(lambda client=client: _disconnect(client))  # type: ignore[misc]
            if connected is None:
                client.close()
                continue
            task = self._loop.create_task(self._connect(client, connected))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connect(self, client: socket.socket, connected: Connected) -> None:
        tls = self._tls()
        connection = self._connection(connected, tls)
        try:
            await self._loop.connect_accepted_socket(
                lambda: connection,
                client,
                ssl=tls.context if tls else None,
                ssl_handshake_timeout=TIMEOUTS[State.READING] if tls else None,
                ssl_shutdown_timeout=1 if tls else None,
            )
        except OSError:
            # The client is gone, or its protocol or certificate is refused, which an alert of TLS tells it.
            self._connections.closed(connected)
            client.close()


def _disconnect(client: socket.socket) -> None:
    """End a handshake: its transport owns the descriptor, and closes it."""
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)
