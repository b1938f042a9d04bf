"""Faults in front of every service: by script or by dice."""

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

    async def spoil(self, exchange: Exchange) -> None:
        """Answer `exchange`, or don't."""


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
class _Dice:
    probability: float
    chance: random.Random
    kinds: Sequence[Fault]
    contains: str


@dataclass
class Faults:
    """Which requests fail, and how; everything else passes untouched."""

    scripts: list[_Script] = field(default_factory=list)
    thrown: list[_Dice] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def script(self, contains: str, *faults: Fault, times: int | None = 1) -> None:
        """Answer the next requests whose path contains `contains` (in any case) with `faults`, `times` over.

        With ``times=None`` they return in a ring until `clear`. A pass in between is written ``Slow(0)``.
        """
        if not faults:
            raise ValueError("a script needs at least one fault")
        coming: deque[Fault] = deque() if times is None else deque(chain(*repeat(faults, times)))
        with self.lock:
            self.scripts.append(_Script(contains.lower(), coming, faults if times is None else ()))

    def dice(self, probability: float, seed: int, kinds: Sequence[Fault] = ANY, contains: str = "") -> None:
        """Let each request fail with `probability` (0-1) in one of `kinds`, alike for the same seed."""
        with self.lock:
            self.thrown.append(_Dice(probability, random.Random(seed), kinds, contains.lower()))

    def clear(self) -> None:
        """Forget all scripts and dice: every answer is ordinary again."""
        with self.lock:
            self.scripts.clear()
            self.thrown.clear()

    def of(self, path: str) -> Fault | None:
        """The fault that meets the next request for `path`: the oldest script's, else the dice's."""
        path = path.lower()
        with self.lock:
            for script in self.scripts:
                fault = script.next() if script.contains in path else None
                if fault is not None:
                    return fault
            for dice in self.thrown:
                if dice.contains in path and dice.chance.random() < dice.probability:
                    return dice.chance.choice(dice.kinds)
        return None


@dataclass(frozen=True)
class FaultLayer:
    """The ASGI layer that asks `faults` before it lets a request through."""

    app: ASGIApp
    faults: Faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Spoil the request or pass it on."""
        fault = self.faults.of(scope["path"])
        if fault is None:
            await self.app(scope, receive, send)
        else:
            await fault.spoil(Exchange(self.app, scope, receive, send))
