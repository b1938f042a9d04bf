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
MONTHS = 500
"""For how many periods the ends of lines are stored."""


class Writer:
    """Renders series with the instants of their days; `samples` and `series` count what was written."""

    def __init__(self, described: Described, instants: Instants, target: Target) -> None:
        self.samples = self.series = 0
        self._described = described
        self._instants = instants
        self._target = "".join(f'{name}="{value.translate(ESCAPES)}",' for name, value in target)
        self._stamps: dict[tuple[date, int], Sequence[Sequence[str]]] = {}

    def write(self, paths: Iterable[Path], days: Days, output: BinaryIO) -> None:
        """All parts as one exposition, which is read and written in a stream: one line of each part is in memory."""
        for family, found in groupby(merged(paths, days), key=itemgetter(0)):
            text, names = self._described[family]
            output.write(f"# HELP {family} {text}\n# TYPE {family} gauge\n".encode())
            for labels, periods in groupby(found, key=itemgetter(1)):
                pairs = [f'{name}="{value.translate(ESCAPES)}"' for name, value in zip(names, labels, strict=True)]
                prefix = f"{family}{{{self._target}{','.join(pairs)}}} "
                for lines in self._lines(prefix, periods):
                    output.write(lines.encode())
                self.series += 1
        output.write(END)

    def _lines(self, prefix: str, periods: Iterable[Series]) -> Iterator[str]:
        end = date.min
        for one in periods:
            if one.start < end:
                text = f"two reports have the figures of {prefix.strip()} on {one.start}; rename an account"
                raise ConfigError([text])
            end = one.start + len(one.values) * DAY
            days = self._stamps_of(one.start, len(one.values))
            lines = [
                f"{prefix}{value}{stamp}"
                for value, stamps in zip(one.values, days, strict=True)
                if value is not None
                for stamp in stamps
            ]
            self.samples += len(lines)
            yield "".join(lines)

    def _stamps_of(self, start: date, number: int) -> Sequence[Sequence[str]]:
        """The ends of the lines of each of some days."""
        if (found := self._stamps.get((start, number))) is None:
            days = (start + place * DAY for place in range(number))
            found = [[f" {instant}\n" for instant in self._instants.of(day)] for day in days]
            self._stamps = {(start, number): found} if len(self._stamps) > MONTHS else self._stamps
            self._stamps[start, number] = found
        return found


def merged(paths: Iterable[Path], days: Days) -> Iterator[Series]:
    """The series of all parts by family, labels and time."""
    return merge(*(read_series(path, days) for path in paths), key=itemgetter(0, 1, 2))
