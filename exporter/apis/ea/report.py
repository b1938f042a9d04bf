"""What the reports of an enrollment have in common."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, ClassVar

from exporter.apis.api import AccountReport
from exporter.apis.ea.client import Client
from exporter.apis.ea.settings import Settings
from exporter.errors import Failure
from exporter.model.collection import Run


class Report(AccountReport[Client, Settings]):
    """A report of one enrollment; its failures name it and its period."""

    shaped_by: ClassVar[tuple[str, ...]] = ("currency", "usage.max_series")

    @property
    def max_series(self) -> int:
        return self.settings.usage.max_series

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
        published = (
            key[family.labels.names.index("currency")]
            for family in self.families
            if run.published and "currency" in family.labels.names
            for key in run.published.samples.get(family.name, ())
        )
        return self.client.currency(next(published, ""), now.date())
