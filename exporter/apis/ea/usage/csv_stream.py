"""Usage details as CSV, in one stream."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from operator import itemgetter
from typing import Any, ClassVar

from msgspec import UNSET

from exporter.apis.costs.amounts import amount
from exporter.apis.costs.selection import Row, Selection
from exporter.apis.ea.usage.columns import COLUMNS
from exporter.model.collection import Validators
from exporter.model.periods import Days, period_name
from exporter.transport.session import Session
from exporter.transport.tables import table

REQUIRED, ALIASES = ("date", "cost", "consumedquantity"), {"extendedcost": "cost"}
"""Columns that every CSV has, and the older name of one."""
TITLE = "Usage Data Extract"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a stream may be silent, and how long it may take in total."""

    silence_seconds: float
    total_seconds: float


@dataclass(frozen=True, slots=True)
class CsvStream:
    """GET `usagedetails/download`, whose first byte may take an hour."""

    session: Session
    timeouts: Timeouts
    max_months: ClassVar[int] = 1

    def batches(
        self, root: str, days: Days, selection: Selection, validators: Validators, *, current: bool
    ) -> Iterator[Iterable[Row]]:
        """One batch per stream; its period is always named."""
        url, params = f"{root}/usagedetails/download", period_params(days)
        with self.session.stream(url, params=params, validators=validators, **asdict(self.timeouts)) as chunks:
            yield from csv_batches(chunks, selection)


def period_params(days: Days) -> dict[str, str]:
    """The query parameters for some days."""
    if period := period_name(days):
        return {"billingPeriod": period}
    return {"startTime": str(days.start), "endTime": str(days.end)}


def usage_table(chunks: Iterable[bytes]) -> tuple[dict[str, int], Iterator[list[str]]]:
    """The places of the columns, and the rows; no places for an empty month."""
    return table(chunks, REQUIRED, TITLE, ALIASES)


def csv_batches(chunks: Iterator[bytes], selection: Selection) -> Iterator[Iterable[Row]]:
    """One batch, or none for an empty month."""
    places, rows = usage_table(chunks)
    if not places:
        return
    names = [COLUMNS[column].lower() for column in selection.columns]
    fields: Iterable[list[Any]] = rows
    if not places.keys() >= {*names, "tags"}:  # v2 lacks seven columns
        nowhere = max(places.values()) + 1
        places = defaultdict(lambda: nowhere, places)
        fields = ([*row[:nowhere], UNSET] for row in rows)
    values = selection.reader(itemgetter, [places[name] for name in names], places["tags"])
    day, quantity, cost = (places[name] for name in ("date", "consumedquantity", "cost"))
    yield ((row[day], values(row), amount(row[quantity]), amount(row[cost])) for row in fields)
