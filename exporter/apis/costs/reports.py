"""What all reports of costs have in common."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from exporter.apis.api import AccountReport
from exporter.apis.costs.settings import CostSettings
from exporter.errors import Failure
from exporter.model.collection import Run

C = TypeVar("C")
S = TypeVar("S", bound=CostSettings)


class Report(AccountReport[C, S]):
    """A report of one account; its failures name it and its period."""

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
            self.name_failure(failure, run)
            raise

    def name_failure(self, failure: Failure, run: Run) -> None:
        """Begin the text of a failure with the report and its period."""
        failure.args = (f"{self.titled(run)}: {failure}",)

    def titled(self, run: Run) -> str:
        """The report and its period, for messages."""
        return f"{self.name} {run.period}"

    def published_currency(self, run: Run) -> str:
        """A currency that the report has published; empty for none."""
        found = (
            key[family.labels.names.index("currency")]
            for family in self.families
            if run.published and "currency" in family.labels.names
            for key in run.published.samples.get(family.name, ())
        )
        return next(found, "")
