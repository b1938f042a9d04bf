"""Usage by its days: the day of each row as one more column."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from exporter.apis.costs.client import UsageClient
from exporter.apis.costs.selection import Batches, PartialSums, Row, Selection
from exporter.model.collection import Validators
from exporter.model.periods import Days, day_of
from exporter.report.table import DATE


class Dated(UsageClient):
    """The usage of another client, whose rows have the column `date` where it is selected."""

    def __init__(self, client: UsageClient) -> None:
        super().__init__()
        self._client = client

    @property
    def always(self) -> tuple[str, ...]:
        return self._client.always

    def usage(
        self, period: Days | None, today: date, selection: Selection, validators: Validators
    ) -> Iterator[tuple[Days, Batches]]:
        if DATE not in selection.columns:
            yield from self._client.usage(period, today, selection, validators)
            return
        place = selection.columns.index(DATE)
        stored = replace(selection, columns=tuple(name for name in selection.columns if name != DATE))
        for days, batches in self._client.usage(period, today, stored, validators):
            yield days, map(_dated, batches, _repeated(place))

    def currency(self, published: str, today: date) -> str:
        return self._client.currency(published, today)

    def oldest(self, today: date) -> date:
        return self._client.oldest(today)


def _repeated(place: int) -> Iterator[int]:
    while True:
        yield place


def _dated(batch: Iterable[Row] | PartialSums, place: int) -> Iterable[Row] | PartialSums:
    def values(row: Any) -> tuple[Any, ...]:
        day = day_of(row[0]).isoformat() if row[0] else ""
        return (*row[1][:place], day, *row[1][place:])

    if isinstance(batch, PartialSums):
        return PartialSums((row[0], values(row), *row[2:]) for row in batch)
    return ((day, values((day, found)), quantity, cost) for day, found, quantity, cost in batch)
