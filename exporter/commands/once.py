"""`run --once`: reads every report once, and prints the metrics or writes them to a file."""

import argparse
import logging
import queue
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, as_completed
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Protocol

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.registry import Collector as Source

from exporter import logs
from exporter.app import Exporter
from exporter.commands.output import require_writable, write
from exporter.commands.progress import Progress
from exporter.config import load
from exporter.errors import Failure
from exporter.runtime.job import Job
from exporter.runtime.table import PREFIX
from exporter.runtime.telemetry import Telemetry

log = logging.getLogger(__name__)

OPTION = "--once.output"
AT_ONCE = 16
"""The most reports that are read at the same time."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)
READABLE = 0o644
"""The mode of the file: node_exporter runs as another user."""


class Advancing(Protocol):
    """Follows the reading of all reports."""

    def advance(self, *, failed: bool) -> None:
        """One more report was read, or failed."""


def once(arguments: argparse.Namespace) -> int:
    """Exit code 0 if every required report was read, else 1; 128 and the number of the signal that ended it.

    A report that fails publishes the values of its last success, as far as they are stored. After a signal, nothing is
    written.
    """
    for number in SIGNALS:
        signal.signal(number, _interrupted)
    output = Path(arguments.once_output).resolve() if arguments.once_output else None
    if output:
        require_writable(OPTION, output)
    exporter = Exporter(load(Path(arguments.config_file)), shard=arguments.shard)
    exporter.restore()
    progress = Progress(sys.stderr, len(exporter.jobs)) if sys.stderr.isatty() else None
    if progress:
        logs.setup(arguments.log_level, arguments.log_format, progress)
    try:
        failed = collect(exporter, progress)
    finally:
        exporter.stop()
        if progress:
            progress.end()
    text = exposition(exporter)
    write(OPTION, text, output, mode=READABLE)
    if output:
        log.info("written", extra={"file": str(output), "bytes": len(text)})
    return 1 if failed else 0


def collect(exporter: Exporter, progress: Advancing | None = None) -> list[Job]:
    """Run every job once, several at a time; returns the required jobs that failed."""
    waiting: queue.SimpleQueue[tuple[Job, Future[Failure | None]]] = queue.SimpleQueue()
    runs: dict[Future[Failure | None], Job] = {Future(): job for job in exporter.jobs}
    for future, job in runs.items():
        waiting.put((job, future))

    def work() -> None:
        with suppress(queue.Empty):
            while True:
                job, future = waiting.get_nowait()
                try:
                    future.set_result(exporter.runner.run(job))
                except Exception as error:  # noqa: BLE001 (a bug of the exporter; it is raised in the main thread)
                    future.set_exception(error)

    for _ in range(min(AT_ONCE, len(runs))):
        threading.Thread(target=work, daemon=True).start()  # a signal does not wait for a response
    failed = []
    for future in as_completed(runs):
        failure = future.result()
        if progress:
            progress.advance(failed=failure is not None)
        if failure and runs[future].collector.required:
            failed.append(runs[future])
    return failed


def exposition(exporter: Exporter) -> bytes:
    """The page of a scrape in the text format.

    Without the metrics of the process: it ends now, and node_exporter has metrics with the same names.
    """
    registry = CollectorRegistry()
    registry.register(_Own(exporter.telemetry))
    return exporter.store.current.body + generate_latest(registry)


class _Own(Source):
    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def collect(self) -> Iterable[Metric]:
        return self._metrics()

    def describe(self) -> Iterable[Metric]:
        return ()

    def _metrics(self) -> Iterator[Metric]:
        return (metric for metric in self._telemetry.collect() if metric.name.startswith(PREFIX))


def _interrupted(number: int, frame: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # another one would interrupt the end
    raise SystemExit(128 + number)
