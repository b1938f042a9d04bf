"""Gauges and counters with thousands of series, which render a line when it changes and not at each scrape."""

import threading
from collections.abc import Iterator, Mapping

from prometheus_client import Metric
from prometheus_client.utils import floatToGoString

from exporter.runtime.exposition import ESCAPES

PREFIX = "azure_billing_exporter"
"""The beginning of the names of the exporter's own metrics."""


class Row:
    """One series of a table."""

    __slots__ = ("_prefix", "_table", "key", "line", "value")

    def __init__(self, table: "Table", key: tuple[str, ...], prefix: str) -> None:
        self._table = table
        self._prefix = prefix
        self.key = key
        self.value = 0.0
        self.line = b""
        self.set(0)

    def set(self, value: float) -> None:
        """Replace the value."""
        with self._table.lock:
            self._write(float(value))

    def inc(self, amount: float = 1) -> None:
        """Add to the value."""
        with self._table.lock:
            self._write(self.value + amount)

    def _write(self, value: float) -> None:
        line = f"{self._prefix} {floatToGoString(value)}\n".encode()  # type: ignore[no-untyped-call]
        if line != self.line:
            self.value, self.line = value, line
            self._table.changed()


class Table:
    """A metric with the methods of client_python's `Gauge` and `Counter`; thread-safe.

    client_python renders every line at each scrape. A counter is named without `_total`.
    """

    def __init__(self, name: str, text: str, labels: tuple[str, ...] = (), kind: str = "gauge") -> None:
        self.name = name
        self.text = text
        self.names = labels
        self.kind = kind
        self.lock = threading.RLock()
        self._rows: dict[tuple[str, ...], Row] = {}
        self._lines: bytes | None = b""
        if not labels:
            self.labels()

    @property
    def sample_name(self) -> str:
        """The name in each line, and in the header of the text format."""
        return f"{self.name}_total" if self.kind == "counter" else self.name

    def labels(self, *values: object) -> Row:
        """The series with these label values; made with the value 0."""
        key = tuple(map(str, values))
        with self.lock:
            row = self._rows.get(key)
            if not row:
                pairs = zip(self.names, (value.translate(ESCAPES) for value in key), strict=True)
                joined = ",".join(f'{name}="{value}"' for name, value in pairs)
                row = self._rows[key] = Row(self, key, f"{self.sample_name}{{{joined}}}" if key else self.sample_name)
        return row

    def set(self, value: float) -> None:
        """Replace the value of a metric without labels."""
        self.labels().set(value)

    def remove(self, *values: object) -> None:
        """Remove a series, if there is one."""
        with self.lock:
            self._rows.pop(tuple(map(str, values)), None)
            self.changed()

    def remove_by_labels(self, labels: Mapping[str, str]) -> None:
        """Remove all series with these values of these labels."""
        places = {self.names.index(name): value for name, value in labels.items()}
        with self.lock:
            for key in [key for key in self._rows if all(key[at] == value for at, value in places.items())]:
                del self._rows[key]
            self.changed()

    def changed(self) -> None:
        """A line has changed; the caller holds the lock."""
        self._lines = None

    def lines(self) -> bytes:
        """All lines, the same object until one changes."""
        with self.lock:
            if self._lines is None:
                self._lines = b"".join(row.line for row in self._rows.values())
            return self._lines

    def header(self, *, openmetrics: bool) -> bytes:
        """`# HELP` and `# TYPE`."""
        name = self.name if openmetrics else self.sample_name
        return f"# HELP {name} {self.text}\n# TYPE {name} {self.kind}\n".encode()

    def collect(self) -> Iterator[Metric]:
        """The metric as client_python describes it."""
        metric = Metric(self.name, self.text, self.kind)
        with self.lock:
            rows = [(row.key, row.value) for row in self._rows.values()]
        for key, value in rows:
            metric.add_sample(self.sample_name, dict(zip(self.names, key, strict=True)), value)
        yield metric
