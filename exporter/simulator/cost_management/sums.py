"""Rows summed by day or month and by groupings."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from exporter.simulator.cost_management.fields import field_of
from exporter.simulator.cost_management.selection import Selection
from exporter.simulator.costs.book import DOLLARS, Agreement
from exporter.simulator.costs.rows import CostRow
from exporter.simulator.switches import Switches

PRECISION = 60


@dataclass(frozen=True)
class Column:
    """A column by its name and the service's type: Number, String, Datetime, Array."""

    name: str
    type: str


@dataclass(frozen=True)
class Table:
    """Rows, each an array in the order of the columns."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]


def summed(rows: Sequence[CostRow], selection: Selection, agreement: Agreement, switches: Switches) -> Table:
    """Aggregations, the date, the groupings, the tags, the currency: in this order; a row for each currency."""
    sums: dict[tuple[Any, ...], list[Decimal]] = {}
    with localcontext(prec=PRECISION):
        for row in rows:
            key = _key(row, selection, agreement)
            amounts = sums.setdefault(key, [Decimal(0)] * len(selection.measures))
            for place, (_, name) in enumerate(selection.measures):
                amounts[place] += _measure(row, name, selection)
    found = [
        [*(_number(amount, switches) for amount in sums[key]), *(_shown(part) for part in key)]
        for key in sorted(sums, key=repr)
    ]
    return Table(_columns(selection, switches), found)


def _columns(selection: Selection, switches: Switches) -> list[Column]:
    columns = [Column(_name(alias, name, switches), "Number") for alias, name in selection.measures]
    if selection.granularity == "Daily":
        columns.append(Column("UsageDate", "Number"))
    if selection.granularity == "Monthly":
        columns.append(Column("BillingMonth", "Datetime"))
    for kind, name in selection.groupings:
        columns += [Column("TagKey", "String"), Column("TagValue", "String")] if kind == "TagKey" else [
            Column(name, "String")
        ]  # fmt: skip
    if selection.tags:
        columns.append(Column("Tags", "Array"))
    return [*columns, Column("Currency", "String")]


def _name(alias: str, name: str, switches: Switches) -> str:
    if switches.cost_management_cost_column == "alias":
        return alias
    renamed = switches.cost_management_cost_column == "PreTaxCost"
    return {"Cost": "PreTaxCost", "CostUSD": "PreTaxCostUSD"}.get(name, name) if renamed else name


def _key(row: CostRow, selection: Selection, agreement: Agreement) -> tuple[Any, ...]:
    key: list[Any] = []
    if selection.granularity == "Daily":
        key.append(int(f"{row.date:%Y%m%d}"))
    if selection.granularity == "Monthly":
        key.append(f"{row.date:%Y-%m}-01T00:00:00")
    for kind, name in selection.groupings:
        if kind == "TagKey":
            # A resource without the tag has neither its key nor a value.
            key += [name, row.tags[name]] if name in row.tags else [None, None]
        else:
            value = field_of(agreement, name)
            assert value is not None
            key.append(value(row))
    if selection.tags:
        key.append(tuple(f'"{tag}":"{value}"' for tag, value in row.tags.items()))
    return *key, row.currency


def _measure(row: CostRow, name: str, selection: Selection) -> Decimal:
    if name == "UsageQuantity":
        return row.quantity
    cost = row.cost(selection.metric)
    return cost * DOLLARS[row.currency] if name.endswith("USD") else cost


def _number(amount: Decimal, switches: Switches) -> Decimal:
    return Decimal(repr(float(amount))) if switches.cost_management_number_form == "double" else amount


def _shown(part: Any) -> Any:
    return list(part) if isinstance(part, tuple) else part
