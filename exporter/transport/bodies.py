"""Bodies as they arrive: decoded, limited in size, and complete beyond doubt."""

import zlib
from collections.abc import Iterator
from contextlib import suppress

from urllib3 import BaseHTTPResponse

from exporter.errors import Malformed

CHUNK = 1 << 18
PAGE, LOGIN, ERROR, STREAM = 1 << 28, 1 << 20, 1 << 16, 1 << 37
"""Decoded bytes that are read: of a page, of an answer of a login host, of an error (the rest is left), of a stream."""
UNFRAMED = "the answer has neither a length nor chunks, so that it can't be known to be complete"
ZLIB_OR_GZIP, RAW = 32 + zlib.MAX_WBITS, -zlib.MAX_WBITS


def chunks(raw: BaseHTTPResponse, limit: int, *, framed: bool = False) -> Iterator[bytes]:
    """The decoded body in pieces; raises `Malformed` for one that is larger than `limit` bytes, or unusable.

    A compressed body must reach the end of its stream. With `framed` any other needs a length or chunks (RFC 9112,
    section 6): a body that only ends with its connection does not show that it was cut.
    """
    coding = raw.headers.get("Content-Encoding", "").strip().lower()
    if coding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise Malformed(f"the content coding {coding[:40]!r} was not asked for")
    plain = coding in {"", "identity"}
    transfer = raw.headers.get("Transfer-Encoding", "").strip().lower()
    # As http.client understands them; another transfer coding is read up to the end of the connection.
    open_end = framed and transfer != "chunked" and (bool(transfer) or raw.length_remaining is None)
    if open_end and plain:
        raise Malformed(UNFRAMED)
    received = _received(raw)
    size = 0
    for piece in received if plain else _inflated(received, single=open_end):
        size += len(piece)
        if size > limit:
            raise Malformed(f"the answer is larger than {limit} bytes")
        yield piece


def beginning(raw: BaseHTTPResponse) -> bytes:
    """The first bytes of an error's body; what can't be decoded is left out."""
    found = bytearray()
    with suppress(Malformed):
        for piece in chunks(raw, ERROR):
            found += piece
    return bytes(found)


def _received(raw: BaseHTTPResponse) -> Iterator[bytes]:
    while piece := raw.read1(CHUNK, decode_content=False):
        yield piece


def _inflated(received: Iterator[bytes], *, single: bool) -> Iterator[bytes]:
    """Gzip (RFC 1952), zlib (RFC 1950) or, as some servers understand `deflate`, neither; never much at once.

    gzip may come in several members; the end of a `single` one shows that nothing is missing.
    """
    inflater = None
    try:
        for piece in received:
            if inflater is None:
                inflater = _inflater(piece)
            while piece:
                if inflater.eof:
                    if single:
                        raise Malformed(UNFRAMED)
                    inflater = zlib.decompressobj(ZLIB_OR_GZIP)
                if found := inflater.decompress(piece, CHUNK):
                    yield found
                piece = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
        while inflater is not None and (found := inflater.decompress(b"", CHUNK)):
            yield found
    except zlib.error as error:
        raise Malformed(f"the answer can't be decompressed: {error}") from error
    if inflater is not None and not inflater.eof:
        raise Malformed("the answer ends in the middle of its compressed stream")


def _inflater(first: bytes) -> "zlib._Decompress":
    try:
        zlib.decompressobj(ZLIB_OR_GZIP).decompress(first, 1)
    except zlib.error:
        return zlib.decompressobj(RAW)
    return zlib.decompressobj(ZLIB_OR_GZIP)
