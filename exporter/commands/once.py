"""`run --once`: reads every report once, and prints the metrics or writes them to a file."""

import argparse
import logging
import os
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

from exporter import logs, storage
from exporter.app import Exporter
from exporter.commands.progress import Progress
from exporter.config import load
from exporter.errors import ConfigError, Failure
from exporter.runtime.job import Job
from exporter.runtime.table import PREFIX
from exporter.runtime.telemetry import Telemetry

log = logging.getLogger(__name__)

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
        _require_directory(output)
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
    _write(exposition(exporter), output)
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


def _require_directory(output: Path) -> None:
    """Raises `ConfigError` before any request if the file can't be created."""
    if not output.parent.is_dir():
        raise ConfigError([f"--once.output: {output.parent}: not a directory"])
    if output.is_dir():
        raise ConfigError([f"--once.output: {output}: is a directory"])
    if output.exists() and not output.is_file():
        raise ConfigError([f"--once.output: {output}: is not a regular file, and would be replaced by one"])
    if not os.access(output.parent, os.W_OK | os.X_OK):
        raise ConfigError([f"--once.output: {output.parent}: Permission denied"])


def _write(text: bytes, output: Path | None) -> None:
    """To the file, which is replaced as a whole, or to the standard output."""
    try:
        if output:
            storage.replace(output, text, mode=READABLE)
            log.info("written", extra={"file": str(output), "bytes": len(text)})
        else:
            sys.stdout.buffer.write(text)
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())  # else the interpreter reports the closed pipe again at its end
        raise SystemExit(1) from None
    except OSError as error:
        raise ConfigError([f"--once.output: {output}: {error.strerror}"]) from error
