"""What a report is to the machine that runs it, and what one run brings."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from exporter.model.families import Family, Samples


class Validators:
    """What vouches for the published collection, and what will vouch for the one that the running run brings.

    Above all ETags, RFC 9110's validators (section 8.8). They live with the data and not in the HTTP layer: a
    run that fails on its second page must not leave the first page's ETag behind.
    """

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self.known = dict(known or {})
        self.seen: dict[str, str] = {}

    def require(self, name: str, value: str) -> None:
        """The samples also depend on `value`: where it has changed, nothing known vouches for them any more."""
        if self.known.get(name) != value:
            self.known.clear()
        self.seen[name] = value


class Collector(ABC):
    """Produces the families of one report: no clock, no sleep, no log and no gauge in it.

    `name` is the report's name, as its API documents it, and the label `collector`; `fresh_every` is how often
    the API documents new data, the default interval; `families` is what the records are folded into.
    """

    __slots__ = ()

    name: ClassVar[str]
    fresh_every: ClassVar[timedelta]

    @property
    @abstractmethod
    def families(self) -> tuple[Family, ...]:
        """What the records are folded into."""

    @abstractmethod
    def collect(self, now: datetime, validators: Validators) -> Iterable[Any]:
        """Records, page by page; raises `NotModified` or a `Failure`.

        A record that sums several rows of the report has their number in `rows`; one that tells what nobody
        can see in the samples has it in `note`.
        """

    @property
    def max_series(self) -> int | None:
        """How many series of a family are published; the smallest of more are folded into `__other__`."""
        return None

    def stands_for(self, record: Any) -> datetime | None:
        """The instant that a record's data stands for, where it says so."""
        return None


@dataclass(frozen=True, slots=True)
class Collection:
    """What one run brought: every sample of every family, and what is known about them."""

    samples: Mapping[str, Samples]
    records: int
    collected: datetime
    changed: datetime
    stands_for: datetime | None = None
    validators: Mapping[str, str] = field(default_factory=dict)
    overflow: int = 0
    notes: tuple[str, ...] = ()

    @property
    def series(self) -> int:
        """How many series it publishes."""
        return sum(map(len, self.samples.values()))
