"""What a report is to the machine that runs it, and what one run brings."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from exporter.model.families import Family, Samples


class Validators:
    """What validates the published collection, and what will validate the one that the running run brings.

    Above all ETags, RFC 9110's validators (section 8.8). They are stored with the data and not in the HTTP layer: a
    run that fails on its second page must not leave the first page's ETag behind.
    """

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self.known = dict(known or {})
        self.seen: dict[str, str] = {}

    def require(self, name: str, value: str) -> None:
        """The samples also depend on `value`: where it has changed, nothing known validates them any more."""
        if self.known.get(name) != value:
            self.known.clear()
        self.seen[name] = value


@dataclass(frozen=True, slots=True)
class Collection:
    """What one run brought: every sample of every family, and what is known about them.

    `period` names the billing period that the samples are of; `dropped` counts records that are in no sample.
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
        """How many series it publishes."""
        return sum(map(len, self.samples.values()))


class Run:
    """One run of a collector: what it may rely on, and what it reports beside its records.

    `published` is the last good collection, whose amounts may be old; `period` is the billing period that the run
    reads, by default the calendar month (UTC) in which it began.
    """

    def __init__(self, now: datetime, published: Collection | None = None) -> None:
        self.published = published
        self.validators = Validators(published.validators if published else None)
        self.period = f"{now:%Y%m}"
        self.warnings: list[str] = []
        self.dropped = 0
        self.overflow = 0

    def warn(self, text: str) -> None:
        """Something that the samples do not show; each text once."""
        if text not in self.warnings:
            self.warnings.append(text)

    def drop(self, text: str, records: int = 1) -> None:
        """So many records of the answer are in no sample; a run that drops all of them fails."""
        self.dropped += records
        self.warn(text)


class Collector(ABC):
    """Produces the families of one report: no clock, no sleep, no log and no gauge in it.

    `name` is the report's name, as its API documents it, and the label `collector`; `fresh_every` is how often
    the API documents new data, the default interval; `families` is what the records are folded into. The exporter is
    ready without a report that is not `required`.
    """

    __slots__ = ()

    name: ClassVar[str]
    fresh_every: ClassVar[timedelta]
    required: ClassVar[bool] = True

    @property
    @abstractmethod
    def families(self) -> tuple[Family, ...]:
        """What the records are folded into."""

    @property
    @abstractmethod
    def shape(self) -> Mapping[str, object]:
        """What gives samples their meaning and their form: the source, and the options that are not at their default.

        Stored samples of another shape are not published. Time-outs, intervals and credentials are no part of it.
        """

    @abstractmethod
    def collect(self, now: datetime, run: Run) -> Iterable[Any]:
        """Records, page by page; raises `NotModified` or a `Failure`."""

    @property
    def max_series(self) -> int | None:
        """How many label sets of a family are published; the smallest of more are folded into `__other__`."""
        return None

    def next_period(self, after: datetime) -> datetime | None:
        """When the report's figures begin anew, so that a run is due whatever the interval; None for never."""
        return None

    def rows(self, record: Any) -> int:
        """How many records of the report a record sums."""
        return 1

    def data_timestamp(self, record: Any) -> datetime | None:
        """The instant as of which a record's data is, where it says so."""
        return None
