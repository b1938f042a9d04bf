"""Which requests meet a fault: by script or at random."""

import random
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from exporter.simulator.server.exchange import Exchange
from exporter.simulator.server.faults.kinds import Cut, Drop, Html, Status

ANY = (
    Status(503, headers={"Retry-After": "1"}),
    Status(429, headers={"Retry-After": "1"}),
    Html(502),
    Cut(),
    Drop(),
)


class Fault(Protocol):
    """What happens to a request instead of the ordinary answer."""

    async def apply(self, exchange: Exchange) -> None:
        """Answer `exchange`, or close its connection."""


@dataclass
class _Script:
    contains: str
    coming: deque[Fault]
    forever: tuple[Fault, ...] = ()

    def next(self) -> Fault | None:
        if not self.coming:
            self.coming.extend(self.forever)
        return self.coming.popleft() if self.coming else None


@dataclass(frozen=True)
class _RandomFault:
    probability: float
    source: random.Random
    kinds: Sequence[Fault]
    contains: str


@dataclass
class Faults:
    """Which requests fail, and how; all others are answered as usual."""

    scripts: list[_Script] = field(default_factory=list)
    random_faults: list[_RandomFault] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def script(self, contains: str, *faults: Fault, times: int | None = 1) -> None:
        """Answer the next requests whose path contains `contains` (in any case) with `faults`, `times` over.

        With ``times=None`` they are repeated until `clear`. ``Slow(0)`` lets a request pass.
        """
        if not faults:
            raise ValueError("a script needs at least one fault")
        coming: deque[Fault] = deque() if times is None else deque(chain(*repeat(faults, times)))
        with self.lock:
            self.scripts.append(_Script(contains.lower(), coming, faults if times is None else ()))

    def at_random(self, probability: float, seed: int, kinds: Sequence[Fault] = ANY, contains: str = "") -> None:
        """Let each request fail with `probability` (0-1) in one of `kinds`, the same for the same seed."""
        with self.lock:
            self.random_faults.append(_RandomFault(probability, random.Random(seed), kinds, contains.lower()))

    def clear(self) -> None:
        """Remove all faults: every answer is ordinary again."""
        with self.lock:
            self.scripts.clear()
            self.random_faults.clear()

    def next_for(self, path: str) -> Fault | None:
        """The fault of the next request for `path`: the oldest script's, else a random one."""
        path = path.lower()
        with self.lock:
            for script in self.scripts:
                fault = script.next() if script.contains in path else None
                if fault is not None:
                    return fault
            for random_fault in self.random_faults:
                if random_fault.contains in path and random_fault.source.random() < random_fault.probability:
                    return random_fault.source.choice(random_fault.kinds)
        return None


@dataclass(frozen=True)
class FaultLayer:
    """The ASGI layer that applies `faults` to requests."""

    app: ASGIApp
    faults: Faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Apply a fault, or pass the request on."""
        fault = self.faults.next_for(scope["path"])
        if fault is None:
            await self.app(scope, receive, send)
        else:
            await fault.apply(Exchange(self.app, scope, receive, send))
