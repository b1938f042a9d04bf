"""The open connections: at most so many, and none that waits too long for its client."""

import asyncio
import logging
import resource
import time
from dataclasses import dataclass, field
from enum import IntEnum

log = logging.getLogger(__name__)

MOST, LEAST = 4096, 8
"""The bounds of the limit that is computed from the limit of open files."""
RESERVE = 64
"""The fewest descriptors that are left to files and to requests to the APIs; a quarter of them if that is more."""
PROGRESS_SECONDS = 2.0
"""A response that took bytes within this time is not aborted for a new connection."""
LOG_SECONDS = 60.0
"""How often closed connections are logged at most."""


class State(IntEnum):
    """What a connection waits for."""

    IDLE = 0
    """The next request."""
    READING = 1
    """The handshake, or the rest of a request."""
    RESPONDING = 2
    """The response, or the client that reads it."""


TIMEOUTS = {State.IDLE: 120.0, State.READING: 10.0, State.RESPONDING: 30.0}
"""Seconds after which a connection is closed; a response's are counted from the last byte that the client took."""


@dataclass(eq=False)
class Connected:
    """A connection as the limits see it; `transport` is that of the socket, below TLS."""

    transport: asyncio.Transport
    state: State
    since: float
    unsent: int = field(default=0)

    def enter(self, state: State) -> None:
        """Begin to wait for something else."""
        self.state, self.since = state, time.monotonic()


def limit_below_descriptors() -> int:
    """The most connections that leave a reserve of the descriptors that the process may open."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if descriptors == resource.RLIM_INFINITY:
        return MOST
    return max(LEAST, min(MOST, descriptors - max(RESERVE, descriptors // 4)))


class Connections:
    """All open connections; at the limit, a new one replaces the one that has been idle or stalled for longest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[Connected] = set()
        self._closed = {"replaced": 0, "refused": 0}
        self._logged = -LOG_SECONDS

    def __len__(self) -> int:
        return len(self._open)

    def opened(self, transport: asyncio.Transport) -> Connected | None:
        """Admit a connection, or abort it and return None."""
        now = time.monotonic()
        if len(self._open) >= self._most:
            longest = min(self._open, key=lambda each: (each.state is State.RESPONDING, each.since))
            if longest.state is State.RESPONDING and now - longest.since < PROGRESS_SECONDS:
                self._closed["refused"] += 1
                transport.abort()
                return None
            self._closed["replaced"] += 1
            self._abort(longest)
        connected = Connected(transport, State.READING, now)
        self._open.add(connected)
        return connected

    def closed(self, connected: Connected) -> None:
        """Forget a connection."""
        self._open.discard(connected)

    def check(self) -> None:
        """Abort the connections that wait for too long; to be called every second."""
        now = time.monotonic()
        for each in list(self._open):
            if each.state is State.RESPONDING:
                unsent = each.transport.get_write_buffer_size()
                if not unsent or unsent != each.unsent:
                    each.unsent, each.since = unsent, now
            if now - each.since > TIMEOUTS[each.state]:
                self._abort(each)
        if any(self._closed.values()) and now - self._logged >= LOG_SECONDS:
            log.warning("connections closed at the limit", extra={"limit": self._most, **self._closed})
            self._closed, self._logged = dict.fromkeys(self._closed, 0), now

    def abort(self) -> None:
        """Abort all connections."""
        for each in list(self._open):
            self._abort(each)

    def _abort(self, connected: Connected) -> None:
        self._open.discard(connected)
        connected.transport.abort()
