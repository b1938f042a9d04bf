"""The body of a response to a scrape, plain and compressed."""

import zlib

FASTEST, GZIP = 1, zlib.MAX_WBITS + 16
"""zlib's fastest level, and its window size that selects the gzip format (RFC 1952)."""


class Page:
    """A body and its compressed form, which never change.

    Each response adds its own tail, the exporter's own metrics. Only the tail is compressed for it: the response
    continues from a copy of the compressor's state after the body, and is one gzip member.
    """

    __slots__ = ("_compressed", "_compressor", "body")

    def __init__(self, body: bytes = b"") -> None:
        self.body = body
        self._compressor = zlib.compressobj(FASTEST, wbits=GZIP)
        self._compressed = self._compressor.compress(body)

    def plain(self, tail: bytes) -> tuple[bytes, bytes]:
        """The parts of a response; the body is shared by all responses."""
        return self.body, tail

    def gzip(self, tail: bytes) -> tuple[bytes, bytes]:
        """The parts of the same response, compressed."""
        compressor = self._compressor.copy()
        return self._compressed, compressor.compress(tail) + compressor.flush()
