"""Deadlines: through a proxy, on connections that are used again, and without a trace of earlier requests."""

import os
import threading
from collections.abc import Callable

import pytest
import requests

from exporter.errors import Reason, Transient
from exporter.transport.deadline import Watchdog, WatchedAdapter
from exporter.transport.http import HttpClient, Unobserved
from tests.harness import Answer, CannedService
from tests.wire import Wire, dripping

REQUESTS = 2_000
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"


def test_no_descriptor_and_no_thread_outlives_its_request(canned: CannedService) -> None:
    """Whether the response is whole, an error that is not read to its end, cut, or not read at all."""
    canned.answer("/whole", Answer(b""))
    canned.answer("/error", Answer(b"x" * 100_000, 503))
    canned.answer("/cut", Answer(b"x", cut=True))
    http = HttpClient(origin=canned.url, observer=Unobserved(), timeout=60)

    def request(path: str) -> None:
        try:
            http.request("GET", f"{canned.url}{path}")
        except Transient:
            assert path == "/cut"

    def abandon() -> None:
        with http.stream("GET", f"{canned.url}/whole", total_seconds=60):
            pass

    def used() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), threading.active_count()  # noqa: PTH208

    request("/whole")
    before = used()
    most = before
    for number in range(REQUESTS):
        request(("/error", "/cut", "/whole")[min(number % 10, 2)])
        if number % 10 == 3:
            abandon()
        most = max(most[0], used()[0]), max(most[1], used()[1])
    # The service's own threads and sockets are of the same process, and end a moment later than the client's.
    assert all(largest - first < 50 for first, largest in zip(before, most, strict=True)), (before, most)


def test_a_connection_that_another_request_uses_is_left_alone() -> None:
    """The deadline of the request before may still be running."""
    watchdog = Watchdog()
    with watchdog.deadline(0.2) as first:

        def script(send: Callable[[bytes], None], over: threading.Event) -> None:
            send(BODY)
            while not first.expired and not over.wait(0.01):
                pass
            send(BODY)

        session = requests.Session()
        session.mount("http://", WatchedAdapter())
        with Wire(script) as wire, session:
            with first.current():
                assert b"x" == session.get(wire.url, timeout=60).content
            with watchdog.deadline(60) as second, second.current():
                assert b"x" == session.get(wire.url, timeout=60).content
            assert (True, False) == (first.expired, second.expired)


def test_a_proxy_that_drips_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it opens the tunnel."""
    url = "https://elsewhere.example/"
    monkeypatch.setenv("NO_PROXY", "")
    with Wire(dripping(b"HTTP/1.1 200 ", b"O")) as wire:
        monkeypatch.setenv("HTTPS_PROXY", wire.url)
        require_timeout(url)
    assert wire.received[0].startswith(b"CONNECT elsewhere.example:443")


def test_a_handshake_that_drips_ends_at_the_deadline() -> None:
    """A TLS record of 16 KiB, byte by byte."""
    with Wire(dripping(b"\x16\x03\x03\x40\x00", b"\x02")) as wire:
        require_timeout(wire.url.replace("http:", "https:"))


def require_timeout(url: str) -> None:
    with pytest.raises(Transient, match=r"no whole answer within 0\.3 s") as raised:
        HttpClient(origin=url, observer=Unobserved(), timeout=0.3).request("GET", url)
    assert Reason.TIMEOUT is raised.value.reason
