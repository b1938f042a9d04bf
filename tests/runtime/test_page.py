"""The bytes of a response."""

import zlib

from hypothesis import given
from hypothesis import strategies as st

from exporter.runtime.page import GZIP, Page

binary = st.binary(max_size=3000)


@given(binary, st.lists(binary, max_size=3))
def test_every_response_is_one_complete_gzip_member(body: bytes, tails: list[bytes]) -> None:
    """Several members would be valid, but curl fails on them and Chromium shows only the first."""
    page = Page(body)
    for tail in tails:
        decompressor = zlib.decompressobj(GZIP)
        found = decompressor.decompress(b"".join(page.gzip(tail)))
        assert (body + tail, True, b"") == (found, decompressor.eof, decompressor.unused_data)
        assert body + tail == b"".join(page.plain(tail))


def test_a_large_page_is_complete() -> None:
    """Beyond zlib's window and its output buffers."""
    body = b"".join(b'cost{who="%d"} %d.%d\n' % (n, n * 7919 % 1000, n) for n in range(50_000))
    compressed = b"".join(Page(body).gzip(b"# EOF\n"))
    assert body + b"# EOF\n" == zlib.decompress(compressed, GZIP)
    assert len(compressed) < len(body) / 3
