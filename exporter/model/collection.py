"""What a report is to the machine that runs it, and what one run brings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from exporter.model.families import Family, Samples


class Validators:
    """The ETags that vouch for the published collection, and those that the running one brings.

    They are RFC 9110's validators (section 8.8). They live with the data and not in the HTTP layer: a run
    that fails on its second page must not leave the first page's ETag behind.
    """

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self.known = dict(known or {})
        self.seen: dict[str, str] = {}


class Collector(Protocol):
    """Produces the families of one report: no clock, no sleep, no log and no gauge in it."""

    @property
    def name(self) -> str:
        """The report's name, as its API documents it; the label `collector`."""

    @property
    def fresh_every(self) -> timedelta:
        """How often the API documents new data: the default interval."""

    @property
    def families(self) -> tuple[Family, ...]:
        """What the records are folded into."""

    def collect(self, now: datetime, validators: Validators) -> Iterable[Any]:
        """Records, page by page; raises `NotModified` or a `Failure`.

        A record that sums several rows of the report has their number in `rows`; one that tells what nobody
        can see in the samples has it in `note`.
        """

    def stands_for(self, record: Any) -> datetime | None:
        """The instant that a record's data stands for, where it says so."""


@dataclass(frozen=True, slots=True)
class Collection:
    """What one run brought: every sample of every family, and what is known about them."""

    samples: Mapping[str, Samples]
    records: int
    collected: datetime
    changed: datetime
    stands_for: datetime | None = None
    validators: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def series(self) -> int:
        """How many series it publishes."""
        return sum(map(len, self.samples.values()))
