"""What tests share: an exporter that a test drives, canned answers over real sockets, a reader of /metrics."""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from exporter.app import Exporter
from exporter.config import load

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""Noon of a Friday."""
Scrape = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scrape(exporter: Exporter) -> Scrape:
    """Samples by name and labels, as client_python's parser reads them."""
    return parsed((exporter.store.current.body + generate_latest(exporter.telemetry.registry)).decode())


def families(exporter: Exporter) -> dict[str, bytes]:
    """What is published of each family: its header and its lines."""
    found = re.split(rb"^(?=# HELP )", exporter.store.current.body, flags=re.MULTILINE)[1:]
    return {text.split(maxsplit=3)[2].decode(): text for text in found}


def parsed(text: str) -> Scrape:
    samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.items())
            assert key not in samples
            samples[key] = sample.value
    return samples


def series(samples: Scrape, name: str, /, **labels: str) -> dict[frozenset[tuple[str, str]], float]:
    """The samples of one family that carry these labels."""
    wanted = set(labels.items())
    return {found: amount for (family, found), amount in samples.items() if family == name and wanted <= found}


def value(samples: Scrape, name: str, /, **labels: str) -> float:
    """The one sample of a family with these labels."""
    (only,) = series(samples, name, **labels).values()
    return only


@dataclass
class Answer:
    """What the canned service sends: a status, headers, and bytes (or what becomes JSON)."""

    body: object = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class CannedService:
    """Answers each path with what `answers` holds for it, a list in turn, its last one for ever; notes what came."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.received: list[tuple[str, dict[str, str]]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                service.received.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                coming = service.answers.get(urlsplit(self.path).path, [Answer(status=404)])
                answer = coming.pop(0) if len(coming) > 1 else coming[0]
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

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
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
    """One clock for exporters and services; it stands still until a test advances it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, span: timedelta) -> None:
        self.now += span


class ExporterHarness:
    """An exporter that runs its jobs when a test says so."""

    def __init__(self, config_file: Path, clock: Callable[[], datetime] = lambda: NOON) -> None:
        self.exporter = Exporter(load(config_file), clock=clock)

    def run(self, collector: str = "") -> list[object]:
        """Run every job, or those of one collector; the failures, None for a success."""
        chosen = [job for job in self.exporter.jobs if collector in ("", job.collector.name)]
        return [self.exporter.runner.run(job) for job in chosen]

    def scrape(self) -> Scrape:
        """All samples that a scrape would see."""
        return scrape(self.exporter)
