"""Every answer ends: in time, in size, and where its framing says that it ends."""

import gzip
import zlib

import pytest

from exporter.errors import Failure, Malformed, Reason, Transient
from exporter.transport import bodies
from exporter.transport.http import HttpClient, Unobserved
from tests.harness import Answer, CannedService
from tests.wire import Wire, dripping, sending

OK = b"HTTP/1.1 200 OK\r\n"
TWO_MEMBERS = gzip.compress(b"Date,Cost\r\n", mtime=0) + gzip.compress(b"2026-11-01,1\r\n", mtime=0)
DRIPS = {
    "a status line": dripping(b"HTTP/1.1 200 ", b"O"),
    "headers": dripping(OK, b"x: y\r\n"),
    "100-continue": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body with a length": dripping(OK + b"Content-Length: 99999\r\n\r\n", b"x"),
    "a body without": dripping(OK + b"\r\n", b"x"),
    "chunks": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "the extension of a chunk": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
    "trailers": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"x: y\r\n"),
    "a gzip header": dripping(OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08\0\0\0\0\0\0", b"n"),
    "an error's body": dripping(b"HTTP/1.1 500 Oops\r\nContent-Length: 99999\r\n\r\n", b"x"),
    "nothing": dripping(b"", b""),
}


def client(url: str, timeout: float = 5) -> HttpClient:
    return HttpClient(origin=url, observer=Unobserved(), timeout=timeout)


def streamed(url: str) -> bytes:
    with client(url).stream("GET", url, total_seconds=5, framed=True) as (_, chunks):
        return b"".join(chunks)


@pytest.mark.parametrize("part", DRIPS)
def test_an_answer_that_drips_ends_at_its_deadline(part: str) -> None:
    """Whichever part of it: each byte is in time for a time-out of its own."""
    with Wire(DRIPS[part]) as wire, pytest.raises(Transient) as raised:
        client(wire.url, timeout=0.3).request("GET", wire.url)
    assert (Reason.TIMEOUT, True) == (raised.value.reason, "within 0.3 s" in str(raised.value))


@pytest.mark.parametrize("part", ["a body with a length", "chunks", "trailers", "headers"])
def test_a_stream_has_a_deadline_beside_its_silence(part: str) -> None:
    """A body that drips is never silent."""
    with Wire(DRIPS[part]) as wire, pytest.raises(Transient) as raised:  # noqa: SIM117
        with client(wire.url).stream("GET", wire.url, silence_seconds=60, total_seconds=0.3) as (_, chunks):
            b"".join(chunks)
    assert Reason.TIMEOUT == raised.value.reason


def test_a_connection_that_is_used_again_is_watched_too() -> None:
    """The second request finds it open, and opens none that could be watched."""
    first = OK + b"Content-Length: 1\r\n\r\nx"
    with Wire(dripping(first, b"")) as wire:
        again = client(wire.url, timeout=0.5)
        assert b"x" == again.request("GET", wire.url).content
        with pytest.raises(Transient) as raised:
            again.request("GET", wire.url)
    assert (Reason.TIMEOUT, 1) == (raised.value.reason, len(wire.received))


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_page_has_a_largest_size(canned: CannedService, coding: str) -> None:
    """Counted after decompression."""
    for size in (1000, 1001):
        body = b"x" * size
        packed = gzip.compress(body) if coding == "gzip" else body
        canned.answer(f"/{size}", Answer(packed, headers={"Content-Encoding": coding}))
    small = HttpClient(origin=canned.url, observer=Unobserved(), timeout=5, limit=1000)
    assert 1000 == len(small.request("GET", f"{canned.url}/1000").content)
    with pytest.raises(Malformed, match="larger than 1000 bytes"):
        small.request("GET", f"{canned.url}/1001")


def test_no_more_of_an_error_is_read_than_anybody_needs(canned: CannedService) -> None:
    """Its status counts; the rest is left on the wire."""
    canned.answer("/", Answer(b"x" * 10_000_000, 503))
    answer = client(canned.url).request("GET", canned.url)
    assert (503, True) == (answer.status_code, len(answer.content) <= bodies.ERROR)


@pytest.mark.parametrize(
    "body",
    [
        b"\r\nDate,Cost\r\n2026-11-01,1\r\n",
        b"Transfer-Encoding: identity\r\n\r\nDate,Cost\r\n",
        b"Content-Length: -1\r\n\r\nDate,Cost\r\n",
        b"Content-Length: abc\r\n\r\nDate,Cost\r\n",
        b"Content-Length: \r\n\r\nDate,Cost\r\n",
        b"Content-Length: 1234.0\r\n\r\nDate,Cost\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\nDate,Cost\r\n",
        b"Transfer-Encoding: not-chunked\r\n\r\nDate,Cost\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\nDate,Cost\r\n",
        b"Content-Encoding: gzip\r\n\r\n" + TWO_MEMBERS,
    ],
)
def test_a_stream_that_only_ends_with_its_connection_is_refused(body: bytes) -> None:
    """It might have been cut anywhere."""
    with Wire(sending(OK + body)) as wire, pytest.raises(Failure):
        streamed(wire.url)


def test_a_compressed_stream_needs_its_end_and_no_length() -> None:
    """Its trailer shows that it is complete; with a length several members are one body."""
    whole = gzip.compress(b"Date,Cost\r\n")
    with Wire(sending(OK + b"Content-Encoding: gzip\r\n\r\n" + whole)) as wire:
        assert b"Date,Cost\r\n" == streamed(wire.url)
    head = OK + b"Content-Length: %d\r\nContent-Encoding: gzip\r\n\r\n" % len(TWO_MEMBERS)
    with Wire(sending(head + TWO_MEMBERS)) as wire:
        assert b"Date,Cost\r\n2026-11-01,1\r\n" == streamed(wire.url)


def _flushed(wbits: int) -> bytes:
    packer = zlib.compressobj(wbits=wbits)
    return packer.compress(b"Date,Cost\r\n2026-11-01,1\r\n") + packer.flush(zlib.Z_FULL_FLUSH)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (b"gzip", _flushed(31)),
        (b"deflate", _flushed(15)),
        (b"deflate", _flushed(-15)),
        (b"gzip", gzip.compress(b"Date,Cost\r\n")[:-4]),
        (b"gzip", b"Date,Cost\r\n"),
        (b"br", b"Date,Cost\r\n"),
        (b"gzip, gzip", gzip.compress(gzip.compress(b"x"))),
    ],
    ids=["gzip flushed", "zlib flushed", "deflate flushed", "gzip cut", "not gzip", "not requested", "twice"],
)
def test_a_compressed_body_that_ends_early_is_refused_whatever_its_length_says(coding: bytes, body: bytes) -> None:
    """A stream that ends at a flush looks complete to a decompressor; a coding that was not requested is unusable."""
    head = OK + b"Content-Length: %d\r\nContent-Encoding: %s\r\n\r\n" % (len(body), coding)
    with Wire(sending(head + body)) as wire:
        for read in (streamed, lambda url: client(url).request("GET", url)):
            with pytest.raises(Malformed):
                read(wire.url)


@pytest.mark.parametrize("wbits", [31, 15, -15])
def test_every_form_of_deflate_is_read(wbits: int) -> None:
    """`deflate` is zlib by its standard, and raw by the habit of some servers."""
    packer = zlib.compressobj(wbits=wbits)
    body = packer.compress(b"x" * 10_000_000) + packer.flush()
    coding = b"gzip" if wbits == 31 else b"deflate"
    head = OK + b"Content-Length: %d\r\nContent-Encoding: %s\r\n\r\n" % (len(body), coding)
    with Wire(sending(head + body)) as wire:
        assert 10_000_000 == len(client(wire.url).request("GET", wire.url).content)


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_no_cut_of_a_framed_body_is_a_success(cut: int) -> None:
    """With a length, in chunks or compressed: every beginning of the answer is a failure."""
    body = b"Date,Cost\r\n2026-11-01,1\r\n2026-11-02,2\r\n"
    packed = gzip.compress(body)
    for answer in (
        OK + b"Content-Length: %d\r\n\r\n" % len(body) + body,
        OK + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body),
        OK
        + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed),
    ):
        part = answer[: max(0, len(answer) - 5 - cut)]
        with Wire(sending(part)) as wire, pytest.raises(Failure):
            streamed(wire.url)


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: many\r\n", b"Content-Length: -1\r\n", b"Transfer-Encoding: gzip, chunked\r\n"],
)
def test_an_end_that_can_not_be_understood_is_no_end(head: bytes) -> None:
    """`http.client` reads such a body until the connection closes, as if it were whole."""
    with Wire(sending(OK + head + b"\r\nDate,Cost\r\n")) as wire, pytest.raises(Malformed):
        streamed(wire.url)


def test_a_compressed_stream_of_nothing_needs_a_length() -> None:
    """The connection may have broken before its first byte."""
    head = OK + b"Content-Encoding: gzip\r\n"
    with Wire(sending(head + b"\r\n")) as wire, pytest.raises(Malformed, match="in the middle"):
        streamed(wire.url)
    with Wire(sending(head + b"Content-Length: 0\r\n\r\n")) as wire:
        assert b"" == streamed(wire.url)


def test_deflate_is_recognized_by_more_than_its_first_byte() -> None:
    """The first chunk may hold no more than that."""
    packer = zlib.compressobj(wbits=-15)
    body = packer.compress(b"Date,Cost\r\n") + packer.flush()
    chunks = b"1\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (body[:1], len(body) - 1, body[1:])
    head = OK + b"Content-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n"
    with Wire(sending(head + chunks)) as wire:
        assert b"Date,Cost\r\n" == streamed(wire.url)


def test_the_beginning_of_a_large_error_is_read(canned: CannedService) -> None:
    """Even where it arrives in one piece."""
    canned.answer("/", Answer(b"out of order " + b"x" * 100_000, 503))
    assert client(canned.url).request("GET", canned.url).content.startswith(b"out of order ")


def test_an_error_of_the_reader_is_its_own(canned: CannedService) -> None:
    """And not one of the connection."""
    canned.answer("/", Answer(b"x"))
    with (
        pytest.raises(OSError, match="disk full") as raised,
        client(canned.url).stream("GET", canned.url, total_seconds=5),
    ):
        raise OSError("disk full")
    assert OSError is type(raised.value)
