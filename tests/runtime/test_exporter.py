"""What remains of collections, plans and series when an exporter starts again or stops."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from exporter.config import loads
from tests.balances import GOOD, answer
from tests.harness import Answer, CannedService, Clock, series, value
from tests.runtime.configured import Configured

OWN = "azure_billing_exporter_collector_"


def test_after_a_restart_all_own_series_of_a_collector_exist_before_a_request(
    canned: CannedService, make: Callable[..., Configured]
) -> None:
    """Dashboards and alerts depend on them until the next run, which may be in a day."""
    before = make("a")
    before.exporter.restore()
    assert before.exporter.runner.run(before.job("a")) is None
    requests = len(canned.received)
    after = make("a")
    after.exporter.restore()
    lost = before.own("a") - after.own("a")
    assert {OWN + "duration_seconds"} >= lost
    assert 1 == value(after.scrape(), OWN + "success", account="a")
    assert ([], False) == (after.exporter.missing(), after.exporter.restoring)
    assert requests == len(canned.received)


def test_nothing_is_ready_before_what_is_stored_was_restored(make: Callable[..., Configured]) -> None:
    """A part of the page would look like the whole."""
    assert make("a").exporter.restoring


def test_a_storage_that_cannot_be_written_costs_durability_alone(
    make: Callable[..., Configured], tmp_path: Path
) -> None:
    """The exporter starts, collects and reloads; the metric heals with the storage."""
    (tmp_path / "storage").touch()
    found = make("a")
    found.exporter.restore()
    assert found.exporter.runner.run(found.job("a")) is None
    assert 0 == value(found.scrape(), "azure_billing_exporter_storage_writable")
    assert 1 == found.exporter.configure(found.config("a")).kept
    (tmp_path / "storage").unlink()
    found.exporter.runner.run(found.job("a"))
    assert 1 == value(found.scrape(), "azure_billing_exporter_storage_writable")


def test_a_stopped_run_publishes_and_stores_nothing(
    canned: CannedService, make: Callable[..., Configured], tmp_path: Path
) -> None:
    """Its account was removed while its request was on the way."""
    found = make("a", "b")
    found.exporter.restore()
    old, entered, go_on = found.job("b"), threading.Event(), threading.Event()

    class Held(Answer):
        def bytes(self) -> bytes:
            entered.set()
            assert go_on.wait(30)
            return GOOD.bytes()

    answer(canned, 101, Held())
    thread = threading.Thread(target=found.exporter.runner.run, args=(old,))
    thread.start()
    assert entered.wait(30)
    found.exporter.configure(found.config("a"))
    go_on.set()
    thread.join(30)
    assert [] == [name for name, labels in found.scrape() if ("account", "b") in labels]
    assert [] == [path for path in (tmp_path / "storage").rglob("*") if ".b." in path.name]


def test_data_that_was_not_confirmed_for_too_long_is_dropped(make: Callable[..., Configured], clock: Clock) -> None:
    """If the configuration says so; the data timestamp goes with it."""
    found = make("a")
    found.exporter.restore()
    assert found.exporter.runner.run(found.job("a")) is None
    text = found.text("a").replace("storage: {", "storage: {expire_after: 3d, ")
    assert 1 == found.exporter.configure(loads(text, "test")).kept
    clock.advance(timedelta(days=2))
    found.exporter.keep_house()
    assert [] == found.exporter.missing()
    clock.advance(timedelta(days=2))
    found.exporter.keep_house()
    assert [found.job("a")] == found.exporter.missing()
    assert {} == series(found.scrape(), OWN + "data_timestamp_seconds")
    assert {} == series(found.scrape(), "azure_ea_total_usage")
