"""The rows of one file, whatever its format: CSV, CSV compressed by gzip, or Parquet."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import BinaryIO

from exporter.apis.cost_management.downloads.download import Cost
from exporter.apis.cost_management.exports.source import Opened
from exporter.apis.cost_management.rows import csv_batches
from exporter.apis.costs.selection import PartialSums, Row, Selection
from exporter.errors import Malformed, Reason, Rejected, Transient
from exporter.transport.bodies import inflated

GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
"""How files of a format begin (RFC 1952; Parquet's specification); neither their name nor a header is reliable."""
MAX_INFLATED = 1 << 36
"""Bytes of a decompressed file; a part has less than 1 GB, but a file without partitions may be large."""
MAX_SPOOLED = 1 << 32
"""Bytes of a Parquet file from a storage account, which is stored in a temporary file while it is read."""


def file_batches(opened: Opened, selection: Selection, cost: Cost) -> Iterator[PartialSums | list[Row]]:
    """The rows of a file; memory does not grow with its size."""
    beginning = b""
    while len(beginning) < len(PARQUET) and (chunk := next(opened.chunks, b"")):
        beginning += chunk
    chunks = chain([beginning], opened.chunks)
    if beginning.startswith(PARQUET):
        yield from _parquet(opened, chunks, selection, cost)
    elif beginning.startswith(GZIP):
        yield from csv_batches(_limited(inflated(chunks), MAX_INFLATED), selection, cost)
    else:
        yield from csv_batches(chunks, selection, cost)


def _parquet(
    opened: Opened, chunks: Iterator[bytes], selection: Selection, cost: Cost
) -> Iterator[PartialSums | list[Row]]:
    """The reader is imported here, since its package is optional, and large."""
    try:
        from exporter.apis.cost_management.exports.parquet import parquet_batches
    except ImportError as error:
        advice = "install azure-billing-exporter[parquet] (requirements-parquet.txt), or export CSV"
        raise Rejected(f"the export is in Parquet, which needs pyarrow: {advice}", Reason.BAD_REQUEST) from error
    with _seekable(opened, chunks) as file:
        yield from parquet_batches(file, selection, cost)


@contextmanager
def _seekable(opened: Opened, chunks: Iterator[bytes]) -> Iterator[BinaryIO]:
    """The file itself, or a temporary copy, which has no name and vanishes with the process at the latest."""
    if opened.file:
        yield opened.file
        return
    try:
        with tempfile.TemporaryFile() as file:
            for chunk in _limited(chunks, MAX_SPOOLED):
                file.write(chunk)
            file.flush()
            yield file
    except OSError as error:
        text = f"a temporary file for Parquet in {tempfile.gettempdir()}: {error.strerror}; TMPDIR names another place"
        raise Transient(text, Reason.STORAGE) from error


def _limited(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    for chunk in chunks:
        limit -= len(chunk)
        if limit < 0:
            raise Malformed("the file is larger than any part of an export")
        yield chunk
