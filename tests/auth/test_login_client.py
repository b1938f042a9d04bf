"""Texts of the login host's HTTP, which may repeat what was sent."""

import socketserver
import threading
from collections.abc import Iterator

import pytest

from exporter.auth.login_client import LoginClient
from exporter.errors import Reason, Transient
from exporter.transport.http import HttpClient
from tests.transport.sessions import Observer

ASSERTION = "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiJhbiBpc3N1ZXIifQ.c2lnbmVk"


class Echo(socketserver.StreamRequestHandler):
    """Answers with a status line that repeats the body: as an HTTP status, or as no HTTP at all."""

    def handle(self) -> None:
        length = 0
        path = self.rfile.readline().split()[1]
        while line := self.rfile.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        body = self.rfile.read(length)
        self.wfile.write((b"HTTP/1.1 503 " if path == b"/503" else b"") + body + b"\r\nContent-Length: 0\r\n\r\n")


@pytest.fixture
def echo() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["503", "none"])
@pytest.mark.parametrize("name", ["client_assertion", "refresh_token", "client_secret", "code"])
def test_a_status_line_that_repeats_a_secret_is_reported_without_it(echo: str, path: str, name: str) -> None:
    """Whatever the request sent, and msal sends assertions as bytes."""
    login = LoginClient(HttpClient(origin=echo, observer=Observer(), timeout=60), "https://login.example/tenant")
    with pytest.raises(Transient, match=r"login at https://login\.example/tenant: ") as raised:
        login.post(f"{echo}/{path}", data={"grant_type": "x", "client_id": "known", name: ASSERTION.encode()})
    text = str(raised.value)
    assert (Reason.LOGIN, False, True) == (raised.value.reason, ASSERTION[:8] in text, "client_id=known" in text)
