"""The open connections: at most so many, and none that waits too long for its client."""

import logging
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
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
    """A connection as the limits see it: how to abort it, and how many bytes the client has not taken yet."""

    abort: Callable[[], None]
    since: float
    state: State = State.READING
    unsent: Callable[[], int] = int
    last_unsent: int = 0

    @property
    def waits_for(self) -> State:
        """The state; a response whose last bytes are not sent yet is not over, although nothing is added to it."""
        return State.RESPONDING if self.state is State.IDLE and self.unsent() else self.state


def limit(wanted: int = 0) -> int:
    """The most connections: `wanted`, or by default `MOST`, but always with a reserve of the process's descriptors."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if descriptors == resource.RLIM_INFINITY:
        return wanted or MOST
    possible = max(LEAST, descriptors - max(RESERVE, descriptors // 4))
    if wanted > possible:
        log.warning(
            "fewer connections than configured", extra={"limit": possible, "configured": wanted, "files": descriptors}
        )
    return min(wanted or MOST, possible)


class Connections:
    """All open connections; at the limit, a new one replaces the one that has been idle or stalled for longest."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._open: set[Connected] = set()
        self._closed = {"replaced": 0, "refused": 0, "exhausted": 0}
        self._logged = -LOG_SECONDS

    def __len__(self) -> int:
        return len(self._open)

    def opened(self, abort: Callable[[], None]) -> Connected | None:
        """Admit a connection, which `abort` closes at once; None if it must be closed."""
        now = self._clock()
        if len(self._open) >= self._most:
            longest = min(self._open, key=lambda each: (each.waits_for is State.RESPONDING, each.since))
            if longest.waits_for is State.RESPONDING and now - longest.since < PROGRESS_SECONDS:
                self._closed["refused"] += 1
                return None
            self._closed["replaced"] += 1
            self._abort(longest)
        connected = Connected(abort, now)
        self._open.add(connected)
        return connected

    def enter(self, connected: Connected, state: State) -> None:
        """Note that a connection waits for something else."""
        connected.state, connected.since = state, self._clock()

    def exhausted(self) -> None:
        """Note that no connection could be accepted, because descriptors have run out."""
        self._closed["exhausted"] += 1

    def closed(self, connected: Connected) -> None:
        """Forget a connection."""
        self._open.discard(connected)

    def check(self) -> None:
        """Abort the connections that wait for too long; to be called every second."""
        now = self._clock()
        for each in list(self._open):
            state = each.waits_for
            if state is State.RESPONDING:
                unsent = each.unsent()
                if not unsent or unsent != each.last_unsent:
                    each.last_unsent, each.since = unsent, now
            if now - each.since > TIMEOUTS[state]:
                self._abort(each)
        if now - self._logged >= LOG_SECONDS:
            self._report()
            self._logged = now

    def abort(self) -> None:
        """Abort all connections."""
        self._report()
        for each in list(self._open):
            self._abort(each)

    def _report(self) -> None:
        if any(self._closed.values()):
            log.warning("connections limited", extra={"limit": self._most, **self._closed})
            self._closed = dict.fromkeys(self._closed, 0)

    def _abort(self, connected: Connected) -> None:
        self._open.discard(connected)
        connected.abort()
