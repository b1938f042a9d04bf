"""Faults of the body in answers that are valid HTTP."""

import zlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from starlette.types import Message

from exporter.simulator.server.exchange import Exchange
from exporter.simulator.server.faults.gateway_pages import Server, gateway_page
from exporter.simulator.server.faults.kinds import Status, body_part, unframed

GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class Truncated:
    """The ordinary answer with no more than the first `after` bytes of its body, in an answer that looks complete.

    Its `framing` marks its end: a Content-Length of what is sent, a last chunk, or nothing but the connection's
    orderly end (RFC 9112, section 6.3). With `gzip` these bytes come as a gzip stream that ends at a flush: it
    decodes to all of them, but lacks its last block and its trailer (RFC 1952, section 2.3).
    """

    after: int
    framing: Literal["length", "chunked", "close"] = "length"
    gzip: bool = False

    async def apply(self, exchange: Exchange) -> None:
        """Send the beginning as if it were all."""
        start, body = await exchange.answer()
        body = body[: self.after]
        encoding = []
        if self.gzip:
            stream = zlib.compressobj(wbits=GZIP)
            body = stream.compress(body) + stream.flush(zlib.Z_SYNC_FLUSH)
            encoding = [(b"content-encoding", b"gzip")]
        if self.framing == "close":
            # The server's HTTP library frames every answer itself, so this one goes past it.
            await exchange.raw(_head(unframed(start, *encoding, (b"connection", b"close"))) + body)
            return
        length = [(b"content-length", str(len(body)).encode())] if self.framing == "length" else []
        await exchange.send(unframed(start, *encoding, *length))
        await exchange.send(body_part(body))


@dataclass(frozen=True)
class Gateway:
    """The HTML page of a server in front of the service, with any status: 404, 400 and 200 as well as 5xx."""

    status: int
    server: Server = "nginx"

    async def apply(self, exchange: Exchange) -> None:
        """Send the page; the service sees nothing of the request."""
        page, headers, content_type = gateway_page(self.server, self.status)
        await Status(self.status, page, headers, content_type).apply(exchange)


def _head(start: Message) -> bytes:
    status = HTTPStatus(start["status"])
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode(), *(b": ".join(pair) for pair in start["headers"])]
    return b"\r\n".join([*lines, b"", b""])
