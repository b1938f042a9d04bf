"""Storage that is not writable, lost, or damaged while it is in use."""

import sqlite3
from pathlib import Path

import pytest

from exporter.commands.simulate import write_config
from exporter.errors import Reason, Transient
from exporter.runtime.archive import FILE, Archive
from exporter.runtime.archive_reading import Restored
from exporter.simulator import Simulator
from tests.harness import ExporterHarness
from tests.runtime.archives import JOB, PLAN, STORED, opened, restored
from tests.runtime.collectors import Canned, job


def test_what_cannot_be_written_is_written_later(tmp_path: Path) -> None:
    """With the next thing that can; so is a removal."""
    directory = tmp_path / "storage"
    directory.touch()
    archive, other, gone = opened(directory), job("b"), job("gone")
    assert {JOB: Restored()} == archive.restore([JOB])
    for each in (JOB, gone):
        with pytest.raises(
            Transient, match=r"^collections\.sqlite: can't be opened: .*; make `storage.path` "
        ) as caught:
            archive.write(each, STORED)
        assert caught.value.reason is Reason.STORAGE
    with pytest.raises(Transient):
        archive.prune([JOB.key])
    with pytest.raises(Transient):
        archive.write_plan(other, PLAN)
    directory.unlink()
    archive.write_plan(JOB, PLAN)
    assert Restored(STORED, PLAN) == restored(directory)
    assert Restored(None, PLAN) == restored(directory, other)
    assert Restored() == restored(directory, gone)
    archive.close()


def test_a_lost_file_is_written_again(archive: Archive, tmp_path: Path) -> None:
    """With everything that it had, also what was restored from it."""
    archive.write(JOB, STORED)
    archive.close()
    again = opened(tmp_path)
    again.restore([JOB])
    for file in tmp_path.iterdir():
        file.unlink()
    again.write_plan(job("b"), PLAN)
    assert STORED == restored(tmp_path).collection
    again.close()


def test_a_file_that_is_damaged_while_it_is_open_is_written_again(archive: Archive, tmp_path: Path) -> None:
    """The run that notices it can't store its collection; the next one stores both."""
    archive.write(JOB, STORED)
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("DROP TABLE stored")
    connection.close()
    with pytest.raises(Transient, match="no such table"):
        archive.write_plan(JOB, PLAN)
    archive.write_plan(job("b"), PLAN)
    assert Restored(STORED, PLAN) == restored(tmp_path)


def test_a_file_that_cannot_be_written_is_read(archive: Archive, tmp_path: Path) -> None:
    """As on a read-only file system; what can't be removed is not restored either."""
    archive.write(JOB, STORED)
    archive.write(job("b"), STORED)
    archive.close()
    (tmp_path / f"{FILE}-wal").mkdir()
    assert Restored(STORED) == restored(tmp_path)
    assert Restored() == restored(tmp_path, job("b", Canned(labels="other")))
    with pytest.raises(Transient, match=r"the database can't be used: .*; check that `storage.path` is writable"):
        archive.write_plan(JOB, PLAN)
    (tmp_path / FILE).write_bytes(b"<html>" * 1000)
    assert Restored() == restored(tmp_path)


def test_an_exporter_starts_without_storage(simulator: Simulator, tmp_path: Path) -> None:
    """It collects and publishes; what it has is stored as soon as that is possible."""
    config = write_config(simulator, tmp_path)
    (tmp_path / "storage").touch()
    harness = ExporterHarness(config)
    assert [None] == harness.run("balancesummary")
    published = harness.exporter.store.current.body
    assert published
    (tmp_path / "storage").unlink()
    assert [None] == harness.run("marketplacecharges")
    again = ExporterHarness(config)
    assert harness.exporter.store.current.body == again.exporter.store.current.body
    assert set(published.splitlines()) <= set(again.exporter.store.current.body.splitlines())
