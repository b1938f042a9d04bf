"""The web server: its listening socket and graceful shutdown."""

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import uvicorn
from starlette.types import ASGIApp

from exporter.errors import ConfigError
from exporter.signals import Signals

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


def listen(address: str) -> socket.socket:
    """A listening socket for `:10365`, `host:port` or `[::1]:port`; raises `ConfigError`."""
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        raise ConfigError([f"--web.listen-address: {address!r} is not [host]:port"])
    everywhere = not host and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if everywhere or ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, int(port)), family=family, dualstack_ipv6=everywhere, backlog=128)
    except OSError as error:
        raise ConfigError([f"--web.listen-address: {address}: {_reason(error)}"]) from error
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio does not set it on this socket
    return listening


def _reason(error: OSError) -> str:
    """The system's message; those of asyncio and socket append the address."""
    known = error.errno is not None and error.errno > 0
    return os.strerror(error.errno or 0) if known else str(error.strerror or error)


class Server(uvicorn.Server):
    """Serves until SIGTERM or SIGINT, which run `on_shutdown` before the socket is closed; SIGHUP runs `on_reload`."""

    def __init__(self, app: ASGIApp, signals: Signals, *, on_shutdown: Work, on_reload: Callable[[], object]) -> None:
        super().__init__(
            uvicorn.Config(
                app, lifespan="off", log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=1
            )
        )
        self._signals = signals
        self._on_shutdown = on_shutdown
        self._on_reload = on_reload
        self._shutting_down = False

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
