"""Sums of rows: nothing is lost, whatever they are grouped by, and what is not known stays unknown."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from exporter.report.table import Column, Kind, Row, Table, total

NAMES = "account", "name", "currency"
COST = Column("cost", Kind.AMOUNT, summable=True)
COLUMNS = (*map(Column, NAMES), COST, Column("ratio", Kind.RATIO))
FEW = st.sampled_from(("a", "b", ""))
COSTS = st.decimals(-(10**9), 10**9, places=12) | st.none()
ROWS = st.lists(st.fixed_dictionaries({**dict.fromkeys(NAMES, FEW), "cost": COSTS, "ratio": COSTS}), max_size=12)


@given(rows=ROWS, names=st.sets(st.sampled_from(NAMES)))
def test_groups_have_the_sums_of_their_rows(rows: list[dict[str, Any]], names: set[str]) -> None:
    """Each row is in one group; the currency always tells groups apart; a group with an unknown part is unknown."""
    grouped = Table("report", COLUMNS, rows).grouped(names)
    kept = [name for name in NAMES if name in {*names, "currency"}]
    assert [*kept, "cost"] == [column.name for column in grouped.columns]
    expected: dict[tuple[str, ...], list[Decimal | None]] = {}
    for row in rows:
        expected.setdefault(tuple(row[name] for name in kept), []).append(row["cost"])
    assert {key: None if None in costs else sum(costs) for key, costs in expected.items()} == {  # type: ignore[arg-type]
        tuple(str(row[name]) for name in kept): row["cost"] for row in grouped.rows
    }
    again = grouped.grouped(())
    assert Table("report", COLUMNS, rows).grouped(()).ordered().rows == again.ordered().rows


def test_rows_are_ordered_from_left_to_right() -> None:
    """By their labels as text, whatever the figures."""
    figures = ("b", "a", 1), ("a", "b", 9), ("a", "a", 5)
    rows: list[Row] = [{"account": a, "name": n, "currency": "EUR", "cost": Decimal(cost)} for a, n, cost in figures]
    ordered = Table("report", COLUMNS, rows).ordered().rows
    assert ["aa", "ab", "ba"] == [f"{row['account']}{row['name']}" for row in ordered]
    assert Decimal(15) == total(rows, COST)
