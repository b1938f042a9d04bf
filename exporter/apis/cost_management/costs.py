"""Costs of a scope as the shared reports of usage read them, whatever the download."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from exporter.apis.cost_management.downloads.download import Cost, Download
from exporter.apis.costs.client import UsageClient
from exporter.apis.costs.selection import Batches, PartialSums, Selection
from exporter.model.collection import Validators
from exporter.model.periods import Days, billing_month, day_of

DISTINCT_DAYS = 1 << 12


class Costs(UsageClient):
    """Actual or amortized costs; rows state their currency."""

    def __init__(self, download: Download, cost: Cost, currency: str | None = None) -> None:
        super().__init__()
        self._download = download
        self._cost = cost
        self._currency = currency

    @property
    def always(self) -> tuple[str, ...]:
        return self._download.always

    def commitments(self, today: date, validators: Validators) -> tuple[Selection, Days, Batches]:
        """Amortized costs of the current month, with what tells reservations and savings plans apart."""
        selection, days = Selection(self._download.commitments), Days(today.replace(day=1), today)
        return selection, days, self._download.batches(days, selection, "amortized", validators)

    def usage(
        self, period: Days | None, today: date, selection: Selection, validators: Validators
    ) -> Iterator[tuple[Days, Batches]]:
        """One range: the days so far of the current month, or those of `period`, which is within a month."""
        days = period or billing_month(today)
        batches = self._download.batches(Days(days.start, min(days.end, today)), selection, self._cost, validators)
        yield days, batches if days == billing_month(days.start) else within(batches, days)

    def oldest(self, today: date) -> date:
        return self._download.oldest(today)

    def currency(self, published: str, today: date) -> str:
        return self._currency or ""


def within(batches: Batches, days: Days) -> Batches:
    """The rows of some days: an export has whole months."""

    @lru_cache(DISTINCT_DAYS)
    def contains(text: str | None) -> bool:
        return text is not None and day_of(text) in days

    for batch in batches:
        if isinstance(batch, PartialSums):
            yield PartialSums(row for row in batch if contains(row[0]))
        else:
            yield (row for row in batch if contains(row[0]))
