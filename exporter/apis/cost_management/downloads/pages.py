"""A query's answers: pages of rows that are arrays, in the order of the page's own columns."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from msgspec import UNSET

from exporter.apis.cost_management.columns import COLUMNS, CURRENCY
from exporter.apis.cost_management.downloads.groupings import Groupings
from exporter.apis.costs.selection import Row, Selection
from exporter.apis.costs.tags import TagValues
from exporter.errors import Malformed

COST, QUANTITY = "totalCost", "totalQuantity"
"""The aliases of the aggregations."""
COSTS, QUANTITIES = (COST, "Cost", "PreTaxCost"), (QUANTITY, "UsageQuantity", "Quantity")
"""What a column may be named after: the alias, or the field."""
DAYS = ("UsageDate", "BillingMonth")
TAG_KEY, TAG_VALUE = "tagkey", "tagvalue"


class Column(msgspec.Struct, frozen=True):
    """A column of a page."""

    name: str


class Properties(msgspec.Struct, frozen=True, rename="camel"):
    """The rows of a page; no link, null and "" all mean that it is the last one."""

    columns: tuple[Column, ...]
    rows: list[list[Any]]
    next_link: str | None = None


class Page(msgspec.Struct, frozen=True):
    """The answer to a query."""

    properties: Properties


def _exact(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise msgspec.ValidationError(f"not an amount: {text[:40]}") from None


PAGE = msgspec.json.Decoder(Page, float_hook=_exact)
"""Numbers with all their digits: fractions as `Decimal`, others as `int`."""


def rows(page: Properties, selection: Selection, groupings: Groupings) -> Iterator[Row]:
    """The rows of a page; raises `Malformed` for one that lacks a column, or whose rows do not fit its columns."""
    if not page.rows:
        return
    names = [column.name.strip().lower() for column in page.columns]
    places = {name: place for place, name in reversed(list(enumerate(names)))}
    day, cost = _place(places, DAYS, "day"), _place(places, COSTS, "cost")
    if names.count(names[cost]) > 1:
        raise Malformed(f"query: {names.count(names[cost])} columns have the name {names[cost]}")
    quantity = _place(places, QUANTITIES, "quantity") if "unit_of_measure" in selection.columns else None
    found = [_found(places, column, groupings) for column in selection.columns]
    tags = _tags(names, groupings.tag_keys) if groupings.tag_keys else None
    for row in page.rows:
        if len(row) != len(names):
            raise Malformed(f"query: a row of {len(row)} values below {len(names)} columns")
        values = tuple(UNSET if place is None else _text(row[place]) for place in found)
        yield (
            _day(row[day]),
            (*values, tags(row)) if tags else values,
            None if quantity is None else _amount(row[quantity]),
            _amount(row[cost]),
        )


def _found(places: Mapping[str, int], column: str, groupings: Groupings) -> int | None:
    """The place of a column of the selection; None for one that queries do not have."""
    if column == "currency":
        return _place(places, CURRENCY.dimensions, column)
    if column not in groupings.dimensions:
        return None
    return _place(places, (groupings.dimensions[column], *COLUMNS[column].dimensions), column)


def _place(places: Mapping[str, int], names: Iterable[str], what: str) -> int:
    """The place of the first of the names that there is."""
    for name in names:
        if (place := places.get(name.lower())) is not None:
            return place
    raise Malformed(f"query: the answer has no column for the {what}; it has {', '.join(places)[:200]}")


def _tags(names: list[str], keys: tuple[str, ...]) -> Callable[[list[Any]], TagValues]:
    """The values of the tags, whose columns have the same names and come in the order of the groupings."""
    stated, values = ([n for n, name in enumerate(names) if name == wanted] for wanted in (TAG_KEY, TAG_VALUE))
    if not len(stated) == len(values) == len(keys):
        raise Malformed(f"query: {len(values)} columns of tags instead of {len(keys)}")
    wanted = [key.strip().lower() for key in keys]

    def read(row: list[Any]) -> TagValues:
        for place, key in zip(stated, wanted, strict=True):
            if (found := _text(row[place])) and found.lower() != key:
                raise Malformed("query: a row has another tag than the one requested in its place")
        return tuple(_text(row[place]) for place in values)

    return read


def _text(value: Any) -> str:
    """A text without blanks around, a number as a text, or "" for null."""
    if value is None or isinstance(value, str):
        return (value or "").strip()
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    raise Malformed(f"query: a value that is neither text nor number: {str(value)[:40]!r}")


def _day(value: Any) -> str | None:
    """`20261101`, the same as a text, or `2026-11-01T00:00:00`, as `day_of` reads it."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    return _text(value) or None


def _amount(value: Any) -> Decimal | None:
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise Malformed(f"query: not an amount: {str(value)[:40]!r}")
