"""A limit in time for one whole answer, kept by closing its connection: no read time-out sees a server that drips."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Any, ClassVar, Self

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Deadline:
    """Shuts down every connection that is made while it is `current`, `seconds` after its context was entered."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._seconds = seconds
        self._pending = threading.Lock()

    @contextmanager
    def current(self) -> Iterator[None]:
        """Connections that this thread opens or uses meanwhile are watched."""
        before = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(before)

    def watch(self, sock: Any) -> None:
        """Watch a duplicate: wrapping a socket in TLS leaves the plain object without its descriptor."""
        duplicate = socket.socket(fileno=os.dup(sock.fileno()))
        with self._lock:
            self._watched.append(duplicate)
            if self.expired:
                _shut_down(duplicate)

    def _wait(self) -> None:
        if self._pending.acquire(timeout=self._seconds):
            return
        with self._lock:
            self.expired = True
            for sock in self._watched:
                _shut_down(sock)

    def __enter__(self) -> Self:
        self._pending.acquire()
        threading.Thread(target=self._wait, name="deadline", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pending.release()
        with self._lock:
            for sock in self._watched:
                sock.close()
            self._watched.clear()


_CURRENT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def _shut_down(sock: socket.socket) -> None:
    with suppress(OSError):  # the server was quicker
        sock.shutdown(socket.SHUT_RDWR)


def _watch(sock: Any) -> None:
    deadline = _CURRENT.get()
    if deadline and sock is not None:
        deadline.watch(sock)


class _Http(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        _watch(sock)
        return sock

    def request(self, *arguments: Any, **keywords: Any) -> None:
        _watch(self.sock)  # one that was kept open from an earlier request
        super().request(*arguments, **keywords)


class _Https(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        _watch(sock)  # before the TLS handshake, which may drip too
        return sock

    def request(self, *arguments: Any, **keywords: Any) -> None:
        _watch(self.sock)
        super().request(*arguments, **keywords)


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class WatchedAdapter(HTTPAdapter):
    """`requests`' adapter, whose connections the current `Deadline` watches; through a proxy as well."""

    _pools: ClassVar[dict[str, type[HTTPConnectionPool]]] = {"http": _HttpPool, "https": _HttpsPool}

    def init_poolmanager(self, *arguments: Any, **keywords: Any) -> None:
        super().init_poolmanager(*arguments, **keywords)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **keywords: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **keywords)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self._pools
        return manager
