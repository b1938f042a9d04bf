"""The server under clients that send or read nothing, with few descriptors, and with requests that are too large."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.process import eventually, free_port
from tests.web.serving import Served, closed, received, serving

REQUEST = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(free_port()) as server:
        yield server


def test_idle_connections_do_not_use_up_the_descriptors() -> None:
    """With 128 descriptors and 200 idle connections requests are served; one line of the log reports it."""
    with serving(free_port(), descriptors=128) as server, ExitStack() as stack:
        idle = [stack.enter_context(server.connect()) for _ in range(200)]
        assert [200] * 20 == [server.get("/metrics")[0] for _ in range(20)]
        assert closed(idle[0], 5)
        assert not closed(idle[-1])
        eventually(lambda: sum(map(closed, idle)) >= 136, "at most 64 connections")
        output = server.stop()
    assert 1 == output.count('msg="connections limited"')
    assert len(output) < 5_000


def test_exhausted_descriptors_pause_accepting() -> None:
    """Without a busy loop and without a line for each attempt; who waits is served once there are descriptors again."""
    with serving(free_port(), descriptors=256, held=120) as server, ExitStack() as stack:
        idle = [stack.enter_context(server.connect()) for _ in range(180)]
        waiting = stack.enter_context(server.connect())
        waiting.sendall(REQUEST)
        files = Path(f"/proc/{server.process.pid}/fd")
        eventually(lambda: len(list(files.iterdir())) == 256, "no free descriptor")
        assert not closed(waiting)
        for client in idle:
            client.close()
        assert waiting.recv(12) == b"HTTP/1.1 200"
        output = server.stop()
    (exhausted,) = re.findall(r"exhausted=([0-9]+)", output)
    assert 1 <= int(exhausted) < 50
    assert len(output) < 5_000


def test_slow_and_idle_clients_do_not_delay_a_scrape() -> None:
    """500 idle, 200 slow; the memory does not grow with them, and SIGTERM ends it within 5 s."""
    size = 20 << 20
    with serving(free_port(), size=size, connections=1000) as server, ExitStack() as stack:
        server.get("/metrics")
        before = int(server.get("/memory")[1].split()[-1]) * 4096
        for _ in range(500):
            stack.enter_context(server.connect())
        for _ in range(200):
            stack.enter_context(server.connect(receive_buffer=4096)).sendall(REQUEST)
        results = [server.get("/metrics") for _ in range(5)]
        assert [(200, True)] * 5 == [(status, len(body) > size) for status, body in results]
        assert int(server.get("/memory")[1].split()[-1]) * 4096 - before < 5 * size
        server.stop()


def test_a_connection_in_use_is_not_closed_for_a_new_one() -> None:
    """One that is idle is; if all are in use, the new one is refused."""
    with serving(free_port(), size=20 << 20, connections=2) as server, ExitStack() as stack:
        reading = [stack.enter_context(server.connect(receive_buffer=4096)) for _ in range(2)]
        for client in reading:
            client.sendall(REQUEST)
            assert client.recv(12) == b"HTTP/1.1 200"
        refused = stack.enter_context(server.connect())
        assert closed(refused, 5)
        for client in reading:
            page = client.makefile("rb").read(20 << 20)
            assert (20 << 20, b"x" * 100) == (len(page), page[-100:])
            assert not closed(client)
        assert 200 == server.get("/")[0]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
        (b"GET /" + b"a" * 300_000, b"414"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20_000, b"431"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 60_000, b"431"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 60_000 + b"\r\n\r\n", b"431"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"400"),
    ],
)
def test_a_request_that_is_too_large_or_invalid_is_refused(served: Served, head: bytes, status: bytes) -> None:
    """With its status, and the connection is closed; nothing is logged."""
    with served.connect() as client:
        client.sendall(head)
        assert status == received(client)[9:12]
    assert "" == served.stop()


def test_an_upgrade_is_ignored(served: Served) -> None:
    """A WebSocket request is answered as any other; nothing is logged."""
    fields = "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
    assert 200 == served.get("/", *fields)[0]
    with served.connect() as client:
        client.sendall(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n")
        assert received(client)[9:10] == b"4"
    assert "" == served.stop()


def test_pipelined_requests_are_answered_in_order(served: Served) -> None:
    """On one connection, which stays open."""
    with served.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 3 + b"GET /no HTTP/1.1\r\nConnection: close\r\n\r\n")
        answer = received(client)
    assert [b"200"] * 3 + [b"404"] == [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]


def test_a_client_that_leaves_is_no_error() -> None:
    """Also with responses to several requests outstanding; nothing is logged."""
    with serving(free_port(), size=20 << 20) as server:
        for _ in range(20):
            with server.connect(receive_buffer=4096) as client:
                client.sendall(REQUEST * 5)
                assert client.recv(12) == b"HTTP/1.1 200"
        assert 200 == server.get("/")[0]
        assert "" == server.stop()
