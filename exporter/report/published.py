"""The rows of any report: what the exporter publishes of it, the figures with the same labels beside each other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from operator import add
from typing import Any

from exporter.errors import Malformed
from exporter.model.collection import Collector, Run
from exporter.model.families import Family, Labels, LabelValues, Number, fold
from exporter.report.request import Request
from exporter.report.table import CURRENCY, Column, Kind, Row, Table, Value

PREFIXES = "azure_b2c_", "azure_ea_", "azure_", "partner_center_"
"""What the names of families begin with, and those of columns do not."""
TIME, INFO, USD = "_timestamp_seconds", "_info", "_usd"
NOT_SUMMABLE = frozenset({"ratio", "utilization", "quantity", "budget", "success"})
"""Words in the names of figures whose sum means nothing: quantities are in different units, budgets overlap."""


def published(collector: Collector, request: Request, now: datetime, run: Run) -> Table:
    """The figures of the records that the first family of the report is read from."""
    return rows_of(collector, collector.collect(now, run))


def rows_of(collector: Collector, records: Iterable[Any]) -> Table:
    """One row for each set of labels; a figure that the records do not state is not known."""
    source = collector.families[0].source
    families = [family for family in collector.families if family.source is source]
    labels = _all_labels(families)
    samples = fold(records, [replace(family, labels=labels) for family in families])
    figures = [family for family in families if not family.name.endswith(INFO)]
    columns = [_column(family) for family in figures]
    keys: dict[LabelValues, None] = dict.fromkeys(key for found in samples.values() for key in found)
    rows: list[Row] = []
    for key in keys:
        values = (
            _value(column, samples[family.name].get(key)) for family, column in zip(figures, columns, strict=True)
        )
        row: dict[str, Value] = dict(zip(labels.names, key, strict=True))
        rows.append(row | dict(zip((column.name for column in columns), values, strict=True)))
    return Table(collector.name, (*map(Column, labels.names), *columns), rows)


def _all_labels(families: Sequence[Family]) -> Labels:
    """The labels that any of the families has; the currency is the last one."""
    distinct = dict.fromkeys(family.labels for family in families)
    names = dict.fromkeys(name for labels in distinct for name in labels.names)
    ordered = tuple(sorted(names, key=lambda name: name == CURRENCY))

    def read(record: Any) -> tuple[Any, ...]:
        found = {name: value for one in distinct for name, value in zip(one.names, one.read(record), strict=True)}
        return tuple(found[name] for name in ordered)

    return Labels(ordered, read)


def _column(family: Family) -> Column:
    prefix = next((prefix for prefix in PREFIXES if family.name.startswith(prefix)), "")
    name = family.name.removeprefix(prefix)
    if name.endswith(TIME):
        return Column(name.removesuffix(TIME), Kind.TIME)
    words = frozenset(name.split("_"))
    return Column(name, _kind(family, words), family.merge is add and not words & NOT_SUMMABLE)


def _kind(family: Family, words: frozenset[str]) -> Kind:
    if "ratio" in words:
        return Kind.RATIO
    if CURRENCY in family.labels.names:
        return Kind.PRICE if "price" in words else Kind.AMOUNT
    return Kind.USD if family.name.endswith(USD) else Kind.NUMBER


def _value(column: Column, number: Number | None) -> Value:
    if number is not None and column.kind is Kind.TIME:
        return datetime.fromtimestamp(int(number), UTC)
    return figure(number)


def figure(number: Number | None) -> Decimal | int | None:
    """The number, which is exact; only instants are binary fractions."""
    if isinstance(number, float):
        raise Malformed(f"{number} is not exact")
    return number


Reading = Callable[[Any, Request, datetime, Run], Table]
"""Reads the rows of a report."""
