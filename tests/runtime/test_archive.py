"""Storing collections and plans, and restoring them after a restart."""

import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from exporter.commands.simulate import write_config
from exporter.model.families import Family, Labels, constant
from exporter.runtime.archive import FILE, Archive
from exporter.runtime.archive_reading import Restored
from exporter.runtime.job import Job, Plan
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Drop
from tests.harness import Clock, ExporterHarness
from tests.runtime.archives import HOUR, JOB, NOW, PLAN, STORED, opened, restored
from tests.runtime.collectors import Canned, Other, job


def test_what_was_stored_is_restored_unchanged(archive: Archive, tmp_path: Path) -> None:
    """Every digit and type of amount, timestamp, ETag and wait."""
    archive.write(JOB, STORED)
    archive.write_plan(JOB, replace(PLAN, running_since=NOW))
    found = restored(tmp_path)
    assert Restored(STORED, PLAN) == found
    assert found.collection
    assert list(map(type, STORED.samples["cost"].values())) == list(
        map(type, found.collection.samples["cost"].values())
    )


def test_nothing_is_touched_before_it_is_used(archive: Archive, tmp_path: Path) -> None:
    """Afterwards there is one file and its journal, which only the owner can read."""
    assert [] == list(tmp_path.iterdir())
    archive.write(JOB, STORED)
    assert {FILE, f"{FILE}-wal", f"{FILE}-shm"} == {file.name for file in tmp_path.iterdir()}
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    archive.close()
    assert [FILE] == [file.name for file in tmp_path.iterdir()]


def test_every_job_has_data_of_its_own(archive: Archive, tmp_path: Path) -> None:
    """Also those whose names differ only in where one ends and the next begins."""
    jobs = [Job("a", "b", Canned(), HOUR), Job("a", 'b","report', Canned(), HOUR), Job("a", "b", Other(), HOUR)]
    for records, each in enumerate(jobs):
        archive.write(each, replace(STORED, records=records))
    found = opened(tmp_path).restore([*jobs, JOB])
    assert [0, 1, 2] == [content.records for each in jobs if (content := found[each].collection)]
    assert Restored() == found[JOB]


def test_what_is_stored_of_another_shape_is_removed(archive: Archive, tmp_path: Path) -> None:
    """Other labels or another source give samples another meaning; and they may hold names that are hidden now."""
    archive.write(JOB, STORED)
    archive.write_plan(JOB, PLAN)
    archive.close()
    assert Restored() == restored(tmp_path, job(JOB.account, Canned(labels="other")))
    assert Restored() == restored(tmp_path)
    assert b'"x"' not in everything(tmp_path)


def test_a_collection_of_another_shape_leaves_nothing_of_its_predecessor(archive: Archive, tmp_path: Path) -> None:
    """Neither in the file nor in its journal, while both are open."""
    archive.write(JOB, replace(STORED, samples={"cost": {("Contoso",): 1}}))
    assert b"Contoso" in everything(tmp_path)
    archive.write(job(JOB.account, Canned(labels="other")), replace(STORED, samples={"cost": {("hash",): 1}}))
    assert b"Contoso" not in everything(tmp_path)


def test_removed_jobs_leave_nothing(archive: Archive, tmp_path: Path) -> None:
    """Neither in the file nor in its journal, while both are open."""
    other = job("Contoso")
    for each in (JOB, other):
        archive.write(each, replace(STORED, samples={"cost": {(each.account,): 1}}))
        archive.write_plan(each, PLAN)
    archive.prune([JOB.key])
    assert b"Contoso" not in everything(tmp_path)
    assert PLAN == restored(tmp_path).plan
    archive.prune([])
    assert Restored() == restored(tmp_path)


def everything(directory: Path) -> bytes:
    """All bytes of all files."""
    return b"".join(file.read_bytes() for file in directory.iterdir() if file.is_file())


def test_old_collections_expire(archive: Archive, tmp_path: Path) -> None:
    """Those that no run has confirmed for so long; the wait of a job that fails stays."""
    archive.write(JOB, replace(STORED, collected=NOW - HOUR))
    archive.write_plan(JOB, PLAN)
    assert restored(tmp_path, expire_after=HOUR).collection
    assert Restored(None, PLAN) == restored(tmp_path, expire_after=HOUR - timedelta(seconds=1))
    assert Restored(None, PLAN) == restored(tmp_path)
    assert b'"x"' not in everything(tmp_path)


def test_a_collection_can_be_removed_while_running(archive: Archive, tmp_path: Path) -> None:
    """Its plan stays."""
    archive.write(JOB, STORED)
    archive.write_plan(JOB, PLAN)
    archive.remove_collection(JOB)
    assert Restored(None, PLAN) == restored(tmp_path)
    assert b'"x"' not in everything(tmp_path)


def test_the_time_of_the_next_run_does_not_outlast_its_collection(archive: Archive, tmp_path: Path) -> None:
    """Else the series would be absent for the whole interval."""
    archive.write_plan(JOB, Plan(NOW + HOUR, last_attempt=NOW))
    assert Restored() == restored(tmp_path)


def test_a_collection_from_the_future_becomes_one_of_now(archive: Archive, tmp_path: Path) -> None:
    """The clock was wrong; the job is due."""
    future = NOW + timedelta(days=40)
    archive.write(JOB, replace(STORED, collected=future, changed=future, data_timestamp=future))
    assert Restored(STORED, Plan(NOW, last_attempt=NOW)) == restored(tmp_path)
    archive.write_plan(JOB, Plan(future + HOUR, 2, "server error", future))
    assert Restored(STORED, Plan(NOW, 2, "server error", NOW)) == restored(tmp_path)


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


def test_a_stored_collection_survives_added_and_removed_families(archive: Archive, tmp_path: Path) -> None:
    """As in an upgrade; a family with other labels makes the collection invalid."""
    archive.write(JOB, STORED)
    more = Canned(families=(*JOB.collector.families, Family("new", "x", Labels.from_attributes(), constant)))
    assert STORED == restored(tmp_path, job(JOB.account, more)).collection
    renamed = Family("cost", "What it costs.", Labels.from_attributes(customer="who"), constant)
    other = Canned(families=(renamed, *JOB.collector.families[1:]))
    assert restored(tmp_path, job(JOB.account, other)).collection is None


def test_what_expires_is_not_published_after_a_restart(simulator: Simulator, tmp_path: Path, clock: Clock) -> None:
    """Its series are absent until the next run."""
    config = write_config(simulator, tmp_path)
    config.write_text(config.read_text().replace("storage:", "storage:\n  expire_after: 1d", 1))
    assert [None] == ExporterHarness(config, clock).run("balancesummary")
    clock.advance(timedelta(days=1))
    assert ExporterHarness(config, clock).exporter.store.current.body
    clock.advance(timedelta(seconds=1))
    assert not ExporterHarness(config, clock).exporter.store.current.body


def test_files_of_an_earlier_form_are_removed(tmp_path: Path, archive: Archive) -> None:
    """They have no digest."""
    former = tmp_path / "collections"
    former.mkdir()
    for name in ("ea.contoso.usage.json", ".ea.contoso.usage.json.x1y2z3"):
        (former / name).touch()
    archive.restore([])
    assert not former.exists()
