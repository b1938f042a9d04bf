"""Connections of clients, with HTTP/1.1."""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from exporter.web.connections import Connected, Connections, State
from exporter.web.tls import Tls

MAX_HEAD, MAX_TARGET = 32 << 10, 8 << 10
"""The most bytes of a request's line and header fields, and of its target."""


class Connection(HttpToolsProtocol):
    """A connection that reports its state to `connections`, and refuses a request whose head is too large."""

    def __init__(self, connections: Connections, connected: Connected, tls: Tls | None, **options: Any) -> None:
        super().__init__(**options)
        self._connections = connections
        self._connected = connected
        self._tls = tls
        self._head = self._read = 0
        self._refused = False
        self._cycles: list[RequestResponseCycle] = []
        """The responses that are not complete: several, if the client pipelines its requests."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Serve the client, if its certificate has an allowed name."""
        super().connection_made(transport)
        self._connected.abort, self._connected.unsent = self._abort, transport.get_write_buffer_size
        self._enter(State.READING)
        if self._tls and not self._tls.admits(transport.get_extra_info("ssl_object")):
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._drop_responses()
        super().connection_lost(exc)
        self._connections.closed(self._connected)

    def resume_writing(self) -> None:
        """The client has taken bytes."""
        super().resume_writing()
        if self._connected.state is State.RESPONDING:
            self._enter(State.RESPONDING)

    def data_received(self, data: bytes) -> None:
        """Parse a part of a request."""
        if self._refused or self.transport.is_closing():
            return
        if self._connected.state is State.IDLE:
            self._enter(State.READING)
        self._read += len(data)
        super().data_received(data)
        if self._connected.state is State.READING and self._read > MAX_HEAD and not self._refused:
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
        self._cycles.append(self.cycle)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._cycles = [cycle for cycle in self._cycles if not cycle.response_complete]
        self._read = 0
        self._enter(State.IDLE if self.cycle.response_complete else State.RESPONDING)

    def send_400_response(self, msg: str) -> None:
        """Refuse the request; the connection ends when the client closes it, which might else lose the response."""
        self._refused = True
        self._enter(State.READING)
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
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()

    def _abort(self) -> None:
        """Close the connection at once."""
        self._drop_responses()
        self.transport.abort()

    def _drop_responses(self) -> None:
        """What is left to send of any response is dropped without an error; uvicorn knows only the latest of them."""
        for cycle in self._cycles:
            cycle.disconnected = True
            cycle.message_event.set()
        self._cycles.clear()

    def _enter(self, state: State) -> None:
        self._connections.enter(self._connected, state)
