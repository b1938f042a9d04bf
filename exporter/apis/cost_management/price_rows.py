"""Prices in the CSV files of a zip, within bounded space and time."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from exporter.apis.costs.amounts import amount
from exporter.apis.costs.records import Price, currency_code
from exporter.errors import Malformed
from exporter.transport.tables import table

REQUIRED = ("meterid", "unitprice")
CURRENCY = ("currencycode", "currency")
"""The currency of the prices: of an enrollment, and of a billing profile (where `billingcurrency` is another one)."""
CONSUMPTION = frozenset({"", "consumption"})
"""Types of prices that are paid per unit; others are of a reservation or a savings plan for its whole term."""
CHUNK = 1 << 18
END = re.compile(rb"(?=PK\x05\x06(.{18}))", re.DOTALL)
"""What ends a zip, unless a comment follows; its fifth number is the size of the list of files."""
END_64 = b"PK\x06\x07"
"""What comes before the end of a zip of more than 65,535 files or 4 GiB."""
END_SIZE, MAX_COMMENT, MAX_LIST = 22, 0xFFFF, 1 << 20
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED = 1


def files(zipped: IO[bytes], max_size: int) -> Iterator[Iterator[bytes]]:
    """The bytes of each CSV file, which are together at most `max_size`.

    Raises `Malformed` for what is no zip of CSV files, or one that is too large to be read.
    """
    with _translated():
        _require_few(zipped)
        archive = zipfile.ZipFile(zipped)
    found = [one for one in archive.infolist() if one.filename.lower().endswith(".csv")]
    if not found:
        raise Malformed("the price sheet has no CSV file")
    size = 0

    def chunks(one: zipfile.ZipInfo) -> Iterator[bytes]:
        nonlocal size
        with _translated(), archive.open(one) as opened:
            while piece := opened.read(CHUNK):
                size += len(piece)
                if size > max_size:
                    raise Malformed(f"the price sheet is larger than {max_size} bytes without compression")
                yield piece

    for one in found:
        if one.compress_type not in METHODS or one.flag_bits & ENCRYPTED:
            raise Malformed("a file of the price sheet is compressed in a way that is not documented")
        yield chunks(one)


def _require_few(zipped: IO[bytes]) -> None:
    """The list of files is read as a whole, so it must be short, wherever it is taken for the end of the zip."""
    size = zipped.seek(0, 2)
    zipped.seek(max(0, size - END_SIZE - MAX_COMMENT))
    tail = zipped.read()
    sizes = [struct.unpack_from("<8xL", found[1])[0] for found in END.finditer(tail)]
    if not sizes:
        raise Malformed("the price sheet is no zip, or is cut")
    if max(sizes) > MAX_LIST or END_64 in tail:
        raise Malformed("the price sheet has too many files")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise Malformed(f"the price sheet can't be unpacked: {error}") from error


def prices(chunks: Iterable[bytes]) -> Iterator[Price]:
    """The prices of meters in one file, per unit and without those of reservations and savings plans.

    Columns are found by name: enrollments and billing profiles have different ones. A meter of a billing profile has a
    row for each tier. `Malformed` for a price without a currency.
    """
    places, rows = table(chunks, REQUIRED)
    currency = next((places[name] for name in CURRENCY if name in places), None)
    if currency is None:
        raise Malformed("the price sheet has no column for the currency")
    for row in rows:
        if _text(row, places, "pricetype").lower() not in CONSUMPTION or not (meter := _text(row, places, "meterid")):
            continue
        if not (stated := currency_code(row[currency])):
            raise Malformed(f"a price states no currency: {row[currency][:40]!r}")
        yield Price(
            meter_id=meter,
            meter_name=_text(row, places, "metername"),
            unit_of_measure=_text(row, places, "unitofmeasure"),
            included_quantity=amount(_text(row, places, "includedquantity")),
            part_number=_text(row, places, "partnumber"),
            unit_price=amount(_text(row, places, "unitprice")),
            currency_code=stated,
            offer_id=_text(row, places, "offerid"),
        )


def _text(row: list[str], places: Mapping[str, int], name: str) -> str:
    return row[places[name]].strip() if name in places else ""
