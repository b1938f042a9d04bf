"""Files of exports in every format: where they are read from, and that their costs are the same."""

import gzip
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from exporter.apis.cost_management.downloads.download import Cost
from exporter.apis.cost_management.exports import content
from exporter.apis.cost_management.exports.directory import Directory
from exporter.apis.cost_management.exports.export import Export
from exporter.apis.cost_management.exports.source import Opened
from exporter.apis.cost_management.exports.storage import Storage
from exporter.errors import Malformed, Reason, Rejected, Transient
from exporter.model.collection import Validators
from exporter.model.periods import Days
from exporter.simulator import Simulator
from exporter.simulator.storage.local import write_export
from tests.apis.blobs import Container
from tests.apis.runs import FOLDER, NOVEMBER, manifest
from tests.apis.test_exports_parquet import COSTS, SELECTION, file, sums, table
from tests.transport.sessions import Observer, session

DAYS = Days(date(2026, 11, 1), date(2026, 11, 20))


@pytest.fixture
def files() -> dict[str, bytes]:
    """A run with one part in Parquet."""
    part = f"{FOLDER}/{NOVEMBER}/run-1/part_0_0001.snappy.parquet"
    content = file(table(pa.array([1.25, 2.5]))).getvalue()
    return {part: content, f"{FOLDER}/{NOVEMBER}/run-1/manifest.json": manifest([(part, 2)])}


@pytest.fixture
def export(files: dict[str, bytes]) -> Iterator[Export]:
    with Container() as container:
        container.blobs = files
        yield Export(Storage(session(container.url, Observer()), FOLDER))


def batches(export: Export, cost: Cost = "actual") -> Any:
    return export.batches(DAYS, SELECTION, cost, Validators())


def test_a_blob_is_read_from_a_temporary_file(export: Export) -> None:
    (found,) = sums(batches(export)).values()
    assert (2, Decimal("3.75")) == (found[0], found[2])


def test_a_file_of_a_directory_is_read_in_place(files: dict[str, bytes], tmp_path: Path) -> None:
    for name, written in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(written)
    (found,) = sums(batches(Export(Directory(tmp_path / FOLDER)))).values()
    assert Decimal("3.75") == found[2]


def test_a_larger_file_than_any_part_is_refused(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MAX_SPOOLED", 1000)
    with pytest.raises(Malformed, match="larger than any part"):
        list(batches(export))


def test_more_than_any_part_has_is_not_decompressed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MAX_INFLATED", 1000)
    opened = Opened(iter([gzip.compress(b"Date,Cost\n" + b"11/02/2026,1\n" * 1000)]))
    with pytest.raises(Malformed, match="larger than any part"):
        list(content.file_batches(opened, SELECTION, "actual"))


def test_no_place_for_a_temporary_file_is_named(
    export: Export, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(Transient, match="TMPDIR") as raised:
        list(batches(export))
    assert Reason.STORAGE is raised.value.reason


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "exporter.apis.cost_management.exports.parquet", None)
    opened = Opened(iter([b"PA", b"R1", b"rest"]))
    with pytest.raises(Rejected, match=r"azure-billing-exporter\[parquet\]"):
        list(content.file_batches(opened, SELECTION, "actual"))


def test_the_same_costs_come_from_every_format(tmp_path: Path, simulator: Simulator) -> None:
    """The exports of the simulated company: CSV, gzip and Parquet of FOCUS."""
    names = "focus-1-0", "focus-daily", "focus-parquet"
    exports = [Export(Directory(write_export(simulator.exports, name, tmp_path))) for name in names]
    for cost in COSTS:
        plain, gzipped, columnar = (sums(batches(export, cost)) for export in exports)
        assert plain == gzipped == columnar
        assert plain


def test_an_older_export_has_the_same_costs_as_one_with_partitions(tmp_path: Path, simulator: Simulator) -> None:
    names = "ea-actual", "ea-legacy"
    newer, older = (Export(Directory(write_export(simulator.exports, name, tmp_path))) for name in names)
    assert sums(batches(newer)) == sums(batches(older))
