"""The web server: its event loop, connections and graceful shutdown."""

import asyncio
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import uvicorn
from starlette.types import ASGIApp

from exporter.signals import Signals
from exporter.web.acceptor import Acceptor
from exporter.web.access import Access
from exporter.web.admission import Admission, TlsSlices
from exporter.web.config_file import ConfigFile
from exporter.web.connections import TIMEOUTS, Connected, Connections, State, limit_below_descriptors
from exporter.web.options import WebOptions
from exporter.web.protocol import Connection
from exporter.web.tls import Tls

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
GRACE_SECONDS = 1.0
"""How long responses are sent after the sockets are closed."""
SWITCH_SECONDS = 0.001
"""How long a scrape waits for a busy collector each time that it needs the interpreter; Python's default is 5 ms."""


class Server(uvicorn.Server):
    """Serves until SIGTERM or SIGINT, which run `on_shutdown` before the sockets are closed; SIGHUP runs `on_reload`.

    Without `file`, the content of `--web.config.file`, it serves plain HTTP to everyone.
    """

    def __init__(
        self,
        app: ASGIApp,
        options: WebOptions,
        signals: Signals,
        file: ConfigFile | None = None,
        *,
        on_shutdown: Work,
        on_reload: Callable[[], object],
    ) -> None:
        self._file = file
        app = TlsSlices(Admission(app, options.metrics_path, options.max_requests))
        super().__init__(
            uvicorn.Config(
                Access(app, file) if file else app,
                http=Connection,
                loop="uvloop",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=int(TIMEOUTS[State.IDLE]),
            )
        )
        self.connections = Connections(options.max_connections or limit_below_descriptors())
        self._signals = signals
        self._on_shutdown = on_shutdown
        self._on_reload = on_reload
        self._shutting_down = False
        self._acceptors: list[Acceptor] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections on `sockets`."""
        sys.setswitchinterval(SWITCH_SECONDS)
        loop, file = asyncio.get_running_loop(), self._file

        def tls() -> Tls | None:
            return file.current().tls if file else None

        def connection(connected: Connected, tls: Tls | None) -> Connection:
            state: dict[str, Any] = {"config": self.config, "server_state": self.server_state, "app_state": {}}
            return Connection(self.connections, connected, tls, **state, _loop=loop)

        self._acceptors = [Acceptor(each, self.connections, tls, connection) for each in sockets or []]
        self.started = True

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second; true ends serving."""
        if counter % 10 == 0:
            self.connections.check()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the sockets, let responses end for a moment, and abort the others."""
        for acceptor in self._acceptors:
            acceptor.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + GRACE_SECONDS
        while self.server_state.connections and loop.time() < deadline:
            await asyncio.sleep(0.02)
        self.connections.abort()
        while self.server_state.tasks and loop.time() < deadline + GRACE_SECONDS:
            await asyncio.sleep(0.02)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Replaces uvicorn's handlers, which would close the socket first."""
        loop = asyncio.get_running_loop()
        tasks: set[asyncio.Task[None]] = set()

        def shut_down() -> None:
            task = loop.create_task(self._shut_down())
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        with self._signals.handled(
            stop=lambda: loop.call_soon_threadsafe(shut_down),
            reload=lambda: loop.call_soon_threadsafe(self._on_reload),
        ):
            yield

    async def _shut_down(self) -> None:
        if not self._shutting_down:
            self._shutting_down = True
            await self._on_shutdown()
            self.should_exit = True
