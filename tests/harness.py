"""An exporter under the control of a test, canned responses over real sockets, and parsing of /metrics."""

import json
import re
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from exporter.app import Exporter
from exporter.config import load
from exporter.errors import Failure
from exporter.transport.stop import Stop

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""Noon of a Friday."""
Scrape = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scrape(exporter: Exporter) -> Scrape:
    """Samples by name and labels, as client_python's parser reads them."""
    return parsed((exporter.store.current.body + generate_latest(exporter.telemetry)).decode())


def families(exporter: Exporter) -> dict[str, bytes]:
    """The published header and lines of each family."""
    found = re.split(rb"^(?=# HELP )", exporter.store.current.body, flags=re.MULTILINE)[1:]
    return {text.split(maxsplit=3)[2].decode(): text for text in found}


def parsed(text: str) -> Scrape:
    """Samples by name and labels; duplicates are an error."""
    samples: Scrape = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.items())
            assert key not in samples
            samples[key] = sample.value
    return samples


def series(samples: Scrape, name: str, /, **labels: str) -> dict[frozenset[tuple[str, str]], float]:
    """The samples of one family with these labels."""
    wanted = set(labels.items())
    return {found: amount for (family, found), amount in samples.items() if family == name and wanted <= found}


def value(samples: Scrape, name: str, /, **labels: str) -> float:
    """The only sample of a family with these labels."""
    (only,) = series(samples, name, **labels).values()
    return only


@dataclass
class Answer:
    """A canned response: a status, headers, and a body of bytes or of what is encoded as JSON."""

    body: object = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class _Server(ThreadingHTTPServer):
    """Says nothing of clients that leave before they have read a response."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class CannedService:
    """Sends the `answers` of each path in turn, and the last one from then on.

    Records the requests it `received`, and their `bodies`, and calls `on_request` with each path.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.received: list[tuple[str, dict[str, str]]] = []
        self.bodies: list[bytes] = []
        self.on_request: Callable[[str], object] = str
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else a body waits for the acknowledgement of its headers

            def do_GET(self) -> None:
                service.received.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                service.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
                service.on_request(self.path)
                answers = service.answers.get(urlsplit(self.path).path, [Answer(status=404)])
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                body = answer.bytes()
                self.send_response(answer.status)
                for name, text in answer.headers.items():
                    self.send_header(name, text)
                self.send_header("Content-Length", str(len(body) + (100 if answer.cut else 0)))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = answer.cut

            do_POST = do_GET  # noqa: N815 (as http.server wants it)

            def log_message(self, *arguments: object) -> None:
                """Stay quiet."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, path: str, *answers: Answer) -> None:
        self.answers[path] = list(answers)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class Clock:
    """A clock for exporters and services; it stops until a test advances it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, span: timedelta) -> None:
        self.now += span


class Stopped(Stop):
    """Stops an exporter; records the seconds of each wait, and may skip waits, or let each end its run."""

    def __init__(self) -> None:
        super().__init__()
        self.skip_waits = self.wait_ends_run = False
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        if self.wait_ends_run and timeout:
            return True
        return self.is_set() if self.skip_waits else super().wait(timeout)


class ExporterHarness:
    """An exporter whose jobs run only when a test runs them."""

    def __init__(self, config_file: Path, clock: Callable[[], datetime] = lambda: NOON) -> None:
        self.stopped = Stopped()
        self.exporter = Exporter(load(config_file), clock=clock, stopped=self.stopped)
        self.exporter.restore()

    def without_waiting(self) -> Self:
        """The same harness, whose retries and paced requests no longer wait."""
        self.stopped.skip_waits = True
        return self

    def run(self, collector: str = "") -> list[Failure | None]:
        """Run every job, or those of one collector; the failures, None for a success."""
        chosen = [job for job in self.exporter.jobs if collector in ("", job.collector.name)]
        return [self.exporter.runner.run(job) for job in chosen]

    def failure(self, collector: str) -> Failure:
        """Run one collector, which must fail."""
        (failure,) = self.run(collector)
        assert failure is not None
        return failure

    def scrape(self) -> Scrape:
        """All samples of a scrape."""
        return scrape(self.exporter)
