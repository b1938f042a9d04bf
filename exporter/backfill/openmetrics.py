"""Writes parts as OpenMetrics with timestamps: by family, then by series, then by time, as promtool requires."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

from exporter.backfill.instants import Instants
from exporter.backfill.parts import Series, read_series
from exporter.errors import ConfigError
from exporter.model.periods import DAY, Days
from exporter.runtime.exposition import ESCAPES

Described = Mapping[str, tuple[str, tuple[str, ...]]]
"""Help and label names by family."""
Target = Sequence[tuple[str, str]]
"""Labels that every series gets, as Prometheus adds them to what it scrapes."""
END = b"# EOF\n"


class Writer:
    """Renders series with the instants of their days; `samples` and `series` count what was written."""

    def __init__(self, described: Described, instants: Instants, target: Target) -> None:
        self.samples = self.series = 0
        self._described = described
        self._instants = instants
        self._target = "".join(f'{name}="{value.translate(ESCAPES)}",' for name, value in target)
        self._stamps: dict[date, Sequence[str]] = {}

    def write(self, paths: Iterable[Path], days: Days, output: BinaryIO) -> None:
        """All parts as one exposition, which is read and written in a stream: one line of each part is in memory."""
        for family, found in groupby(merged(paths, days), key=itemgetter(0)):
            text, names = self._described[family]
            output.write(f"# HELP {family} {text}\n# TYPE {family} gauge\n".encode())
            for labels, periods in groupby(found, key=itemgetter(1)):
                pairs = [f'{name}="{value.translate(ESCAPES)}"' for name, value in zip(names, labels, strict=True)]
                prefix = f"{family}{{{self._target}{','.join(pairs)}}} "
                output.write("".join(self._lines(prefix, periods)).encode())
                self.series += 1
        output.write(END)

    def _lines(self, prefix: str, periods: Iterable[Series]) -> Iterator[str]:
        before = date.min
        for one in periods:
            if one.start <= before:
                raise ConfigError(
                    [f"two reports have the figures of {prefix.strip()} on {one.start}; name the accounts"]
                )
            day = before = one.start
            for value in one.values:
                if value is not None:
                    stamps = self._stamps.get(day) or self._stamped(day)
                    self.samples += len(stamps)
                    yield from (f"{prefix}{value}{stamp}" for stamp in stamps)
                before, day = day, day + DAY

    def _stamped(self, day: date) -> Sequence[str]:
        self._stamps[day] = stamps = [f" {instant}\n" for instant in self._instants.of(day)]
        return stamps


def merged(paths: Iterable[Path], days: Days) -> Iterator[Series]:
    """The series of all parts by family, labels and time."""
    return merge(*(read_series(path, days) for path in paths), key=itemgetter(0, 1, 2))
