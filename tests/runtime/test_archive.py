"""Storing collections, and restoring them after a restart."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from exporter.commands.simulate import write_config
from exporter.model.collection import Collection
from exporter.model.families import Family, Labels, constant
from exporter.runtime.archive import Archive
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Drop
from tests.harness import ExporterHarness
from tests.runtime.collectors import Canned, job

NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
JOB = job("../a/b c")
STORED = Collection(
    {"cost": {("x",): Decimal("0.1234567890123456789012")}, "users": {(): 3}},
    5,
    NOW,
    NOW,
    NOW,
    {"k": '"e"'},
    7,
    ("a warning",),
)


def test_a_stored_collection_is_restored_unchanged(tmp_path: Path) -> None:
    """Every digit, timestamp and ETag; an account name never leads out of the directory."""
    archive = Archive(tmp_path / "collections")
    archive.write(JOB, STORED)
    assert STORED == archive.read(JOB)
    assert ["collections"] == [file.name for file in tmp_path.iterdir()]


def test_a_long_name_has_a_file_of_its_own(tmp_path: Path) -> None:
    """File systems allow 255 bytes for a name, and quoting can triple its length."""
    archive = Archive(tmp_path)
    names = ["ä" * 100 + end for end in "xy"]
    for name in names:
        archive.write(job(name), STORED)
    assert 2 == len(list(tmp_path.iterdir()))


def test_a_collection_of_another_shape_is_ignored(tmp_path: Path) -> None:
    """Other labels or another source give samples another meaning."""
    archive = Archive(tmp_path)
    archive.write(JOB, STORED)
    assert archive.read(job(JOB.account, Canned(labels="other"))) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"0.1234567890123456789012"', b'"NaN"'),
        (b'"0.1234567890123456789012"', b'"sNaN"'),
        (b'"0.1234567890123456789012"', b'"1e999999999999999999"'),
        (b'[["x"],', b"[[],"),
        (b'[["x"],', b'[["x","y"],'),
        (b'"cost"', b'"price"'),
        (b"123456Z", b"123456"),
        (b"2026-11-20", b"2026-13-20"),
        (b'"records":', b'"deep":' + b"[" * 100_000 + b"]" * 100_000 + b',"records":'),
    ],
    ids=lambda text: str(text[:30]),
)
def test_a_file_with_an_invalid_value_is_ignored_as_a_whole(tmp_path: Path, old: bytes, new: bytes) -> None:
    """No figure is better than an invalid one."""
    archive = Archive(tmp_path)
    archive.write(JOB, STORED)
    (file,) = tmp_path.iterdir()
    assert old in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(old, new))
    assert archive.read(JOB) is None


def test_a_file_of_another_shape_is_removed(tmp_path: Path) -> None:
    """It may contain names that the configuration no longer shows."""
    archive = Archive(tmp_path)
    archive.write(JOB, STORED)
    assert archive.read(job(JOB.account, Canned(labels="other"))) is None
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"fingerprint": "x"}'])
def test_a_damaged_file_is_ignored(tmp_path: Path, content: bytes) -> None:
    """The exporter starts without it."""
    archive = Archive(tmp_path)
    archive.write(JOB, STORED)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert archive.read(JOB) is None


def test_a_restart_during_an_outage_serves_the_last_published_values(simulator: Simulator, tmp_path: Path) -> None:
    """The page has the same bytes, the exporter is ready, and unchanged data is not read again."""
    config = write_config(simulator, tmp_path)
    before = ExporterHarness(config).without_waiting()
    assert {None} == set(before.run())
    simulator.faults.script("", Drop(), times=None)
    after = ExporterHarness(config).without_waiting()
    assert before.exporter.store.current.body == after.exporter.store.current.body
    assert [] == after.exporter.missing()
    simulator.faults.clear()
    simulator.received.clear()
    assert [None] == after.run("balancesummary")
    assert [True] == ["if-none-match" in received.headers for received in simulator.received]


def test_a_stored_collection_survives_added_and_removed_families(tmp_path: Path) -> None:
    """As in an upgrade; a family with other labels makes the collection invalid."""
    archive = Archive(tmp_path)
    archive.write(JOB, STORED)
    more = Canned(families=(*JOB.collector.families, Family("new", "x", Labels.from_attributes(), constant)))
    assert STORED == archive.read(job(JOB.account, more))
    renamed = Family("cost", "What it costs.", Labels.from_attributes(customer="who"), constant)
    other = Canned(families=(renamed, *JOB.collector.families[1:]))
    assert archive.read(job(JOB.account, other)) is None
