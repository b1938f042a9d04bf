"""The exporter's own metrics as a page, rendered at most once a second."""

import secrets
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from prometheus_client import Metric, exposition
from prometheus_client.openmetrics import exposition as openmetrics

from exporter.runtime.assembly import Assembly
from exporter.runtime.page import Page, Part
from exporter.runtime.telemetry import Telemetry

SECONDS = 1.0
EOF = b"# EOF\n"


class Format(Enum):
    """The exposition formats, which differ in the exporter's own counters and in the end."""

    TEXT = "text"
    OPENMETRICS = "openmetrics"


@dataclass(frozen=True, slots=True)
class Own:
    """The metrics in one format, and the name of the family of each sample name; `version` counts renderings."""

    page: Page = field(default_factory=Page)
    names: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
    rendered: float = float("-inf")


class OwnMetrics:
    """Renders the families that have changed since the last time; reading `current` takes no lock.

    `identity` distinguishes its versions from those of another process.
    """

    def __init__(self, telemetry: Telemetry, clock: Callable[[], float] = time.monotonic) -> None:
        self.identity = secrets.token_hex(4)
        self._telemetry = telemetry
        self._clock = clock
        self._locks = {each: threading.Lock() for each in Format}
        self._assemblies = {each: Assembly() for each in Format}
        self._parts: dict[tuple[Format, str], tuple[bytes, Sequence[Part]]] = {}
        self.current = {each: Own() for each in Format}

    def due(self, form: Format) -> bool:
        """Whether to call `refresh` before a response; not while another thread does, unless there is nothing yet."""
        current = self.current[form]
        old = self._clock() - current.rendered >= SECONDS
        return old and (current.version == 0 or not self._locks[form].locked())

    def refresh(self, form: Format) -> None:
        """Render the metrics, unless they have been rendered within the last second."""
        with self._locks[form]:
            before = self.current[form]
            now = self._clock()
            if now - before.rendered < SECONDS:
                return
            names: dict[str, str] = {}
            families = {}
            for name, sample_names, text in self._texts(form):
                names |= dict.fromkeys((name, *sample_names), name)
                families[name] = self._part(form, name, text)
            page = self._assemblies[form].page(families)
            self.current[form] = Own(page, names, before.version + 1, now)

    def _part(self, form: Format, name: str, text: bytes) -> Sequence[Part]:
        """The same object for the same text, which is then not compressed again."""
        known = self._parts.get((form, name))
        if known and known[0] == text:
            return known[1]
        parts = (Part(text, zlib.crc32(name.encode())),)
        self._parts[form, name] = text, parts
        return parts

    def _texts(self, form: Format) -> Iterator[tuple[str, Iterable[str], bytes]]:
        """The name, the names of the samples and the text of each family; what ends the format has no name."""
        is_openmetrics = form is Format.OPENMETRICS
        for table in self._telemetry.tables:
            if lines := table.lines():
                yield table.name, (table.sample_name,), table.header(openmetrics=is_openmetrics) + lines
        for metric in filter(lambda each: each.samples, self._telemetry.registry.collect()):
            one = _One(metric)
            if is_openmetrics:
                text: bytes = openmetrics.generate_latest(one).removesuffix(EOF)  # type: ignore[no-untyped-call]
            else:
                text = exposition.generate_latest(one)
            yield metric.name, {sample.name for sample in metric.samples}, text
        if is_openmetrics:
            yield "", (), EOF


@dataclass(frozen=True, slots=True)
class _One:
    """A registry of one family."""

    metric: Metric

    def collect(self) -> Iterable[Metric]:
        return (self.metric,)
