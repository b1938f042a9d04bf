"""A time limit for one whole response, enforced by shutting its connection down.

A read timeout does not end a response that arrives byte by byte.
"""

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
    """Shuts down every connection that is opened or used while it is `current`, `seconds` after entering its context.

    A connection that a later request uses again belongs to that request's deadline alone.
    """

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._lock = threading.Lock()
        self._watched: dict[HTTPConnection, socket.socket] = {}
        self._seconds = seconds
        self._pending = threading.Lock()

    @contextmanager
    def current(self) -> Iterator[None]:
        """Connections that this thread opens or uses in this context are watched."""
        before = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(before)

    def watch(self, connection: HTTPConnection, sock: Any) -> None:
        """Watch a duplicate of `sock`: wrapping a socket in TLS leaves the plain object without its descriptor."""
        self.release(connection)
        duplicate = socket.socket(fileno=os.dup(sock.fileno()))
        with self._lock:
            self._watched[connection] = duplicate
            if self.expired:
                _shut_down(duplicate)

    def release(self, connection: HTTPConnection) -> None:
        """Leave a connection alone from now on."""
        with self._lock:
            if duplicate := self._watched.pop(connection, None):
                duplicate.close()

    def _wait(self) -> None:
        if self._pending.acquire(timeout=self._seconds):
            return
        with self._lock:
            self.expired = True
            for sock in self._watched.values():
                _shut_down(sock)

    def __enter__(self) -> Self:
        self._pending.acquire()
        threading.Thread(target=self._wait, name="deadline", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pending.release()
        for connection in tuple(self._watched):
            self.release(connection)


_CURRENT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def _shut_down(sock: socket.socket) -> None:
    with suppress(OSError):  # the server has closed it already
        sock.shutdown(socket.SHUT_RDWR)


class _Connection(HTTPConnection):
    """Watched from the TCP connection on: CONNECT and the TLS handshake may arrive byte by byte too."""

    _deadline: Deadline | None = None

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        self._watch(sock)
        return sock

    def _tunnel(self) -> None:
        super()._tunnel()
        if self._deadline and self._deadline.expired:  # the end of the connection looks like the end of the headers
            raise TimeoutError

    def request(self, *arguments: Any, **keywords: Any) -> None:
        if self.sock:  # left open by an earlier request
            self._watch(self.sock)
        super().request(*arguments, **keywords)

    def _watch(self, sock: Any) -> None:
        if self._deadline:
            self._deadline.release(self)
        self._deadline = _CURRENT.get()
        if self._deadline:
            self._deadline.watch(self, sock)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class WatchedAdapter(HTTPAdapter):
    """The adapter of `requests`, whose connections the current `Deadline` watches; through an HTTP proxy as well."""

    _pools: ClassVar[dict[str, type[HTTPConnectionPool]]] = {"http": _Pool, "https": _TlsPool}

    def init_poolmanager(self, *arguments: Any, **keywords: Any) -> None:
        super().init_poolmanager(*arguments, **keywords)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **keywords: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **keywords)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self._pools
        return manager
