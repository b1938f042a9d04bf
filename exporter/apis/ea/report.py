"""What all reports of an enrollment have in common."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from exporter.apis.ea.client import Client
from exporter.errors import Failure
from exporter.model.collection import Collector, Run
from exporter.model.families import Family


@dataclass(frozen=True, slots=True)
class Report(Collector):
    """A report of one enrollment; its failures name it and its period."""

    client: Client

    shaped_by: ClassVar[tuple[str, ...]] = ()

    @property
    def shape(self) -> Mapping[str, object]:
        return self.client.settings.shape("currency", "usage.max_series", *self.shaped_by)

    @property
    def max_series(self) -> int:
        return self.client.settings.usage.max_series

    @abstractmethod
    def records(self, now: datetime, run: Run) -> Iterable[Any]:
        """As `collect`."""

    def collect(self, now: datetime, run: Run) -> Iterator[Any]:
        try:
            yield from self.records(now, run)
        except Failure as failure:
            failure.args = (f"{self.titled(run)}: {failure}",)
            raise

    def titled(self, run: Run) -> str:
        """The report and its period, for messages."""
        return f"{self.name} {run.period}"

    def currency(self, now: datetime, run: Run) -> str:
        """The enrollment's currency; where nothing states it any more, or not yet, the one that is published."""
        return self.client.currency(_published(run, self.families), now.date())


def _published(run: Run, families: Iterable[Family]) -> str:
    for family in families:
        if run.published and "currency" in family.labels.names:
            for key in run.published.samples.get(family.name, ()):
                return key[family.labels.names.index("currency")]
    return ""
