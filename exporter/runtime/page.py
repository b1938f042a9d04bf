"""A page of the text format as the bytes of an answer, plain and compressed."""

import zlib

FASTEST, GZIP = 1, zlib.MAX_WBITS + 16
"""zlib's lowest level, and its code for gzip's header and trailer (RFC 1952)."""


class Page:
    """A body and its compressed form, made together and never changed.

    A page ends with a tail of its own for each answer, the exporter's own metrics. Only the tail is compressed then:
    each answer continues from a copy of the compressor's state after the body, and is one gzip member.
    """

    __slots__ = ("_compressed", "_compressor", "body")

    def __init__(self, body: bytes = b"") -> None:
        self.body = body
        self._compressor = zlib.compressobj(FASTEST, wbits=GZIP)
        self._compressed = self._compressor.compress(body)

    def plain(self, tail: bytes) -> tuple[bytes, bytes]:
        """The parts of an answer; the larger one is shared by all answers."""
        return self.body, tail

    def gzip(self, tail: bytes) -> tuple[bytes, bytes]:
        """The parts of the same answer, compressed."""
        compressor = self._compressor.copy()
        return self._compressed, compressor.compress(tail) + compressor.flush()
