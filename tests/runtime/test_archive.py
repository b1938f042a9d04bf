"""What a restart brings back."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from exporter.commands.simulate import write_config
from exporter.model.collection import Collection
from exporter.model.families import Family, Labels, constant
from exporter.runtime.archive import Archive
from exporter.runtime.job import Job
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Drop
from tests.harness import ExporterHarness
from tests.runtime.test_store import Collector

NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
JOB = Job("api", "../a/b c", Collector(), timedelta(hours=1))
KEPT = Collection(
    {"cost": {("x",): Decimal("0.1234567890123456789012")}, "users": {(): 3}},
    5,
    NOW,
    NOW,
    NOW,
    {"k": '"e"'},
    7,
    ("a note",),
)


def test_a_collection_comes_back_as_it_was(tmp_path: Path) -> None:
    """Every digit, every instant, and the ETags that vouch for it; no account name leaves the directory."""
    archive = Archive(tmp_path / "collections")
    archive.write(JOB, KEPT)
    assert KEPT == archive.read(JOB)
    assert ["collections"] == [file.name for file in tmp_path.iterdir()]


def test_a_long_name_has_a_file_of_its_own(tmp_path: Path) -> None:
    """File systems take 255 bytes for a name, and quoting makes it three times as long."""
    archive = Archive(tmp_path)
    names = ["ä" * 100 + end for end in "xy"]
    for name in names:
        archive.write(Job("api", name, Collector(), timedelta(hours=1)), KEPT)
    assert 2 == len(list(tmp_path.iterdir()))


def test_what_other_settings_brought_is_passed_over(tmp_path: Path) -> None:
    """Other labels or another source make other samples."""
    archive = Archive(tmp_path)
    archive.write(JOB, KEPT)
    assert archive.read(Job("api", JOB.account, Collector(shaped={"labels": ["other"]}), JOB.every)) is None


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
def test_a_file_with_anything_wrong_in_it_is_ignored_as_a_whole(tmp_path: Path, old: bytes, new: bytes) -> None:
    """A figure that nobody can vouch for is worse than none."""
    archive = Archive(tmp_path)
    archive.write(JOB, KEPT)
    (file,) = tmp_path.iterdir()
    assert old in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(old, new))
    assert archive.read(JOB) is None


def test_a_file_that_no_longer_fits_is_removed(tmp_path: Path) -> None:
    """It may hold names that the configuration does not show any more."""
    archive = Archive(tmp_path)
    archive.write(JOB, KEPT)
    assert archive.read(Job("api", JOB.account, Collector(shaped={"labels": ["other"]}), JOB.every)) is None
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"fingerprint": "x"}'])
def test_a_broken_file_is_passed_over(tmp_path: Path, content: bytes) -> None:
    """A restart must not fail over yesterday's data."""
    archive = Archive(tmp_path)
    archive.write(JOB, KEPT)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert archive.read(JOB) is None


def test_a_restart_during_an_outage_serves_the_last_good_values(simulator: Simulator, tmp_path: Path) -> None:
    """The page is the same to the byte, the exporter is ready, and unchanged data is not read again."""
    config = write_config(simulator, tmp_path)
    before = ExporterHarness(config)
    assert {None} == set(before.run())
    simulator.faults.script("", Drop(), times=None)
    after = ExporterHarness(config)
    assert before.exporter.store.current.body == after.exporter.store.current.body
    assert [] == after.exporter.missing()
    simulator.faults.clear()
    simulator.received.clear()
    assert [None] == after.run("balancesummary")
    assert [True] == ["if-none-match" in received.headers for received in simulator.received]


def test_an_upgrade_keeps_what_is_stored(tmp_path: Path) -> None:
    """A family more, or less, in the next version costs the others nothing; one with other labels is not believed."""
    archive = Archive(tmp_path)
    archive.write(JOB, KEPT)
    more = Collector(families=(*JOB.collector.families, Family("new", "x", Labels.from_attributes(), constant)))
    assert KEPT == archive.read(Job("api", JOB.account, more, JOB.every))
    renamed = Family("cost", "What it costs.", Labels.from_attributes(whom="who"), constant)
    other = Collector(families=(renamed, *JOB.collector.families[1:]))
    assert archive.read(Job("api", JOB.account, other, JOB.every)) is None
