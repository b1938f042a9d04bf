"""Where credentials must not go: a server that records all that reaches it, and links that try to lead there."""

import re
import socketserver
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

LINKS = Path(__file__).with_name("hostile_links.txt")
ESCAPE = re.compile(r"\\(?:\\|t|r|n|0|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})")
NAMED = {"\\": "\\", "t": "\t", "r": "\r", "n": "\n", "0": "\0"}
PLACEHOLDER = re.compile(r"\{(\w+)\}")

MAX_REQUESTS = 1_000
MAX_LINE = 64 * 1024
MAX_HEADERS = 200
MAX_BODY = 1024 * 1024
TIMEOUT_SECONDS = 5


def hostile_links(evil: str, home: str, path: str) -> list[str]:
    """The links of `hostile_links.txt`, which documents their format.

    `evil` is host:port of the server that must not receive credentials, `home` that of the configured origin, `path` a
    path that `home` serves, with its slash.
    """
    places = {"evil": evil, "home": home, "path": path, "EVIL": evil.upper()}
    for name, place in (("evil", evil), ("home", home)):
        places[f"{name}_host"], _, places[f"{name}_port"] = place.rpartition(":")
    lines = LINKS.read_text("ascii").split("\n")
    forms = [ESCAPE.sub(_decoded, line) for line in lines if line and not line.startswith("#")]
    return [PLACEHOLDER.sub(lambda found: places[found[1]], form) for form in forms]


def _decoded(escape: re.Match[str]) -> str:
    code = escape[0][1:]
    return NAMED[code] if code in NAMED else chr(int(code[1:], 16))


@dataclass(frozen=True)
class Recorded:
    """One request as it came: header names in lower case, of a repeated one all values in order."""

    method: str
    target: str
    headers: Mapping[str, tuple[str, ...]] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


class Recorder:
    """A plain-http server on an ephemeral port of 127.0.0.1: records every request and answers 200 ``{}``.

    `connections` counts also those that never became a request, such as a TLS handshake; they are hung up on. After
    `MAX_REQUESTS` requests nothing more is recorded, and a request beyond the other limits is recorded no further than
    that.
    """

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.connections = 0
        recorder = self
        lock = threading.Lock()

        class Handler(socketserver.StreamRequestHandler):
            timeout = TIMEOUT_SECONDS

            def handle(self) -> None:
                with lock:
                    recorder.connections += 1
                try:
                    found = self._request()
                except (OSError, ValueError):
                    return
                with lock:
                    if len(recorder.requests) < MAX_REQUESTS:
                        recorder.requests.append(found)
                answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                self.wfile.write(answer + b"Connection: close\r\n\r\n{}")

            def _request(self) -> Recorded:
                """The request; ValueError for what is none."""
                method, target, version = self._line().split(" ")
                if not method.isupper() or not version.startswith("HTTP/"):
                    raise ValueError("a TLS handshake may hold two blanks")
                headers: dict[str, tuple[str, ...]] = {}
                for _ in range(MAX_HEADERS):
                    name, colon, value = self._line().partition(":")
                    if not colon:
                        break
                    headers[name.lower()] = (*headers.get(name.lower(), ()), value.strip())
                length = min(int(headers.get("content-length", ("0",))[0]), MAX_BODY)
                return Recorded(method, target, headers, self.rfile.read(length))

            def _line(self) -> str:
                return self.rfile.readline(MAX_LINE).decode("latin-1").rstrip("\r\n")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request: object, client_address: object) -> None:
                """Stay quiet about clients that hang up."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def netloc(self) -> str:
        """Host and port: ``127.0.0.1:12345``."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """The address: ``http://127.0.0.1:12345``."""
        return f"http://{self.netloc}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
