"""Counts per day survive restarts, other threads and damaged files."""

import sqlite3
import stat
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from exporter.apis.b2c.graph.counts import DailyCounts
from exporter.errors import Reason, Transient

TODAY = date(2026, 11, 20)
LOGINS = "logins"
ONE = {("web", "b2c_1_signin"): 3, ("", ""): 1}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "graph" / "contoso.sqlite"


@pytest.fixture
def counts(file: Path) -> Iterator[DailyCounts]:
    found = DailyCounts(file)
    yield found
    found.close()


def test_a_day_is_known_once_it_was_put(counts: DailyCounts) -> None:
    """A day without activity is known and empty; one that was not put is not there."""
    counts.put(LOGINS, TODAY, ONE, False)
    counts.put(LOGINS, TODAY - timedelta(days=2), {}, True)
    assert counts.days(LOGINS, TODAY - timedelta(days=9), TODAY) == {TODAY - timedelta(days=2): {}, TODAY: ONE}
    assert counts.days("other", TODAY, TODAY) == {}


def test_a_final_day_no_longer_changes(counts: DailyCounts) -> None:
    """Counts are replaced until they are final."""
    for number, final in ((1, False), (2, True), (9, False), (9, True)):
        counts.put(LOGINS, TODAY, {("", "a"): number}, final)
    assert counts.days(LOGINS, TODAY, TODAY) == {TODAY: {("", "a"): 2}}


def test_forgotten_days_are_unknown(counts: DailyCounts) -> None:
    """Days that are not final can become unknown, and then have no counts."""
    for back, final in ((0, False), (1, False), (2, True)):
        counts.put(LOGINS, TODAY - timedelta(days=back), ONE, final)
    counts.forget(LOGINS, TODAY - timedelta(days=9), TODAY)
    assert counts.days(LOGINS, TODAY - timedelta(days=9), TODAY) == {TODAY - timedelta(days=2): ONE}
    counts.put(LOGINS, TODAY, {}, False)
    assert counts.days(LOGINS, TODAY, TODAY) == {TODAY: {}}


def test_old_days_and_months_are_removed(counts: DailyCounts) -> None:
    """Days are stored for 40 days, months for 13 months."""
    for back in range(60):
        counts.put(LOGINS, TODAY - timedelta(days=59 - back), ONE, True)
    for month in range(24):
        counts.put("active_users", date(2025 + month // 12, month % 12 + 1, 1), ONE, True)
    assert len(counts.days(LOGINS, date.min, date.max)) == 41
    assert next(iter(counts.days("active_users", date.min, date.max))) == date(2025, 11, 1)


def test_a_restart_finds_everything(counts: DailyCounts, file: Path) -> None:
    """Counts, states and the key of hashes are those of before."""
    counts.put(LOGINS, TODAY, ONE, False)
    counts.remember("link", "https://graph.example/next")
    hashed = counts.hasher(b"user")(b"anna")
    counts.close()
    again = DailyCounts(file)
    assert again.days(LOGINS, TODAY, TODAY) == {TODAY: ONE}
    assert again.state("link") == "https://graph.example/next"
    assert (again.hasher(b"user")(b"anna"), again.hasher(b"other")(b"anna") == hashed) == (hashed, False)
    again.remember("link", None)
    assert again.state("link") is None
    again.close()


def test_a_transaction_is_stored_completely_or_not_at_all(counts: DailyCounts) -> None:
    """A failure takes back what its transaction changed, also in the methods called inside."""
    counts.put(LOGINS, TODAY, {}, False)

    def interrupted() -> None:
        with counts.transaction():
            counts.put(LOGINS, TODAY, ONE, True)
            counts.remember("head", "later")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert counts.days(LOGINS, TODAY, TODAY) == {TODAY: {}}
    assert counts.state("head") is None


def test_the_file_is_private(counts: DailyCounts, file: Path) -> None:
    """Only the owner can read the database and the files beside it."""
    counts.put(LOGINS, TODAY, ONE, False)
    modes = {stat.S_IMODE(found.stat().st_mode) for found in file.parent.iterdir()}
    assert modes == {0o600}


def foreign(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE something (a)")
    connection.close()


def newer(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def other_tables(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE number")
    connection.close()


def no_database(file: Path) -> None:
    file.write_bytes(b"<html>not a database</html>" * 100)


def torn(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2] + bytes(len(content) // 2))


@pytest.mark.parametrize("damage", [foreign, newer, other_tables, no_database, torn])
def test_a_file_that_is_not_valid_is_set_aside(
    counts: DailyCounts, file: Path, caplog: pytest.LogCaptureFixture, damage: object
) -> None:
    """A new file is begun, and the log says so once."""
    counts.put(LOGINS, TODAY, ONE, True)
    counts.close()
    assert callable(damage)
    damage(file)
    assert counts.days(LOGINS, TODAY, TODAY) == {}
    counts.put(LOGINS, TODAY, ONE, True)
    assert counts.days(LOGINS, TODAY, TODAY) == {TODAY: ONE}
    assert [record.message for record in caplog.records] == ["database set aside, a new one is begun"]
    assert file.with_name("contoso.sqlite.damaged").exists()


def test_a_directory_that_cannot_be_written_is_a_transient_failure(tmp_path: Path) -> None:
    """The run fails with the reason `storage` and is repeated."""
    (tmp_path / "file").touch()
    with pytest.raises(Transient, match=r"contoso\.sqlite: can't be opened: ") as caught:
        DailyCounts(tmp_path / "file" / "contoso.sqlite").state("x")
    assert caught.value.reason is Reason.STORAGE


def test_threads_and_other_connections_share_it(counts: DailyCounts, file: Path) -> None:
    """Each addition of each thread is counted, also by a second exporter during a reload."""
    counts.put(LOGINS, TODAY, {("", ""): 0}, False)
    other = DailyCounts(file)

    def add(through: DailyCounts) -> None:
        for _ in range(25):
            with through.transaction():
                ((day, found),) = through.days(LOGINS, TODAY, TODAY).items()
                through.put(LOGINS, day, {("", ""): found["", ""] + 1}, False)

    threads = [threading.Thread(target=add, args=(through,)) for through in (counts, other, counts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert other.days(LOGINS, TODAY, TODAY) == {TODAY: {("", ""): 75}}
    other.close()
