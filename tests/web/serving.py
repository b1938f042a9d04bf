"""A server in a process of its own, with pages of a given size; clients over plain sockets."""

import os
import resource
import select
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.process import ENVIRONMENT, eventually

PROGRAM = """
import resource, sys
from pathlib import Path
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from exporter import logs
from exporter.signals import Signals
from exporter.web.config_file import ConfigFile
from exporter.web.listeners import listen
from exporter.web.options import WebOptions
from exporter.web.server import Server

port, size, connections, config = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
held = [open("/dev/null") for _ in range(int(sys.argv[5]))]
page = b"x" * size + b"end\\n"

async def metrics(request):
    return Response(page, media_type="text/plain")

async def root(request):
    return PlainTextResponse("root\\n")

async def memory(request):
    return PlainTextResponse(Path("/proc/self/statm").read_text().split()[1])

async def nothing():
    pass

logs.setup("info", "logfmt")
app = Starlette(routes=[Route("/metrics", metrics), Route("/", root), Route("/memory", memory)])
options = WebOptions(max_connections=connections)
file = ConfigFile(Path(config)) if config else None
Server(app, options, Signals(), file, on_shutdown=nothing, on_reload=nothing).run(sockets=[listen(f"127.0.0.1:{port}")])
"""


class Served:
    """A running server; `log` has its output once it was stopped."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    def connect(self, *, receive_buffer: int = 0) -> socket.socket:
        """A new connection, with a small buffer if its client should read slowly."""
        client = socket.socket()
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(10)
        try:
            client.connect(("127.0.0.1", self.port))
        except OSError:
            client.close()
            raise
        return client

    def get(self, path: str = "/", *fields: str, tls: ssl.SSLContext | None = None) -> tuple[int, bytes]:
        """The status, and the head and body, on a new connection."""
        with ExitStack() as stack:
            client = stack.enter_context(self.connect())
            if tls:
                client = stack.enter_context(tls.wrap_socket(client, server_hostname="localhost"))
            head = "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close", *fields])
            client.sendall(f"{head}\r\n\r\n".encode())
            answer = received(client)
        return int(answer.split()[1]), answer

    def stop(self) -> str:
        """End it with SIGTERM; returns its output."""
        self.process.send_signal(signal.SIGTERM)
        output, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0
        return output


def received(client: socket.socket) -> bytes:
    """Everything until the server closes the connection."""
    parts = []
    while part := client.recv(1 << 20):
        parts.append(part)
    return b"".join(parts)


def closed(client: socket.socket, seconds: float = 0) -> bool:
    """Whether the server has closed a connection on which it sends nothing."""
    readable, _, _ = select.select([client], [], [], seconds)
    try:
        return bool(readable) and client.recv(1) == b""
    except ConnectionError:
        return True


@contextmanager
def serving(
    port: int, *, size: int = 1000, connections: int = 0, config: Path | str = "", descriptors: int = 0, held: int = 0
) -> Iterator[Served]:
    """The server, killed at the end of the block; it holds so many of its descriptors for itself."""

    def limit() -> None:
        if descriptors:
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    arguments: Sequence[str] = [str(port), str(size), str(connections), str(config), str(held)]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**ENVIRONMENT, **os.environ, "PYTHONPATH": ENVIRONMENT["PYTHONPATH"]},
        preexec_fn=limit,
    )
    try:
        served = Served(process, port)
        eventually(lambda: _listens(served), "a listening server")
        yield served
    finally:
        process.kill()
        process.communicate()


def _listens(served: Served) -> bool:
    try:
        served.connect().close()
    except OSError:
        assert served.process.poll() is None
        return False
    return True
