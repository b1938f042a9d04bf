"""Writes parts as OpenMetrics with timestamps: by family, then by series, then by time, as promtool requires."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from heapq import merge
from itertools import compress, groupby
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

from exporter.backfill.instants import Instants
from exporter.backfill.parts import Series, read_series
from exporter.errors import ConfigError
from exporter.model.periods import DAY, Days
from exporter.runtime.exposition import ESCAPES

Described = Mapping[str, str]
"""Help by family."""
Target = Sequence[tuple[str, str]]
"""Labels that every series gets, as Prometheus adds them to what it scrapes."""
END = b"# EOF\n"
MONTHS = 500
"""For how many periods the templates of lines are stored."""


class Writer:
    """Renders series with the instants of their days; `samples` and `series` count what was written."""

    def __init__(self, described: Described, instants: Instants, target: Target) -> None:
        self.samples = self.series = 0
        self._described = described
        self._instants = instants
        self._target = "".join(f'{name}="{value.translate(ESCAPES)}",' for name, value in target)
        self._templates: dict[tuple[date, int], Sequence[str]] = {}

    def write(self, paths: Iterable[Path], days: Days, output: BinaryIO) -> None:
        """All parts as one exposition, which is read and written in a stream: one line of each part is in memory."""
        for family, found in groupby(merged(paths, days), key=itemgetter(0)):
            text = self._described[family]
            output.write(f"# HELP {family} {text}\n# TYPE {family} gauge\n".encode())
            for (labels, names), periods in groupby(found, key=itemgetter(1, 3)):
                pairs = [f'{name}="{value.translate(ESCAPES)}"' for name, value in zip(names, labels, strict=True)]
                prefix = f"{family}{{{self._target}{','.join(pairs)}}} "
                for lines in self._lines(prefix, periods):
                    output.write(lines.encode())
                self.series += 1
        output.write(END)

    def _lines(self, prefix: str, periods: Iterable[Series]) -> Iterator[str]:
        end, per_day = date.min, self._instants.per_day
        for one in periods:
            if one.start < end:
                text = f"two reports have the figures of {prefix.strip()} on {one.start}; rename an account"
                raise ConfigError([text])
            end = one.start + len(one.values) * DAY
            templates = self._templates_of(one.start, len(one.values))
            known = [value is not None for value in one.values]
            values = [value for value in one.values if value is not None]
            if per_day > 1:
                values = [value for value in values for _ in range(per_day)]
            self.samples += len(values)
            # Values have no NUL, and a prefix is not searched again for another one.
            yield ("".join(compress(templates, known)) % tuple(values)).replace("\0", prefix)

    def _templates_of(self, start: date, number: int) -> Sequence[str]:
        """The lines of each of some days, with NUL for the series and `%s` for the value."""
        if (found := self._templates.get((start, number))) is None:
            days = (start + place * DAY for place in range(number))
            found = ["".join(f"\0%s {instant}\n" for instant in self._instants.of(day)) for day in days]
            if len(self._templates) > MONTHS:
                self._templates.clear()
            self._templates[start, number] = found
        return found


def merged(paths: Iterable[Path], days: Days) -> Iterator[Series]:
    """The series of all parts by family, labels and time."""
    return merge(*(read_series(path, days) for path in paths), key=itemgetter(0, 1, 2))
