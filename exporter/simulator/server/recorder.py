"""Every request that reached the server, recorded for assertions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

MAX_REQUESTS = 10_000
"""Requests that are stored; beyond them the older half is dropped."""


@dataclass(frozen=True)
class Received:
    """One request as it came: header names in lower case, the query undecoded, the simulated time."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)
    time: datetime

    @property
    def parameters(self) -> dict[str, str]:
        """The query, decoded; of a repeated name the last value."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True)
class Recorder:
    """Records every request, those that a fault answers included."""

    app: ASGIApp
    received: list[Received]
    clock: Callable[[], datetime]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Record the request and pass it on."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        self.received.append(Received(scope["method"], scope["path"], query, headers, self.clock()))
        if len(self.received) > MAX_REQUESTS:
            del self.received[: MAX_REQUESTS // 2]
        await self.app(scope, receive, send)
