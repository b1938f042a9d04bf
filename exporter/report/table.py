"""Rows and columns of a report, as values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, localcontext
from enum import Enum
from typing import TypeAlias

from exporter.model.families import EXACT

Value: TypeAlias = str | int | Decimal | datetime | None
"""None is what is not known; it is never zero."""
Row: TypeAlias = Mapping[str, Value]
ACCOUNT, CURRENCY, DATE, REPORT = "account", "currency", "date", "report"


class Kind(Enum):
    """What the values of a column are: `AMOUNT` and `PRICE` are in the currency of the row, `USD` in US dollars."""

    TEXT = "text"
    NUMBER = "number"
    RATIO = "ratio"
    PRICE = "price"
    AMOUNT = "amount"
    USD = "usd"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `summable` if a sum over rows of one currency means something, and `adds_up` if one over days does."""

    name: str
    kind: Kind = Kind.TEXT
    summable: bool = False
    adds_up: bool = True

    @property
    def is_label(self) -> bool:
        """Whether it says what the row is about."""
        return self.kind is Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one report; a row lacks the columns that it does not have."""

    report: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]

    @property
    def labels(self) -> tuple[str, ...]:
        """The columns that say what a row is about."""
        return tuple(column.name for column in self.columns if column.is_label)

    @property
    def values(self) -> tuple[Column, ...]:
        """The columns with figures."""
        return tuple(column for column in self.columns if not column.is_label)

    def summable(self, by: Iterable[str] = ()) -> tuple[Column, ...]:
        """The columns with figures that can be summed by these labels."""
        days = DATE in self.labels and DATE not in by
        return tuple(column for column in self.values if column.summable and (column.adds_up or not days))

    def grouped(self, names: Iterable[str]) -> "Table":
        """Sums by these columns and the currency; a sum with a part that is not known is not known.

        Figures that can't be summed are left out.
        """
        kept = tuple(name for name in self.labels if name in {*names, CURRENCY})
        summable = self.summable(kept)
        groups: dict[tuple[Value, ...], list[Row]] = {}
        for row in self.rows:
            groups.setdefault(tuple(row.get(name) for name in kept), []).append(row)
        rows = [
            dict(zip(kept, key, strict=True)) | {column.name: total(group, column) for column in summable}
            for key, group in groups.items()
        ]
        return Table(self.report, (*map(Column, kept), *summable), rows)

    def with_first(self, name: str, value: str) -> "Table":
        """The same rows with one more column at the beginning."""
        rows: list[Row] = [{name: value, **row} for row in self.rows]
        return replace(self, columns=(Column(name), *self.columns), rows=rows)

    def ordered(self) -> "Table":
        """The rows in the order of their columns, from left to right."""
        labels = self.labels
        return replace(self, rows=sorted(self.rows, key=lambda row: [str(row.get(name) or "") for name in labels]))


def total(rows: Iterable[Row], column: Column) -> Decimal | int | None:
    """The exact sum of a column; None if one of the values is not known."""
    found: list[Decimal | int] = []
    for row in rows:
        value = row.get(column.name)
        if not isinstance(value, Decimal | int):
            return None
        found.append(value)
    with localcontext(EXACT):
        return sum(found)


def united(report: str, tables: Sequence[Table]) -> Table:
    """The rows of all tables below each other, with the columns that any of them has: labels before figures."""
    columns: dict[str, Column] = {}
    for column in (column for table in tables for column in table.columns):
        columns.setdefault(column.name, column)
    ordered = sorted(columns.values(), key=lambda column: not column.is_label)
    return Table(report, tuple(ordered), [row for table in tables for row in table.rows])
