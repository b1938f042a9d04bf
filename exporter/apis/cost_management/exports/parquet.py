"""Rows of costs in Parquet, summed exactly as they are read: a file has far fewer sets of values than rows.

Decimals stay as they are. A double is the shortest decimal that stands for it, which is what CSV has.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from functools import lru_cache
from itertools import repeat
from operator import sub
from typing import Any, BinaryIO

import pyarrow
from msgspec import UNSET
from pyarrow import compute, parquet, types

from exporter.apis.cost_management.downloads.download import Cost
from exporter.apis.cost_management.layout import Layout
from exporter.apis.costs.amounts import amount
from exporter.apis.costs.selection import PartialSums, Row, Selection
from exporter.apis.costs.tags import selector
from exporter.errors import Malformed
from exporter.transport.ahead import ahead
from exporter.transport.tables import column_name

BATCH = 1 << 18
"""Rows that are summed at once."""
LARGE = 1 << 15
"""Rows of a row group from which texts are read as places in its dictionary; then no batch has two row groups."""
DISTINCT = 1 << 14
"""How many sets of values are cached."""
SUMMED, SCALE, MOST = pyarrow.decimal256(76, 30), 30, Decimal(10) ** 30
"""What is summed by columns; with more decimals, or larger, rows are summed one by one."""
WIDE, ONE = Context(prec=100), Decimal(1)
Texts = Sequence[str]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some rows, or the sums of them: for each the texts of the keys, and the columns with numbers."""

    texts: Sequence[Texts]
    numbers: Sequence[Iterable[Any]]
    summed: bool


def parquet_batches(file: BinaryIO, selection: Selection, cost: Cost) -> Iterator[PartialSums | list[Row]]:
    """The sums of some hundred thousand rows each; columns are found by name, as in CSV. Raises `Malformed`."""
    try:
        reader = _Reader(file, selection, cost)
        for batch in ahead(reader.batches()):
            days, *others = batch.texts
            values = map(reader.values, zip(*others, strict=True) if others else repeat((), len(days)))
            rows = zip(days, values, *batch.numbers, strict=True)
            yield PartialSums(rows) if batch.summed else list(rows)
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise Malformed(f"Parquet: {str(error).partition(chr(10))[0][:200]}") from error


class _Reader:
    """Reads the columns of the selection from one file."""

    def __init__(self, file: BinaryIO, selection: Selection, cost: Cost) -> None:
        metadata = parquet.read_metadata(file)
        schema = metadata.schema.to_arrow_schema()
        names: dict[str, str] = {}
        for name in schema.names:
            names.setdefault(column_name(name), name)
        layout = Layout(names, selection, cost)
        tags = layout.tags if selection.tag_keys else None
        self._keys = [names[key] for key in (layout.day, *layout.fields, *([tags] if tags else []))]
        self._cost = names[layout.cost]
        self._quantity = names[layout.quantity] if layout.quantity else None
        self._columns = list(dict.fromkeys(filter(None, (*self._keys, self._cost, self._quantity))))
        if twice := [name for name in self._columns if schema.names.count(name) > 1]:
            raise Malformed(f"Parquet: the column {twice[0]} is there twice")
        texts = [name for name in self._keys if _is_text(schema.field(name).type)]
        encoded = metadata.num_rows >= LARGE * metadata.num_row_groups
        self._file = parquet.ParquetFile(file, metadata=metadata, read_dictionary=texts if encoded else [])
        self.values = _values(layout, selection)

    def batches(self) -> Iterator[_Batch]:
        """The file, from its beginning to its end."""
        for batch in self._file.iter_batches(BATCH, columns=self._columns, use_threads=False):
            if batch.num_rows:
                yield self._batch(batch)

    def _batch(self, batch: Any) -> _Batch:
        keys = [_encoded(batch.column(name)) for name in self._keys]
        costs = batch.column(self._cost)
        quantities = batch.column(self._quantity) if self._quantity else pyarrow.nulls(batch.num_rows, SUMMED)
        amounts = [_summable(column) for column in (quantities, costs)]
        if None not in amounts:
            return _sums(keys, *amounts)
        texts = [_texts(key.dictionary, key.indices.to_pylist()) for key in keys]
        return _Batch(texts, (_exact(quantities), _exact(costs)), summed=False)


def _sums(keys: Sequence[Any], quantities: Any, costs: Any) -> _Batch:
    names = [str(place) for place in range(len(keys))]
    table = pyarrow.table([*(key.indices for key in keys), quantities, costs], [*names, "quantity", "cost"])
    sums = [("quantity", "sum"), ("cost", "sum"), ("cost", "count"), ([], "count_all")]
    groups = table.group_by(names, use_threads=False).aggregate(sums)
    texts = [_texts(key.dictionary, groups.column(name).to_pylist()) for key, name in zip(keys, names, strict=True)]
    amounts = (map(_plain, groups.column(name).to_pylist()) for name in ("quantity_sum", "cost_sum"))
    rows, priced = (groups.column(name).to_pylist() for name in ("count_all", "cost_count"))
    return _Batch(texts, (*amounts, rows, map(sub, rows, priced)), summed=True)


def _values(layout: Layout, selection: Selection) -> Callable[[Texts], tuple[Any, ...]]:
    """A function from the texts of the keys, without the day, to the values of the selection."""
    columns = lru_cache(DISTINCT)(layout.values)
    if not selection.tag_keys:
        return columns
    if layout.tags is None:
        return lambda texts: (*columns(texts), UNSET)
    select = selector(selection.tag_keys)
    return lambda texts: (*columns(texts[:-1]), select(texts[-1]))


def _is_text(kind: Any) -> bool:
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_binary(kind))


def _encoded(column: Any) -> Any:
    """The column as places in a dictionary of its values."""
    return column if types.is_dictionary(column.type) else column.dictionary_encode()


def _texts(dictionary: Any, places: Sequence[int | None]) -> Texts:
    """The values at some places of a dictionary, as CSV spells them; empty for null."""
    if types.is_timestamp(dictionary.type):  # in UTC, without a need for a database of time zones
        dictionary = dictionary.cast(pyarrow.timestamp("us"), safe=False)
    texts = [_text(value) for value in dictionary.to_pylist()]
    return ["" if place is None else texts[place] for place in places]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)


def _summable(column: Any) -> Any:
    """The column as decimals whose sum is exact; None if there are any that do not fit."""
    kind = column.type
    try:
        if types.is_decimal(kind) and kind.scale <= SCALE:
            decimals = column.cast(pyarrow.decimal256(76, kind.scale))
        elif types.is_integer(kind):
            decimals = column.cast(pyarrow.decimal256(76, 0))
        else:
            decimals = (column.cast(pyarrow.string()) if types.is_floating(kind) else column).cast(SUMMED)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError):
        return None
    most = compute.min_max(decimals).as_py()
    return None if any(abs(value or 0) > MOST for value in most.values()) else decimals


def _exact(column: Any) -> list[Decimal | None]:
    """The amounts one by one; raises `Malformed` for what is none."""
    if types.is_decimal(column.type) or types.is_integer(column.type):
        return [None if value is None else Decimal(value) for value in column.to_pylist()]
    return [None if text is None else amount(text) for text in column.cast(pyarrow.string()).to_pylist()]


def _plain(total: Decimal | None) -> Decimal | None:
    """The same amount without zeros at the end of its decimals."""
    if total is None:
        return None
    plain = total.normalize(WIDE)
    return plain if int(plain.as_tuple().exponent) <= 0 else plain.quantize(ONE, context=WIDE)
