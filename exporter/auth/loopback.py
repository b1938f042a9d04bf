"""The redirect URI of a sign-in in a browser: a web server on this machine that waits for one form.

The code is in the body and not in the address, so that no history and no log stores it (RFC 9700, section 4.3.1).
"""

import socket
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from exporter.errors import Reason, Rejected

MAX_FORM = 100_000
"""Bytes of a form that are read."""
PAGE = b"<!DOCTYPE html><title>Back</title><p>This window can be closed; the terminal shows the result.</p>"


class Loopback(HTTPServer):
    """Listens from construction until the end of its context (RFC 8252, section 7.3).

    Another `bind_address` than loopback is for a container, whose published port is the host's loopback.
    """

    def __init__(self, port: int, bind_address: str = "127.0.0.1") -> None:
        self.state = ""
        self.found: dict[str, str] = {}
        if ":" in bind_address:
            self.address_family = socket.AF_INET6
        try:
            super().__init__((bind_address, port), _Redirected)
        except (OSError, OverflowError) as error:
            where = f"port {port}" if bind_address == "127.0.0.1" else f"{bind_address} port {port}"
            raise Rejected(
                f"{where}: {error.strerror if isinstance(error, OSError) else error}", Reason.LOGIN
            ) from error
        self.timeout = 0.5
        self.redirect_uri = f"http://localhost:{self.server_address[1]}"

    def wait(self, state: str, timeout_seconds: float) -> Mapping[str, str]:
        """The form that comes with `state`; other requests get 404. Raises `Rejected` after the timeout."""
        self.state = state
        deadline = time.monotonic() + timeout_seconds
        while not self.found:
            if time.monotonic() > deadline:
                raise Rejected(f"nobody signed in within {timeout_seconds:g} s", Reason.LOGIN)
            self.handle_request()
        return self.found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server_close()


class _Redirected(BaseHTTPRequestHandler):
    server: Loopback
    timeout = 2.0  # a browser also opens connections on which it sends nothing

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        form = dict(
            parse_qsl(self.rfile.read(min(int(length) if length.isdecimal() else 0, MAX_FORM)).decode("latin-1"))
        )
        ours = form.get("state") == self.server.state
        if ours:
            self.server.found = form
        self.send_response(200 if ours else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(PAGE) if ours else 0))
        self.end_headers()
        if ours:
            self.wfile.write(PAGE)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 (the library's name)
        """Log nothing."""
