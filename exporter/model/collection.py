"""The contract between collectors and the runner: a collector, one run of it, and the resulting collection."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from exporter.model.families import Family, Samples


class Validators:
    """ETags (RFC 9110, section 8.8) and other values by which unchanged data is recognized.

    `known` are those of the published collection, `seen` those of the current run. They are stored with the data and
    not in the HTTP layer: a run that fails on its second page must not store the first page's ETag.
    """

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self.known = dict(known or {})
        self.seen: dict[str, str] = {}

    def require(self, name: str, value: str) -> None:
        """Record that the samples also depend on `value`: if it has changed, the known validators are discarded."""
        if self.known.get(name) != value:
            self.known.clear()
        self.seen[name] = value


@dataclass(frozen=True, slots=True)
class Collection:
    """The result of a successful run: the samples of every family, and metadata.

    `period` is the billing period of the samples, `records` counts the records read, `overflow` the label sets that
    were folded, and `dropped` the records that are in no sample.
    """

    samples: Mapping[str, Samples]
    records: int
    collected: datetime
    changed: datetime
    data_timestamp: datetime | None = None
    validators: Mapping[str, str] = field(default_factory=dict)
    overflow: int = 0
    warnings: tuple[str, ...] = ()
    period: str = ""
    dropped: int = 0

    @property
    def series(self) -> int:
        """Number of published series."""
        return sum(map(len, self.samples.values()))


class Run:
    """The context of one run of a collector, and what the run reports beside its records.

    `published` is the last successful collection; `period` is the billing period that the run reads, by default the
    calendar month (UTC) in which it starts. `unpublished` counts records that were read and are in no sample, although
    nothing is wrong with them; `incomplete` says why the answer is known to lack something.
    """

    def __init__(self, now: datetime, published: Collection | None = None) -> None:
        self.published = published
        self.validators = Validators(published.validators if published else None)
        self.period = f"{now:%Y%m}"
        self.warnings: list[str] = []
        self.dropped = 0
        self.overflow = 0
        self.unpublished = 0
        self.incomplete = ""

    def warn(self, text: str) -> None:
        """Report what the samples do not show; duplicates are ignored."""
        if text not in self.warnings:
            self.warnings.append(text)

    def drop(self, text: str, records: int = 1) -> None:
        """Report records that are in no sample, and why; a run that drops all records fails."""
        self.dropped += records
        self.warn(text)


class Collector(ABC):
    """Reads the records of one report; it neither logs nor sets metrics.

    `name` is the documented name of the report and the label `collector`; `fresh_every` is how often the API
    documents new data, the default interval.
    """

    __slots__ = ()

    name: ClassVar[str]
    fresh_every: ClassVar[timedelta]

    @property
    def required(self) -> bool:
        """Whether the exporter is ready only once this collector has published."""
        return True

    @property
    @abstractmethod
    def families(self) -> tuple[Family, ...]:
        """The families that the records are folded into."""

    @property
    @abstractmethod
    def shape(self) -> Mapping[str, object]:
        """What determines the meaning and labels of samples: the source, and options that are not at their default.

        Stored samples of another shape are discarded. Timeouts, intervals and credentials are not part of it.
        """

    @abstractmethod
    def collect(self, now: datetime, run: Run) -> Iterable[Any]:
        """Read the records, page by page; raises `NotModified` or a `Failure`."""

    @property
    def max_series(self) -> int | None:
        """The most label sets of a family; beyond it the smallest are folded into `__other__`. None for no limit."""
        return None

    def next_period(self, after: datetime) -> datetime | None:
        """When the report's figures next reset, so that a run is due whatever the interval; None for never."""
        return None

    def rows(self, record: Any) -> int:
        """How many rows of the report a record sums; their sum is `Collection.records`."""
        return 1

    def data_timestamp(self, record: Any) -> datetime | None:
        """The instant as of which a record's data is; None if the record does not state it."""
        return None
