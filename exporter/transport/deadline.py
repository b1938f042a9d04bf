"""A time limit for one whole response, enforced by shutting its connection down.

A read timeout does not end a response that arrives byte by byte.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, ClassVar

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

LINGER_SECONDS = 10.0
"""How long the thread waits for another request once there is none."""
STOPPING = "not sent, or not read to its end: the exporter is stopping, or the run has ended"


class Deadline:
    """Shuts down every connection that is opened or used while it is `current`, once it has expired or is aborted.

    A connection that a later request uses again belongs to that request's deadline alone.
    """

    def __init__(self) -> None:
        self.expired = self.aborted = False
        self._lock = threading.Lock()
        self._watched: dict[HTTPConnection, socket.socket] = {}

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

    def release_all(self) -> None:
        """Leave all connections alone."""
        for connection in tuple(self._watched):
            self.release(connection)

    def expire(self) -> None:
        """End the request: its time is over."""
        with self._lock:
            self.expired = True
            for sock in self._watched.values():
                _shut_down(sock)

    def abort(self) -> None:
        """End the request: nobody needs its response any more."""
        self.aborted = True
        self.expire()


class Watchdog:
    """Enforces all deadlines with one thread, which runs while there are any, and for some seconds more."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._deadlines: dict[Deadline, float] = {}
        self._wakes_at = 0.0
        self._running = False

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[Deadline]:
        """A deadline `seconds` from now, for the requests within the context."""
        deadline, at = Deadline(), self._clock() + seconds
        with self._changed:
            self._deadlines[deadline] = at
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="deadlines", daemon=True).start()
            elif at < self._wakes_at:
                self._changed.notify()
        try:
            yield deadline
        finally:
            with self._changed:
                self._deadlines.pop(deadline, None)
            deadline.release_all()

    def _run(self) -> None:
        with self._changed:
            while True:
                now = self._clock()
                for deadline in [one for one, at in self._deadlines.items() if at <= now]:
                    del self._deadlines[deadline]
                    deadline.expire()
                # Few are left, since each is withdrawn with its request: a search is as fast as a heap.
                self._wakes_at = min(self._deadlines.values(), default=now + LINGER_SECONDS)
                if not self._changed.wait(self._wakes_at - now) and not self._deadlines:
                    self._running = False
                    return


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
