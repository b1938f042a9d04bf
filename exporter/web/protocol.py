"""Connections of clients: HTTP/1.1, and the handshake of TLS before it."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from exporter.web.connections import TIMEOUTS, Connected, Connections, State
from exporter.web.tls import Tls

MAX_HEAD, MAX_TARGET = 32 << 10, 8 << 10
"""The most bytes of a request's line and header fields, and of its target."""


class Connection(HttpToolsProtocol):
    """A connection that reports its state to `connections`, and refuses a request whose head is too large."""

    def __init__(self, connections: Connections, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._connections_limit = connections
        self.connected: Connected | None = None
        self._head = self._read = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Admit the connection, unless its handshake was admitted."""
        super().connection_made(transport)
        self.connected = self.connected or self._connections_limit.opened(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.connected:
            self._connections_limit.closed(self.connected)

    def data_received(self, data: bytes) -> None:
        """Parse a part of a request."""
        if not self.connected or self.transport.is_closing():
            return
        if self.connected.state is State.IDLE:
            self._enter(State.READING)
        self._read += len(data)
        super().data_received(data)
        if self.connected.state is State.READING and self._read > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._head += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._head += len(name) + len(value)

    def on_headers_complete(self) -> None:
        """Start the response; an error is answered by `send_400_response`."""
        self._read = max(self._read, self._head)
        if self._head > MAX_HEAD or len(self.url) > MAX_TARGET:
            raise ValueError("the head of the request is too large")
        self._read = 0
        self._enter(State.RESPONDING)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._read = 0
        self._enter(State.IDLE if self.cycle.response_complete else State.RESPONDING)

    def send_400_response(self, msg: str) -> None:
        """Refuse the request and close the connection."""
        if len(self.url or b"") > MAX_TARGET:
            status = HTTPStatus.REQUEST_URI_TOO_LONG
        elif self._read > MAX_HEAD:
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        else:
            status = HTTPStatus.BAD_REQUEST
        text = f"{status.phrase}\n"
        self.transport.write(
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}".encode()
        )
        self.transport.close()

    def _enter(self, state: State) -> None:
        if self.connected:
            self.connected.enter(state)


class Handshake(asyncio.Protocol):
    """A new connection until its TLS handshake is complete."""

    def __init__(
        self,
        connections: Connections,
        tls: Tls,
        connection: Callable[[], Connection],
    ) -> None:
        self._connections = connections
        self._tls = tls
        self._connection = connection
        self._connected: Connected | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake."""
        accepted = cast(asyncio.Transport, transport)
        accepted.pause_reading()
        self._connected = self._connections.opened(accepted)
        if self._connected:
            self._task = asyncio.create_task(self._secure(accepted, self._connected))

    async def _secure(self, accepted: asyncio.Transport, connected: Connected) -> None:
        connection = self._connection()
        connection.connected = connected
        try:
            secured = await asyncio.get_running_loop().start_tls(
                accepted,
                connection,
                self._tls.context,
                server_side=True,
                ssl_handshake_timeout=TIMEOUTS[State.READING],
                ssl_shutdown_timeout=1,
            )
        except OSError:
            # The client is gone, or its certificate or protocol is refused: an alert of TLS says why.
            secured = None
        if secured is None or not self._tls.admits(secured.get_extra_info("ssl_object")):
            self._connections.closed(connected)
            accepted.abort()
            return
        connection.connection_made(secured)
