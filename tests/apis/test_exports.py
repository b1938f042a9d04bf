"""Exports: which run is read, and when none is."""

import gzip
import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from exporter.apis.cost_management.downloads.download import Cost
from exporter.apis.cost_management.exports.directory import Directory
from exporter.apis.cost_management.exports.export import Export
from exporter.apis.cost_management.exports.source import Gone
from exporter.errors import Malformed, Reason, Rejected, Transient
from exporter.model.collection import Validators
from exporter.model.periods import Days
from tests.apis.blobs import Container
from tests.apis.runs import (
    FOLDER,
    HEADER,
    HERE,
    NOVEMBER,
    OCTOBER,
    config,
    failure,
    manifest,
    part,
    rows,
    run,
    stored,
    total,
    write,
)


@pytest.fixture
def container() -> Iterator[Container]:
    with Container() as container:
        yield container


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "daily"


@pytest.fixture(params=["directory", "storage"])
def exported(request: pytest.FixtureRequest, directory: Path, container: Container) -> Any:
    """A function from files to an export of them, in each kind of source."""
    if request.param == "storage":
        return lambda files: stored(container, files)
    directory.mkdir()
    return lambda files: write(directory, files)


def test_all_parts_of_a_run_are_read(exported: Any) -> None:
    found = rows(exported(run(["1.5", "2"], ["-0.25"])))
    assert Decimal("3.25") == total(found)
    assert ("11/02/2026", ("Shop", "EUR", ("checkout",)), Decimal(2), Decimal("1.5")) == found[0]


def test_gzip_is_recognized_by_its_first_bytes(exported: Any) -> None:
    assert 3 == total(rows(exported(run([1], [2], compressed=True))))


def test_the_run_that_was_submitted_last_is_read(exported: Any) -> None:
    """Whatever the order of its name, with a folder for its time or without."""
    files = run([7], guid="202611200411/zz", submitted="2026-11-20T04:11:00.0000000Z")
    files |= run([8], guid="202611210411/aa", submitted="2026-11-21T04:11:00Z", name="_manifest.json")
    files |= run([9], guid="202611190411/zz", submitted="2026-11-19T04:11:00+00:00")
    files[f"{FOLDER}/{NOVEMBER}/202611220411/half/part_1_0001.csv"] = part(100)
    assert 8 == total(rows(exported(files)))


def test_other_periods_are_not_read(exported: Any) -> None:
    export = exported(run([1]) | run([2], period=OCTOBER))
    assert 1 == total(rows(export))
    assert 2 == total(rows(export, days=Days(date(2026, 10, 1), date(2026, 10, 31))))
    assert [] == rows(export, days=Days(date(2026, 12, 1), date(2026, 12, 1)))


def test_other_folders_and_empty_files_do_not_matter(exported: Any) -> None:
    files = run([1]) | {
        f"{FOLDER}/readme&notes/x.txt": b"x",
        f"{HERE}/_metadata": b"",
        f"{FOLDER}/99999999-20261130/x": b"x",
    }
    assert 1 == total(rows(exported(files)))


def test_periods_that_are_no_months_are_read_together(exported: Any) -> None:
    files = run([1], period="20261016-20261115") | run([2], period="20261116-20261215")
    assert 3 == total(rows(exported(files)))
    overlapping = failure(exported(files | run([3], period="20261110-20261118")))
    assert "overlap" in str(overlapping)
    assert 4 == total(rows(exported(files | run([4], period="20260101-20261231"))))


def test_a_file_without_a_manifest_is_one_of_an_older_export(directory: Path) -> None:
    names = [f"{FOLDER}/{NOVEMBER}/daily_{guid}.csv" for guid in ("b", "c", "a")]
    export = write(directory, {name: part(cost) for cost, name in enumerate(names)})
    for number, name in enumerate(names):
        os.utime(directory / NOVEMBER / Path(name).name, (number, number))
    (directory / NOVEMBER / ".unfinished_d.csv").write_bytes(part(100))
    assert 2 == total(rows(export))


@pytest.mark.parametrize(
    "changes", [{}, {"blobCount": None}, {"blobs": None}, {"blobCount": None, "dataRowCount": None}]
)
def test_a_run_without_data_says_so(exported: Any, changes: dict[str, Any]) -> None:
    validators = Validators()
    files = run([9], submitted="2026-11-01T00:00:00Z") | run(guid="run-2", **changes)
    assert [] == rows(exported(files), validators=validators)
    assert {} == validators.seen


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"dataRowCount": 3}, "has 2 rows, but the manifest says 3"),
        (
            {"blobs": [{"blobName": f"{HERE}/part_1_0001.csv", "dataRowCount": 1}]},
            "has 2 rows, but the manifest says 1",
        ),
        ({"blobCount": 2}, "names 1 parts of 2"),
        ({"blobs": []}, "does not say that the run has no data"),
        ({"blobs": [{"blobName": f"{FOLDER}/{OCTOBER}/x/part.csv"}]}, "not in the folder of its period"),
        ({"blobs": [{"blobName": f"https://evil.example/{HERE}/part.csv"}]}, "not in the folder of its period"),
        ({"blobs": [{"blobName": f"{HERE}/../../../../etc/passwd"}]}, "not in the folder of its period"),
        ({"blobs": [{"blobName": "/etc/passwd"}]}, "not in the folder of its period"),
        ({"runInfo": {"submittedTime": "yesterday"}}, "not a date and time"),
        ({"blobs": 5}, "not a manifest"),
    ],
)
def test_a_manifest_that_contradicts_its_run_is_malformed(
    exported: Any, changes: dict[str, Any], expected: str
) -> None:
    problem = failure(exported(run([1, 2], **changes)))
    assert isinstance(problem, Malformed)
    assert expected in str(problem)


def test_a_manifest_that_says_nothing_is_malformed(exported: Any) -> None:
    assert isinstance(failure(exported({f"{HERE}/manifest.json": b"{}"})), Malformed)


def test_rows_are_counted_over_all_parts_if_these_have_no_numbers(exported: Any) -> None:
    names = [f"{HERE}/part_{number}_0001.csv" for number in (1, 2)]
    blobs = [{"blobName": name} for name in names]
    assert 6 == total(rows(exported(run([1], [2, 3], blobs=blobs))))
    assert "has 3 rows, but the manifest says 4" in str(
        failure(exported(run([1], [2, 3], blobs=blobs, dataRowCount=4)))
    )


@pytest.mark.parametrize(
    ("kind", "cost", "expected"),
    [
        ("AmortizedCost", "actual", "set `cost: amortized`"),
        ("ActualCost", "amortized", "set `cost: actual`"),
        ("Usage", "amortized", "set `cost: actual`"),
        ("PriceSheet", "actual", "type PriceSheet, which has no costs"),
        ("ReservationDetails", "amortized", "type ReservationDetails, which has no costs"),
    ],
)
def test_an_export_of_another_type_is_refused(exported: Any, kind: str, cost: Cost, expected: str) -> None:
    problem = failure(exported(run([1], **config(kind))), cost=cost)
    assert isinstance(problem, Rejected)
    assert expected in str(problem)


@pytest.mark.parametrize(
    ("kind", "cost"), [("usage", "actual"), ("AmortizedCost", "amortized"), (None, "actual"), ("FocusCost", "actual")]
)
def test_an_export_of_the_type_is_read(exported: Any, kind: str | None, cost: Cost) -> None:
    assert 1 == total(rows(exported(run([1], **config(kind))), cost=cost))


def test_an_unknown_folder_is_named(container: Container, directory: Path) -> None:
    directory.mkdir()
    for export, place in ((stored(container, {}), f"{container.url}/{FOLDER}"), (write(directory, {}), str(directory))):
        problem = failure(export)
        assert Reason.NOT_FOUND is problem.reason
        assert str(problem).startswith(f"{place}: no folder of a period")
    assert "no such directory" in str(failure(Export(Directory(directory / "x"))))


def test_parts_whose_manifest_is_not_there_yet_are_read_later(exported: Any) -> None:
    assert isinstance(failure(exported({f"{HERE}/part_1_0001.csv": part(1)})), Transient)


def test_a_part_that_is_not_there_is_read_later(exported: Any) -> None:
    files = run([1], [2])
    del files[f"{HERE}/part_2_0001.csv"]
    assert isinstance(failure(exported(files)), Gone)


def test_a_compressed_file_that_is_cut_is_malformed(exported: Any) -> None:
    files = run([1, 2, 3], compressed=True)
    name = f"{HERE}/part_1_0001.csv"
    files[name] = files[name][:-9]
    problem = failure(exported(files))
    assert isinstance(problem, Malformed)
    assert f"{NOVEMBER}/run-1/part_1_0001.csv" in str(problem)


def test_a_decompression_bomb_is_bounded(directory: Path) -> None:
    """Zeros without a line's end, 64 MiB in 64 KiB."""
    files = run([1])
    files[f"{HERE}/part_1_0001.csv"] = gzip.compress(HEADER.encode() + b"\n" + b"0" * (1 << 26), 1)
    assert "line of more than" in str(failure(write(directory, files)))


def test_a_path_that_is_no_directory_is_named(directory: Path) -> None:
    directory.write_bytes(b"x")
    problem = failure(Export(Directory(directory)))
    assert Reason.STORAGE is problem.reason
    assert "Not a directory" in str(problem)


def test_an_export_may_be_synchronized_from_another_root_folder(directory: Path) -> None:
    files = {f"{HERE}/part_1_0001.csv": part(1)}
    files[f"{HERE}/manifest.json"] = manifest([(f"old/folder/{NOVEMBER}/run-1/part_1_0001.csv", 1)])
    assert 1 == total(rows(write(directory, files)))


def test_an_older_manifest_that_is_broken_does_not_matter(directory: Path) -> None:
    """A newer run is complete; a newer one that can't be read may be the run to read."""
    directory.mkdir()
    older = write(directory, {f"{FOLDER}/{NOVEMBER}/run-0/manifest.json": b"{", **run(["2"])})
    broken = directory / NOVEMBER / "run-0" / "manifest.json"
    os.utime(broken, (1_000_000_000, 1_000_000_000))
    assert Decimal(2) == total(rows(older))
    os.utime(broken, (4_000_000_000, 4_000_000_000))
    assert isinstance(failure(older), Malformed)


def test_a_part_that_is_named_twice_is_malformed(exported: Any) -> None:
    """Its rows would count twice."""
    name = f"{HERE}/part_1_0001.csv"
    files = {name: part("2"), f"{HERE}/manifest.json": manifest([(name, 1), (name, 1)])}
    assert "twice" in str(failure(exported(files)))
