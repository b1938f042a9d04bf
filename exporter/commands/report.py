"""`report`: reads reports once, and prints their rows or writes them to a file."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import get_terminal_size
from types import FrameType

from exporter.commands.output import require_writable, write
from exporter.commands.progress import Progress
from exporter.config import load
from exporter.logs import hidden
from exporter.report.accounts import tailored
from exporter.report.formats import FORMATS
from exporter.report.reading import Result, jobs, read
from exporter.report.request import Request, UsageError, parsed
from exporter.report.table import Table
from exporter.report.text import printable
from exporter.runtime.job import Job
from exporter.transport.stop import Stop

SIGNALS = (signal.SIGINT, signal.SIGTERM)
EXIT_ROWS, EXIT_FAILED, EXIT_USAGE, EXIT_NO_DATA = 0, 1, 2, 3
PRIVATE = 0o600
"""The mode of the file, which can have names of customers."""


def utc_now() -> datetime:
    """The time of the machine."""
    return datetime.now(UTC)


def report(arguments: argparse.Namespace, clock: Callable[[], datetime] = utc_now) -> int:
    """Exit code 0 for rows of all accounts, 1 if an account failed, 2 for an option that does not fit, 3 for no data.

    Rows of the other accounts are written, with a message; if all fail, or after a signal, nothing is.
    """
    try:
        return _report(arguments, clock)
    except UsageError as error:
        sys.stderr.write(f"azure-billing-exporter report: error: {error}\n")
        return EXIT_USAGE


def _report(arguments: argparse.Namespace, clock: Callable[[], datetime]) -> int:
    now = clock()
    request = parsed(arguments, now)
    output = Path(arguments.output).resolve() if arguments.output else None
    if output:
        require_writable("--output", output)
    config, left_out = tailored(load(Path(arguments.config_file)), request)
    stop = Stop()
    with _stopped_by_signals(stop):
        reports = jobs(config, clock, stop)
        result = _read(reports, request, now)
    _announce(left_out + result.warnings, result.failures, result.failed, len(reports))
    if result.failures and not result.tables:
        return EXIT_FAILED
    write("--output", _text(result.tables, arguments.format, output).encode(errors="replace"), output, mode=PRIVATE)
    if result.failures:
        return EXIT_FAILED
    if result.empty:
        sys.stderr.write("no data: no report has a row; check the days, and what selects rows\n")
        return EXIT_NO_DATA
    return EXIT_ROWS


@contextmanager
def _stopped_by_signals(stop: Stop) -> Iterator[None]:
    """In this context a signal ends the requests in flight, and then the process."""

    def interrupted(number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)  # another one would interrupt the end
        stop.set()
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, interrupted) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def _read(reports: list[Job], request: Request, now: datetime) -> Result:
    progress = Progress(sys.stderr, len(reports)) if sys.stderr.isatty() else None
    try:
        return read(reports, request, now, progress)
    finally:
        if progress:
            progress.end()


def _announce(warnings: Sequence[str], failures: Sequence[str], failed: int, reports: int) -> None:
    """What is not in the rows, and why, on the standard error."""
    for kind, texts in (("warning", warnings), ("error", failures)):
        for text in texts:
            sys.stderr.write(f"{kind}: {printable(hidden(text))}\n")
    if failed and failed < reports:
        sys.stderr.write(f"incomplete: {failed} of {reports} reports failed, and their rows are missing\n")


def _text(tables: Sequence[Table], form: str, output: Path | None) -> str:
    if form != "table":
        return FORMATS[form](tables)
    from exporter.report.terminal import as_table  # its library takes long to import

    if output is None and sys.stdout.isatty():
        colours = "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        return as_table(tables, width=get_terminal_size().columns, colours=colours)
    return as_table(tables)
