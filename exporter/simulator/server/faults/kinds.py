"""Faults of status, time and connection."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import Message

from exporter.simulator.server.exchange import Exchange
from exporter.simulator.server.json_text import dumps

PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


@dataclass(frozen=True)
class Status:
    """A given answer: `body` is sent as it is if it is text or bytes, else as JSON."""

    status: int
    body: object = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"

    async def apply(self, exchange: Exchange) -> None:
        """Send it; the service sees nothing of the request."""
        body = self._bytes()
        # An answer without content has no length either (RFC 9110, section 8.6).
        headers = {**({} if self.status == 204 else {"content-length": str(len(body))}), **self.headers}
        if body:
            headers = {"content-type": self.content_type, **headers}
        await exchange.send(_start(self.status, headers))
        await exchange.send(body_part(body))

    def response(self) -> Response:
        """The same answer, for a service that gives it by itself."""
        body = self._bytes()
        return Response(body, self.status, dict(self.headers), self.content_type if body else None)

    def _bytes(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else dumps(self.body)).encode()


@dataclass(frozen=True)
class Html:
    """A gateway's HTML page where JSON was requested, with any status."""

    status: int = 502
    headers: Mapping[str, str] = field(default_factory=dict)

    async def apply(self, exchange: Exchange) -> None:
        """Send the page."""
        page = PAGE.format(f"{self.status} Service unavailable")
        await Status(self.status, page, self.headers, "text/html; charset=utf-8").apply(exchange)


@dataclass(frozen=True)
class Redirect:
    """An answer that points elsewhere, for instance to a foreign origin."""

    location: str
    status: int = 302

    async def apply(self, exchange: Exchange) -> None:
        """Send the location."""
        await Status(self.status, headers={"Location": self.location}).apply(exchange)


@dataclass(frozen=True)
class Cut:
    """The ordinary answer, whose connection closes after `after` bytes of the body, and in any case before its end.

    The answer states a longer Content-Length or, if `chunked`, lacks the last chunk (RFC 9112, section 8).
    """

    after: int = 200
    chunked: bool = False

    async def apply(self, exchange: Exchange) -> None:
        """Send a part and close."""
        start, body = await exchange.answer()
        if self.chunked:
            start = unframed(start)
        await exchange.send(start)
        await exchange.send(body_part(body[: min(self.after, max(len(body) - 1, 0))], more=True))
        await exchange.close()


@dataclass(frozen=True)
class Slow:
    """The ordinary answer, `seconds` late; ``Slow(0)`` changes nothing."""

    seconds: float

    async def apply(self, exchange: Exchange) -> None:
        """Wait before the first byte; give up when the client does."""
        if not self.seconds or await exchange.pause(self.seconds):
            await exchange.pass_on()


@dataclass(frozen=True)
class Drip:
    """The ordinary answer, whose body takes `seconds` and comes in `pieces`."""

    seconds: float
    pieces: int = 10

    async def apply(self, exchange: Exchange) -> None:
        """Send piece by piece; give up when the client does."""
        start, body = await exchange.answer()
        await exchange.send(start)
        size = -(-len(body) // self.pieces) or 1
        for place in range(0, len(body), size):
            if not await exchange.pause(self.seconds / self.pieces):
                return
            await exchange.send(body_part(body[place : place + size], more=True))
        await exchange.send(body_part(b""))


@dataclass(frozen=True)
class Drop:
    """No answer: the connection closes."""

    async def apply(self, exchange: Exchange) -> None:
        """Close the connection at once."""
        await exchange.drop()


def _start(status: int, headers: Mapping[str, str]) -> Message:
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": pairs}


def unframed(start: Message, *more: tuple[bytes, bytes]) -> Message:
    """An answer's status and headers without its Content-Length, and with `more` headers."""
    headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
    return {**start, "headers": [*headers, *more]}


def body_part(body: bytes, *, more: bool = False) -> Message:
    """The last part of a body, or one that `more` follow."""
    return {"type": "http.response.body", "body": body, "more_body": more}
