"""Bodies as they arrive: decoded, limited in size, and known to be complete."""

import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

from urllib3 import BaseHTTPResponse

from exporter.errors import Malformed

CHUNK = 1 << 18
PAGE, LOGIN, ERROR, STREAM = 1 << 28, 1 << 20, 1 << 16, 1 << 37
"""Decoded bytes that are read: of a page, of a login host's answer, of an error (the rest is not read), of a stream."""
UNFRAMED = "the answer has neither a length nor chunks, so that it can't be known to be complete"
ZLIB_OR_GZIP, RAW = 32 + zlib.MAX_WBITS, -zlib.MAX_WBITS


def chunks(raw: BaseHTTPResponse, limit: int, *, framed: bool = False) -> Iterator[bytes]:
    """The decoded body in pieces; raises `Malformed` for an unusable one, or after `limit` bytes of a larger one.

    A compressed body must reach the end of its stream. With `framed` any other needs a length or chunks (RFC 9112,
    section 6): a body that only ends with its connection may have been cut.
    """
    coding, transfer = _header(raw, "Content-Encoding"), _header(raw, "Transfer-Encoding")
    if coding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise Malformed(f"the content coding {coding[:40]!r} was not requested")
    if transfer not in {"", "identity", "chunked"}:
        raise Malformed(f"the transfer coding {transfer[:40]!r} was not requested")
    plain = coding in {"", "identity"}
    has_end = raw.length_remaining is not None or transfer == "chunked"
    if framed and plain and not has_end:
        raise Malformed(UNFRAMED)
    received = _received(raw)
    remaining = limit
    for piece in received if plain else inflated(received, open_end=framed and not has_end):
        yield piece[:remaining]
        remaining -= len(piece)
        if remaining < 0:
            raise Malformed(f"the answer is larger than {limit} bytes")


def beginning(raw: BaseHTTPResponse) -> bytes:
    """The first bytes of an error's body; what can't be decoded is left out."""
    found = bytearray()
    with suppress(Malformed):
        for piece in chunks(raw, ERROR):
            found += piece
    return bytes(found)


def _header(raw: BaseHTTPResponse, name: str) -> str:
    return raw.headers.get(name, "").strip().lower()


def _received(raw: BaseHTTPResponse) -> Iterator[bytes]:
    while piece := raw.read1(CHUNK, decode_content=False):
        yield piece


def inflated(received: Iterator[bytes], *, open_end: bool = False) -> Iterator[bytes]:
    """Gzip (RFC 1952), zlib (RFC 1950) or, as some servers understand `deflate`, neither; never much at once.

    gzip may come in several members. With an `open_end` only the end of one member shows that nothing is missing.
    """
    first = b""
    while len(first) < 2 and (piece := next(received, b"")):
        first += piece
    if not first and not open_end:
        return
    try:
        inflater = _inflater(first)
        for piece in chain([first], received):
            while piece:
                if inflater.eof:
                    if open_end:
                        raise Malformed(UNFRAMED)
                    inflater = zlib.decompressobj(ZLIB_OR_GZIP)
                if found := inflater.decompress(piece, CHUNK):
                    yield found
                piece = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
        while found := inflater.decompress(b"", CHUNK):
            yield found
    except zlib.error as error:
        raise Malformed(f"the answer can't be decompressed: {error}") from error
    if not inflater.eof:
        raise Malformed("the answer ends in the middle of its compressed stream")


def _inflater(first: bytes) -> "zlib._Decompress":
    """A decompressor for a body that begins so: the two bytes of a zlib or gzip header rule raw deflate out."""
    try:
        zlib.decompressobj(ZLIB_OR_GZIP).decompress(first, 1)
    except zlib.error:
        return zlib.decompressobj(RAW)
    return zlib.decompressobj(ZLIB_OR_GZIP)
