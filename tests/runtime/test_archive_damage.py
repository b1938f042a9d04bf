"""Whatever bytes are in the file: what is restored was stored, and a damaged file is replaced."""

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from exporter.model.families import Samples
from exporter.runtime.archive import FILE
from exporter.runtime.archive_reading import Kind, Restored, row_key
from exporter.runtime.archive_records import digest, encode
from tests.runtime.archives import JOB, PLAN, STORED, opened
from tests.runtime.collectors import job

JOBS = [job(f"account {number}") for number in range(4)]


def put(directory: Path, kind: Kind, payload: bytes) -> None:
    """Store a payload of `JOB` with a digest that matches."""
    key, fingerprint = row_key(kind, JOB.key), JOB.fingerprint.encode()
    row = key, fingerprint, payload, digest(key, fingerprint, payload)
    archive = opened(directory)
    archive.prune([JOB.key])
    archive.close()
    with sqlite3.connect(directory / FILE) as connection:
        connection.execute("REPLACE INTO stored VALUES (?, ?, ?, ?)", row)
    connection.close()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"0.1234567890123456789012"', b'"NaN"'),
        (b'"0.1234567890123456789012"', b'"sNaN"'),
        (b'"0.1234567890123456789012"', b'"Infinity"'),
        (b'"0.1234567890123456789012"', b'"1e400"'),
        (b'"0.1234567890123456789012"', b'"1e999999999999999999"'),
        (b'"0.1234567890123456789012"', b"1" + b"0" * 400),
        (b'"0.1234567890123456789012"', b"null"),
        (b'[["x"],', b"[[],"),
        (b'[["x"],', b'[["x","y"],'),
        (b'[["x"],', b'[["y"],'),
        (b'[["x"],', b'[["\\ud800"],'),
        (b'"cost"', b'"price"'),
        (b'"labels":{"cost":["who"]', b'"labels":{"cost":["what"]'),
        (b'"labels":{"cost":["who"]', b'"labels":{"costs":["who"]'),
        (b"123456Z", b"123456"),
        (b"2026-11-20", b"2026-13-20"),
        (b"2026-11-20T12:00:00.123456Z", b"9999-12-31T23:59:59-14:00"),
        (b"2026-11-20T12:00:00.123456Z", b"0001-01-01T00:00:00+14:00"),
        (b'"records":5', b'"records":-1'),
        (b'"records":5', b'"records":1' + b"0" * 400),
        (b'"records":5', b'"records":' + b"[" * 100_000 + b"]" * 100_000),
        (b'"period":', b'"deep":' + b"[" * 100_000 + b"]" * 100_000 + b',"period":'),
    ],
    ids=lambda text: str(text[:30]),
)
def test_a_collection_with_an_invalid_value_is_ignored_as_a_whole(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, old: bytes, new: bytes
) -> None:
    """No figure is better than an invalid one, even if its digest matches; it is logged, counted and removed."""
    good, ignored = encode(JOB, STORED), list[None]()
    assert old in good
    put(tmp_path, "collection", good.replace(old, new))
    for _ in range(2):
        archive = opened(tmp_path, ignored)
        assert archive.restore([JOB])[JOB].collection is None
        archive.close()
    assert ([None], ["stored data ignored"]) == (ignored, [record.message for record in caplog.records])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"123456Z", b"123456"),
        (b'"failures":3', b'"failures":-3'),
        (b'"failures":3', b'"failures":1e400'),
        (b'"last_error":"throttled"', b'"last_error":5'),
        (b'"next_run":', b'"next":'),
    ],
    ids=str,
)
def test_an_invalid_plan_is_ignored(tmp_path: Path, old: bytes, new: bytes) -> None:
    """The collection stays."""
    assert old in encode(JOB, PLAN)
    put(tmp_path, "plan", encode(JOB, PLAN).replace(old, new))
    put(tmp_path, "collection", encode(JOB, STORED))
    assert Restored(STORED) == opened(tmp_path).restore([JOB])[JOB]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"{}", b"null"])
def test_content_that_is_not_of_this_form_is_ignored(tmp_path: Path, content: bytes) -> None:
    """The exporter starts without it."""
    put(tmp_path, "collection", content)
    put(tmp_path, "plan", content)
    assert Restored() == opened(tmp_path).restore([JOB])[JOB]


def directory(file: Path) -> None:
    file.mkdir()


def future(file: Path) -> None:
    stored(file.parent)
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()


def another_programs(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE stored (a)")
    connection.close()


def text(file: Path) -> None:
    file.write_bytes(b"<html>" * 1000)


def beheaded(file: Path) -> None:
    stored(file.parent)
    file.with_name(f"{FILE}-wal").unlink()
    file.write_bytes(bytes(4096) + file.read_bytes()[4096:])


@pytest.mark.parametrize("spoil", [directory, future, another_programs, text, beheaded])
def test_another_file_is_set_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], None]
) -> None:
    """It may be of use to somebody; it is logged and counted once, and a new file is begun."""
    spoil(tmp_path / FILE)
    ignored: list[None] = []
    archive = opened(tmp_path, ignored)
    assert Restored() == archive.restore([JOB])[JOB]
    archive.write(JOB, STORED)
    archive.close()
    assert STORED == opened(tmp_path).restore([JOB])[JOB].collection
    assert (tmp_path / f"{FILE}.damaged").exists()
    assert ([None], ["database set aside, a new one is begun"]) == (ignored, [each.message for each in caplog.records])


def version(number: int) -> Restored:
    """Collection and plan number 1 or 2 of each job, of several pages."""
    costs: Samples = {(f"customer {place}",): Decimal(number * 10_000 + place) / 100 for place in range(500)}
    return Restored(replace(STORED, samples={"cost": costs}, records=number), replace(PLAN, failures=number))


OLD, NEW = version(1), version(2)


def stored(place: Path) -> None:
    """What a killed process left: the old version of everything in the file, and the new one in its journal."""
    source = place / "source"
    for each in (OLD, NEW):
        archive = opened(source)
        archive.prune([one.key for one in JOBS])
        for one in JOBS:
            assert each.collection
            assert each.plan
            archive.write(one, each.collection)
            archive.write_plan(one, each.plan)
        if each is OLD:
            archive.close()
    for file in (FILE, f"{FILE}-wal"):
        shutil.copy(source / file, place / file)
    archive.close()
    shutil.rmtree(source)


def test_a_damaged_row_does_not_lose_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """They are written into a new file; each damage is logged and counted once."""
    stored(tmp_path)
    with sqlite3.connect(tmp_path / FILE) as connection:
        for column, key in (("payload", row_key("collection", JOBS[0].key)), ("digest", row_key("plan", JOBS[1].key))):
            connection.execute(f"UPDATE stored SET {column} = zeroblob(9) WHERE key = ?", (key,))
    connection.close()
    ignored: list[None] = []
    for _ in range(2):
        archive = opened(tmp_path, ignored)
        found = archive.restore(JOBS)
        assert [Restored(None, NEW.plan), Restored(NEW.collection), NEW, NEW] == [found[each] for each in JOBS]
        archive.close()
    assert (2, ["stored data ignored"] * 2) == (len(ignored), [record.message for record in caplog.records])


def test_a_damaged_page_does_not_lose_the_others(tmp_path: Path) -> None:
    """Whichever page it is, but for the first ones, which say what the file is and where its rows are."""
    stored(tmp_path)
    opened_once = sqlite3.connect(tmp_path / FILE)
    opened_once.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    opened_once.close()
    good = (tmp_path / FILE).read_bytes()
    survived = []
    for place in range(4096 * 3, len(good), 4096):
        (tmp_path / FILE).write_bytes(good[:place] + b"\xa5" * 4096 + good[place + 4096 :])
        archive = opened(tmp_path)
        found = archive.restore(JOBS)
        survived.append(sum(restored == NEW for restored in found.values()))
        assert all(restored.collection in (None, NEW.collection) for restored in found.values())
        archive.close()
    assert {3, 4} >= set(survived[-10:])
    assert len(JOBS) - 1 <= sorted(survived)[len(survived) // 2]


@pytest.mark.timeout(1800)
def test_no_damage_alters_anything(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """After any flipped bits or cut, each collection and plan is the new one, the old one or absent; writing works."""
    good = tmp_path / "good"
    good.mkdir()
    stored(good)
    chance = random.Random(1)
    found: Counter[str] = Counter()
    for number in range(int(pytestconfig.getoption("--damages"))):
        place = tmp_path / str(number)
        shutil.copytree(good, place)
        if chance.random() < 0.5:  # else the journal replaces most pages
            (place / f"{FILE}-wal").unlink()
        spoiled(chance.choice(list(place.iterdir())), chance)
        archive = opened(place)
        for restored in archive.restore(JOBS).values():
            for content, old, new in (
                (restored.collection, OLD.collection, NEW.collection),
                (restored.plan, OLD.plan, NEW.plan),
            ):
                assert content in (old, new, None)
                found["absent" if content is None else "old" if content == old else "new"] += 1
        archive.write(JOB, STORED)
        archive.close()
        assert STORED == opened(place).restore([JOB])[JOB].collection
        shutil.rmtree(place)
    assert {"absent", "old", "new"} == found.keys()


def spoiled(file: Path, chance: random.Random) -> None:
    content = bytearray(file.read_bytes())
    if chance.random() < 0.3:
        del content[chance.randrange(len(content)) :]
    for _ in range(chance.randint(1, 3)):
        if content:
            # Half of them in the headers of the file and of its first pages, where they do most.
            place = chance.randrange(min(len(content), chance.choice((100, 20_000, 1 << 30))))
            content[place] ^= 1 << chance.randrange(8)
    file.write_bytes(content)
