"""Rows of costs in CSV: of cost details reports, of exports, and of FOCUS."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, repeat
from operator import itemgetter
from typing import Any

from msgspec import UNSET

from exporter.apis.cost_management.downloads.download import Cost
from exporter.apis.cost_management.layout import COSTS, DAYS, Layout
from exporter.apis.costs.amounts import amounts
from exporter.apis.costs.selection import Row, Selection
from exporter.apis.costs.tags import selector
from exporter.model.families import BATCH
from exporter.transport.tables import table

REQUIRED = ("date", "cost")
ALIASES = dict.fromkeys(DAYS, "date") | dict.fromkeys(COSTS, "cost")
"""By which the header is recognized."""
DISTINCT = 1 << 14
"""How many sets of values are cached: most rows have the same as many others."""


def csv_batches(chunks: Iterable[bytes], selection: Selection, cost: Cost) -> Iterator[list[Row]]:
    """Batches of a few rows; columns are found by name, whatever the agreement and version of the file.

    Nothing for a header without rows. Raises `Malformed`, also for a file without a header.
    """
    places, rows = table(chunks, REQUIRED, aliases=ALIASES)
    layout = Layout(places, selection, cost)
    values = _reader(layout, places, selection)
    day, costs = itemgetter(places[layout.day]), itemgetter(places[layout.cost])
    quantities = itemgetter(places[layout.quantity]) if layout.quantity else None
    while batch := list(islice(rows, BATCH)):
        days = map(str.strip, map(day, batch))
        quantity = amounts(list(map(quantities, batch))) if quantities else repeat(None)
        yield list(zip(days, values(batch), quantity, amounts(list(map(costs, batch)))))  # noqa: B905 (one is endless)


def _reader(
    layout: Layout, places: dict[str, int], selection: Selection
) -> Callable[[Sequence[list[str]]], Iterable[tuple[Any, ...]]]:
    """A function from rows to the values of the selection."""
    texts = _getter([places[name] for name in layout.fields])
    columns = lru_cache(DISTINCT)(layout.values)
    if not selection.tag_keys:
        return lambda rows: map(columns, map(texts, rows))
    if layout.tags is None:
        return lambda rows: ((*columns(texts(row)), UNSET) for row in rows)
    select, tags = selector(selection.tag_keys), places[layout.tags]
    return lambda rows: ((*columns(texts(row)), select(row[tags])) for row in rows)


def _getter(places: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """As `itemgetter`, but always a tuple."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: tuple(row[place] for place in places)
