"""A container of blobs over a real socket: lists in pages, conditions, and blobs that vanish when a test says so."""

import hashlib
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

MODIFIED = "Sat, 21 Nov 2026 04:11:00 GMT"


class Container:
    """Has `blobs` by name, and records the `requests` that it gets as path and query."""

    def __init__(self, page: int = 5000) -> None:
        self.blobs: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.refusal: tuple[int, str] | None = None
        self.before_blob: Callable[[str], None] = lambda name: None
        """Called before a blob is sent."""
        container = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                container.requests.append(self.path)
                container.headers.append({name.lower(): text for name, text in self.headers.items()})
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                if container.refusal:
                    self._refuse(*container.refusal)
                elif "comp" in query:
                    self._send(container.listed(query, page))
                else:
                    self._blob(unquote(parts.path).removeprefix("/exports/"))

            def _blob(self, name: str) -> None:
                container.before_blob(name)
                content = container.blobs.get(name)
                if content is None:
                    self._refuse(404, "BlobNotFound")
                elif self.headers.get("If-Match", etag := f'"{tag(content)}"') != etag:
                    self._refuse(412, "ConditionNotMet")
                else:
                    self._send(content, etag)

            def _refuse(self, status: int, code: str) -> None:
                text = f'\ufeff<?xml version="1.0"?><Error><Code>{code}</Code><Message>No.\nTime:x</Message></Error>'
                self._send(text.encode(), status=status)

            def _send(self, body: bytes, etag: str = "", status: int = 200) -> None:
                self.send_response(status)
                if etag:
                    self.send_header("ETag", etag)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/exports"

    @property
    def lists(self) -> int:
        """How many lists were requested."""
        return sum("comp=list" in request for request in self.requests)

    def listed(self, query: dict[str, str], page: int) -> bytes:
        """A page of the list; markers are numbers, and every second page is empty."""
        names = sorted(name for name in self.blobs if name.startswith(query["prefix"]))
        entries = [self._entry(name) for name in names]
        if delimiter := query.get("delimiter"):
            length = len(query["prefix"])
            folders = {name[: name.index(delimiter, length) + 1] for name in names if delimiter in name[length:]}
            entries = [f"<BlobPrefix><Name>{escape(folder)}</Name></BlobPrefix>" for folder in sorted(folders)]
        number, empty = divmod(int(query.get("marker", "1")), 2)
        some = [] if not empty else entries[number * page : (number + 1) * page]
        more = (number + 1) * page < len(entries) if empty else True
        marker = f"<NextMarker>{number * 2 + 1 + empty}</NextMarker>" if more else "<NextMarker />"
        root = f"<EnumerationResults><Blobs>{''.join(some)}</Blobs>{marker}</EnumerationResults>"
        return f"\ufeff<?xml version='1.0'?>{root}".encode()

    def _entry(self, name: str) -> str:
        content = self.blobs[name]
        return (
            f"<Blob><Name>{escape(name)}</Name><Properties><Last-Modified>{MODIFIED}</Last-Modified>"
            f"<Etag>{tag(content)}</Etag><Content-Length>{len(content)}</Content-Length></Properties></Blob>"
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def tag(content: bytes) -> str:
    return "0x" + hashlib.sha256(content).hexdigest()[:15].upper()
