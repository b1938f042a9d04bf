"""Progress of `backfill`: a bar on a terminal, below the log lines; lines elsewhere."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from exporter import logs
from exporter.backfill.reading import Outcome


class Shown:
    """Shows each billing period that was read."""

    def advance(self, outcome: Outcome) -> None:
        """One more unit was read, was stored already, or failed."""
        print(_line(outcome), file=sys.stderr, flush=True)


class Bar(Shown):
    """The last line of a terminal."""

    def __init__(self, bar: Progress, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=total)

    def advance(self, outcome: Outcome) -> None:
        if outcome.failure:
            self.write(_line(outcome) + "\n")
        self._bar.update(self._task, advance=1, description=outcome.unit.name)

    def write(self, text: str) -> None:
        """Write whole lines above the bar."""
        self._bar.console.print(text, end="", markup=False, highlight=False, soft_wrap=True)

    def flush(self) -> None:
        """Every write is flushed."""


@contextmanager
def progress(arguments: argparse.Namespace, total: int) -> Iterator[Shown]:
    """A bar if the standard error is a terminal."""
    if not sys.stderr.isatty():
        yield Shown()
        return
    columns = BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False)
    with Progress(*columns, console=Console(stderr=True)) as bar:
        shown = Bar(bar, total)
        logs.setup(arguments.log_level, arguments.log_format, shown)
        yield shown
    logs.setup(arguments.log_level, arguments.log_format)


def _line(outcome: Outcome) -> str:
    name = outcome.unit.name
    if outcome.failure:
        return f"{name}: failed: {outcome.failure}"
    if not outcome.header:
        return f"{name}: not read, since an earlier billing period of the report has failed"
    return f"{name}: {outcome.header.rows} rows read" if outcome.read else f"{name}: stored already"
