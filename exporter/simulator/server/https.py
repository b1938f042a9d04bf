"""The services behind one address, on a thread of their own."""

import asyncio
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from exporter.simulator.server.exchange import CONNECTION

START_TIMEOUT_SECONDS = 60


class Connection(H11Protocol):
    """A connection that gives its transport to the faults, as an ASGI extension, and logs no accesses."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_log = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Add the transport to the scope of every request."""
        super().connection_made(transport)
        service: Any = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[CONNECTION] = transport
            await service(scope, receive, send)

        self.app = with_transport


class _Uvicorn(uvicorn.Server):
    """Stops at once if no request is in progress: neither idle nor slow clients delay the shutdown."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Begin to stop, from any thread."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it is closed already
                self._loop.call_soon_threadsafe(self._stopping.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self.should_exit:
            return
        ticking = asyncio.create_task(super().main_loop())
        await self._stopping.wait()
        ticking.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        if self.server_state.tasks:
            await super().shutdown(sockets)
        else:
            for server in self.servers:
                server.close()


class Server:
    """`app` at `host` and `port` (0: a free one), from construction until `close`; without `tls` it is plain HTTP."""

    def __init__(self, app: ASGIApp, *, tls: ssl.SSLContext | None, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # Named TCP: asyncio switches Nagle's delay off (40 ms an answer) only for sockets with an explicit protocol.
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        # Bound here and not on the thread, so that the caller gets the OSError of a taken port.
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((host, port))
            self._socket.listen()
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            http=Connection,
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=1,
            ssl_context_factory=None if tls is None else lambda *_: tls,
        )
        self._server = _Uvicorn(config)
        self._thread = threading.Thread(target=self._serve, name=f"simulator-{self.port}", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self.close()
                raise RuntimeError("the simulator did not start")
            time.sleep(0.002)

    def stop(self) -> None:
        """Begin to stop; returns at once."""
        self._server.stop()

    def close(self) -> None:
        """Stop within two seconds, even while clients are connected."""
        self.stop()
        self._thread.join(2)
        if not self._thread.is_alive():  # else the thread is about to close it
            self._socket.close()

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))
