"""Parts: what one report has read of one billing period, a file each, which is complete as soon as it exists."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from exporter.backfill.units import Unit
from exporter.errors import ConfigError
from exporter.model.families import Family
from exporter.model.history import DayValues, Past
from exporter.model.periods import Days
from exporter.storage import replacing, sweep

FORMAT = 1
"""Of the files; one of another format is read again."""
TIMESTAMPS = "azure_billing_exporter_collector_data_timestamp_seconds"
TIMESTAMPS_HELP = "Data timestamp of the newest published record, in Unix seconds."
TIMESTAMPS_LABELS = ("account", "collector")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first line: what was read, when, whether it is final, and the families by name (help and labels)."""

    format: int
    fingerprint: str
    start: date
    end: date
    read: datetime
    closed: bool
    rows: int
    families: Mapping[str, tuple[str, tuple[str, ...]]]


class Line(msgspec.Struct, frozen=True, array_like=True):
    """One series: its family, its values of labels, and a value for each day as text, None where it is not known."""

    family: str
    labels: tuple[str, ...]
    values: tuple[str | None, ...]


class Series(NamedTuple):
    """A line with the first of its days, and the names of its labels, which differ between accounts."""

    family: str
    labels: tuple[str, ...]
    start: date
    names: tuple[str, ...]
    values: tuple[str | None, ...]


HEADER, LINE = msgspec.json.Decoder(Header), msgspec.json.Decoder(Line)
ENCODER = msgspec.json.Encoder()


class Parts:
    """The directory of parts, which a later run reads instead of requesting the same again."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        with self._named():
            directory.mkdir(parents=True, exist_ok=True)
        sweep(directory)

    def path(self, unit: Unit) -> Path:
        """The file of a unit of work."""
        job = unit.job
        account = quote(job.account, safe="")
        return self.directory / f"{unit.period.start:%Y%m}-{job.api}-{account[:100]}-{job.collector.name}.jsonl"

    def header(self, unit: Unit) -> Header | None:
        """What is stored of a unit; None if nothing is, or if it was read with settings that mean something else."""
        with contextlib.suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
            with self.path(unit).open("rb") as file:
                found: Header = HEADER.decode(file.readline())
            if (found.format, found.fingerprint) == (FORMAT, unit.job.fingerprint):
                return found
        return None

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            text = f"--output: {self.directory}: {error.strerror}; what was read before is stored"
            raise ConfigError([text]) from error

    def past(self, unit: Unit) -> Past:
        """What is stored of a unit that has a header, as it was read."""
        found = Past(unit.period, timestamps=[None] * len(list(unit.period)))
        for one in read_series(self.path(unit), unit.period):
            values: DayValues = [None if value is None else Decimal(value) for value in one.values]
            if one.family == TIMESTAMPS:
                found.timestamps = values
            else:
                found.values.setdefault(one.family, {})[one.labels[1:]] = values
        return found

    def write(self, unit: Unit, past: Past, now: datetime, *, closed: bool) -> Header:
        """Store what was read, in the order in which it is merged."""
        job = unit.job
        families = {family.name: family for family in unit.job.collector.families}
        values = {name: series for name, series in sorted(past.values.items()) if series}
        described = {name: described_family(families[name]) for name in values}
        lines: Iterable[Line] = (
            Line(name, (job.account, *key), texts(days))
            for name, series in values.items()
            for key, days in sorted(series.items())
        )
        if any(value is not None for value in past.timestamps):
            described[TIMESTAMPS] = TIMESTAMPS_HELP, TIMESTAMPS_LABELS
            lines = _with(lines, Line(TIMESTAMPS, job.labels, texts(past.timestamps)))
        header = Header(
            format=FORMAT,
            fingerprint=job.fingerprint,
            start=past.days.start,
            end=past.days.end,
            read=now,
            closed=closed,
            rows=past.rows,
            families=described,
        )
        with self._named(), replacing(self.path(unit)) as file:
            file.write(ENCODER.encode(header) + b"\n")
            file.writelines(ENCODER.encode(line) + b"\n" for line in lines)
        return header


def described_family(family: Family) -> tuple[str, tuple[str, ...]]:
    """The help and the labels of a family, the account first."""
    return family.help, ("account", *family.labels.names)


def texts(values: DayValues) -> tuple[str | None, ...]:
    """Exact texts of values."""
    return tuple([None if value is None else str(value) for value in values])


def _with(lines: Iterable[Line], other: Line) -> Iterator[Line]:
    """The lines and one more, in order."""
    waiting: Line | None = other
    for line in lines:
        if waiting and waiting.family < line.family:
            yield waiting
            waiting = None
        yield line
    if waiting:
        yield waiting


def read_series(path: Path, days: Days) -> Iterator[Series]:
    """The series of a part, cut to some days; `Malformed` text is a `ConfigError` that says what to do."""
    try:
        with path.open("rb") as file:
            header: Header = HEADER.decode(file.readline())
            first = max(0, (days.start - header.start).days)
            last = (min(days.end, header.end) - header.start).days + 1
            start = max(header.start, days.start)
            for text in file:
                line: Line = LINE.decode(text)
                _, names = header.families[line.family]
                yield Series(line.family, line.labels, start, names, line.values[first:last])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, KeyError) as error:
        raise ConfigError(
            [f"{path}: can't be read ({type(error).__name__}); remove it, and run the command again"]
        ) from error
