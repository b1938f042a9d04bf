"""Parquet: the sums are those of the same rows in CSV, to the last digit."""

import csv
import io
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from exporter.apis.cost_management.downloads.download import MARKETPLACE, Cost
from exporter.apis.cost_management.exports.parquet import parquet_batches
from exporter.apis.cost_management.rows import csv_batches
from exporter.apis.costs.aggregate import Aggregate
from exporter.apis.costs.selection import PartialSums, Selection
from exporter.errors import Malformed
from exporter.model.periods import Days

SELECTION = Selection(("subscription_name", "currency", "publisher_type", *MARKETPLACE), ("team",))
DAYS = Days(date(2026, 11, 1), date(2026, 11, 20))
NAMES = "SubscriptionName", "Date", "Quantity", "CostInBillingCurrency", "BillingCurrencyCode", "PublisherType", "Tags"
COSTS: tuple[Cost, ...] = "actual", "amortized"
TAGS = '"Team": "checkout"'


def table(costs: Any, quantities: Any = None, days: Any = None, names: Sequence[str] = NAMES) -> pa.Table:
    """A table with some costs, and the same texts in all rows."""
    number = len(costs)
    columns = [
        pa.array(["Shop"] * number),
        days if days is not None else pa.array(["11/02/2026"] * number),
        quantities if quantities is not None else pa.nulls(number, pa.float64()),
        costs,
        *(pa.array([text] * number) for text in ("EUR", "Azure", TAGS)),
    ]
    return pa.table(columns, names=list(names))


def file(found: pa.Table, **options: Any) -> io.BytesIO:
    written = io.BytesIO()
    parquet.write_table(found, written, **options)
    written.seek(0)
    return written


def as_csv(found: pa.Table) -> bytes:
    """The same rows as CSV: a double as the shortest text that stands for it, which is Python's."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(found.column_names)
    writer.writerows(zip(*(column.to_pylist() for column in found.columns), strict=True))
    return text.getvalue().encode()


def sums(batches: Any, selection: Selection = SELECTION) -> dict[Any, tuple[Any, ...]]:
    """Rows, quantity, cost and rows without a cost, by values."""
    aggregate = Aggregate(selection, selection.columns, DAYS.end)
    outside = aggregate.add(batches, DAYS, DAYS.end)
    assert {} == outside.rows
    return {
        (row.labels, *row.values.values()): (row.rows, row.quantity, row.cost, row.unpriced, row.until)
        for row in aggregate.usage("")
    }


def both(found: pa.Table) -> tuple[dict[Any, Any], dict[Any, Any]]:
    return sums(parquet_batches(file(found), SELECTION, "actual")), sums(
        csv_batches([as_csv(found)], SELECTION, "actual")
    )


doubles = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12) | st.sampled_from(
    [5.64902e-05, 1.129804e-06, 1e-7, -0.0, 0.1, 1e15, 123456789.12345679, 1e-25, 4.9e-324]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | doubles, max_size=40))
def test_doubles_are_summed_as_their_texts(amounts: list[float | None]) -> None:
    ours, expected = both(table(pa.array(amounts, pa.float64()), pa.array(amounts[::-1], pa.float64())))
    assert expected == ours


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | st.decimals(min_value=-(10**12), max_value=10**12, places=18), max_size=40))
def test_decimals_stay_decimals(amounts: list[Decimal | None]) -> None:
    ours, expected = both(table(pa.array(amounts, pa.decimal128(38, 18))))
    assert expected == ours


@pytest.mark.parametrize(
    "costs",
    [
        pa.array([1, -2, None], pa.int64()),
        pa.array(["1.5", "-2e-5", None]),
        pa.array(["1.5", ""]),
        pa.array([Decimal("1.5")], pa.decimal256(76, 40)),
        pa.array([Decimal(10) ** 36, Decimal(1)], pa.decimal128(38, 0)),
        pa.array(["1.5", "1.5"]).dictionary_encode(),
        pa.nulls(2),
    ],
)
def test_amounts_of_any_type_are_exact(costs: Any) -> None:
    ours, expected = both(table(costs))
    assert expected == ours


def test_a_single_is_the_shortest_text_too() -> None:
    (found,) = sums(parquet_batches(file(table(pa.array([0.1, 0.2], pa.float32()))), SELECTION, "actual")).values()
    assert Decimal("0.3") == found[2]


@pytest.mark.parametrize("costs", [[float("nan")], [float("inf"), 1.0], ["1_0"], [True], [{"a": 1}]])
def test_what_is_no_amount_is_malformed(costs: list[Any]) -> None:
    with pytest.raises(Malformed):
        list(parquet_batches(file(table(pa.array(costs))), SELECTION, "actual"))


@pytest.mark.parametrize(
    "day",
    [
        pa.array([date(2026, 11, 2)]),
        pa.array([datetime(2026, 11, 2, tzinfo=UTC)], pa.timestamp("ns", "UTC")),
        pa.array([datetime(2026, 11, 2, 23, tzinfo=UTC)], pa.timestamp("ms", "Etc/GMT-5")),
        pa.array([datetime(2026, 11, 2)]),  # noqa: DTZ001 (a column without a zone)
        pa.array(["2026-11-02T00:00Z"]),
        pa.array([b"11/2/2026"]),
    ],
)
def test_days_of_any_type_are_read(day: Any) -> None:
    (found,) = sums(parquet_batches(file(table(pa.array([1.0]), days=day)), SELECTION, "actual")).values()
    assert date(2026, 11, 2) == found[4]


def test_values_of_any_type_are_read_as_csv_has_them() -> None:
    found = table(pa.array([1.0, 2.0])).append_column("Term", pa.array([36.0, None]))
    found = found.append_column("IsAzureCreditEligible", pa.array([True, False]))
    selection = Selection(("currency", "term", "is_azure_credit_eligible", "plan_name"))
    rows = [row for batch in parquet_batches(file(found), selection, "actual") for row in batch]
    assert {("EUR", "36", "True"), ("EUR", "", "False")} == {row[1][:3] for row in rows}


def test_rows_with_the_same_values_are_summed_before_they_are_handed_out() -> None:
    found = table(pa.array([0.1] * 300_000), pa.array([1.0] * 300_000))
    batches = list(parquet_batches(file(found, row_group_size=1000), SELECTION, "actual"))
    assert all(isinstance(batch, PartialSums) and len(batch) == 1 for batch in batches)
    assert len(batches) < 4
    (total,) = sums(batches).values()
    assert (300_000, Decimal(300_000), Decimal(30_000), 0) == total[:4]


def test_focus_has_two_costs() -> None:
    names = [*NAMES[:3], "BilledCost", *NAMES[4:]]
    found = table(pa.array([1.5]), names=names).append_column("EffectiveCost", pa.array([0.5]))
    both_costs = [sums(parquet_batches(file(found), SELECTION, cost)) for cost in COSTS]
    assert [Decimal("1.5"), Decimal("0.5")] == [next(iter(found.values()))[2] for found in both_costs]


def test_no_columns_but_the_day_and_the_cost_are_rows_too() -> None:
    found = pa.table({"Date": ["11/02/2026"] * 2, "Cost": [1.0, 2.0]})
    batches = list(parquet_batches(file(found), Selection(("meter_id",)), "actual"))
    assert [3] == [row[3] for batch in batches for row in batch]
    assert [] == list(parquet_batches(file(found.slice(0, 0)), Selection(("meter_id",)), "actual"))


@pytest.mark.parametrize(
    "written",
    [
        file(pa.table({"Date": ["11/02/2026"]})),
        file(table(pa.array([1.0])).append_column("Date", pa.array(["11/02/2026"]))),
        io.BytesIO(b"PAR1" + b"\0" * 100 + b"PAR1"),
        io.BytesIO(file(table(pa.array([1.0] * 1000))).getvalue()[:-100]),
    ],
)
def test_a_file_that_is_none_of_costs_is_malformed(written: io.BytesIO) -> None:
    with pytest.raises(Malformed):
        list(parquet_batches(written, SELECTION, "actual"))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 3000), st.binary(min_size=1, max_size=8))
def test_damaged_files_raise_nothing_but_malformed(place: int, damage: bytes) -> None:
    whole = bytearray(file(table(pa.array([1.0, 2.5, None]))).getvalue())
    place %= len(whole)
    whole[place : place + len(damage)] = damage
    with suppress(Malformed):
        sums(parquet_batches(io.BytesIO(bytes(whole)), SELECTION, "actual"))
