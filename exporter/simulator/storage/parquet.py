"""FOCUS exports as Parquet, if pyarrow is installed."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from importlib.util import find_spec

NUMBERS = ("Cost", "CostInUsd", "UnitPrice", "Quantity")
TIMES = ("PeriodStart", "PeriodEnd")
PRECISION, SCALE = 38, 22


def available() -> bool:
    """Whether files can be written."""
    return find_spec("pyarrow") is not None


def parquet_bytes(columns: Sequence[str], lines: Iterable[Mapping[str, str]]) -> bytes:
    """A file compressed by Snappy: decimals that lose no digit of a cost, instants in UTC, texts; empty is null."""
    import pyarrow
    from pyarrow import parquet

    types = {"number": pyarrow.decimal128(PRECISION, SCALE), "time": pyarrow.timestamp("ms", "UTC")}
    fields = [pyarrow.field(name, types.get(_kind(name), pyarrow.string())) for name in columns]
    listed = list(lines)
    arrays = [
        pyarrow.array([_value(field.name, line.get(field.name, "")) for line in listed], field.type) for field in fields
    ]
    content = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields)), content, compression="snappy")
    return content.getvalue()


def _kind(name: str) -> str:
    if name.endswith(NUMBERS):
        return "number"
    return "time" if name.endswith(TIMES) else "text"


def _value(name: str, text: str) -> object:
    if not text:
        return None
    match _kind(name):
        case "number":
            with localcontext(prec=PRECISION + SCALE):
                return Decimal(text).quantize(Decimal(1).scaleb(-SCALE), ROUND_HALF_EVEN)
        case "time":
            return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
    return text
