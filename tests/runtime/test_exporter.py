"""What remains of collections, plans and series when an exporter starts again or its configuration changes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from exporter.app import Exporter
from exporter.config import Config, loads
from exporter.errors import ConfigError
from exporter.runtime.job import Job
from tests.balances import GOOD, answer, configuration
from tests.harness import Answer, CannedService, Clock, Scrape, scrape, series, value
from tests.process import eventually

OWN = "azure_billing_exporter_collector_"


class Configured:
    """An exporter of accounts that read balances, and its configuration."""

    def __init__(self, url: str, storage: Path, clock: Clock, *names: str) -> None:
        self.url = url
        self.storage = storage
        self.exporter = Exporter(self.config(*names), clock=clock)

    def config(self, *names: str, more: str = "", key: str = "k") -> Config:
        return loads(self.text(*names, more=more, key=key), "test")

    def text(self, *names: str, more: str = "", key: str = "k") -> str:
        return configuration(
            self.url, self.storage, {name: number for number, name in enumerate(names, 100)}, more=more, key=key
        )

    def job(self, account: str) -> Job:
        (found,) = [job for job in self.exporter.jobs if job.account == account]
        return found

    def scrape(self) -> Scrape:
        return scrape(self.exporter)

    def own(self, account: str) -> set[str]:
        """The families of the exporter's own series of an account."""
        return {
            name
            for name, labels in self.scrape()
            if name.startswith("azure_billing_exporter") and ("account", account) in labels
        }


@pytest.fixture
def make(canned: CannedService, tmp_path: Path, clock: Clock) -> Callable[..., Configured]:
    for number in range(100, 110):
        answer(canned, number, GOOD)

    def build(*names: str) -> Configured:
        return Configured(canned.url, tmp_path / "storage", clock, *names)

    return build


@contextmanager
def collecting(found: Configured) -> Iterator[Configured]:
    found.exporter.start()
    try:
        yield found
    finally:
        found.exporter.stop()


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


def test_a_reload_keeps_what_is_unchanged_and_removes_the_rest(
    canned: CannedService, make: Callable[..., Configured]
) -> None:
    """Collections, plans and own series: those of a removed account are gone at once, from the disk too."""
    found = make("a", "b")
    found.exporter.restore()
    for name in "ab":
        assert found.exporter.runner.run(found.job(name)) is None
    kept, published = found.job("a"), found.exporter.store.collection(found.job("a"))
    requests = len(canned.received)
    done = found.exporter.configure(found.config("a"))
    assert {"kept": 1, "changed": 0, "added": 0, "removed": 1} == done.collectors
    assert (kept, published) == (found.job("a"), found.exporter.store.collection(found.job("a")))
    assert [] == [name for name, labels in found.scrape() if ("account", "b") in labels]
    assert requests == len(canned.received)
    again = make("a", "b")
    again.exporter.restore()
    assert ["b"] == [job.account for job in again.exporter.missing()]


def test_a_changed_collector_keeps_its_old_figures_until_it_has_new_ones(
    canned: CannedService, make: Callable[..., Configured]
) -> None:
    """Also while the API is down; then all of them are exchanged at once, and its own series never disappear."""
    found = make("a")
    found.exporter.restore()
    assert found.exporter.runner.run(found.job("a")) is None
    before, own = series(found.scrape(), "azure_ea_total_usage"), found.own("a")
    assert before
    changed = found.config("a")
    moved = loads(found.text("a").replace('"100"', '"101"'), "test")
    assert 1 == found.exporter.configure(moved).changed
    assert (before, own) == (series(found.scrape(), "azure_ea_total_usage"), found.own("a"))
    assert [] == found.exporter.missing()
    answer(canned, 101, Answer(status=403), Answer({"currencyCode": "EUR", "totalUsage": 5}))
    assert found.exporter.runner.run(found.job("a")) is not None
    assert before == series(found.scrape(), "azure_ea_total_usage")
    assert found.exporter.runner.run(found.job("a")) is None
    assert [5.0] == list(series(found.scrape(), "azure_ea_total_usage").values())
    assert "if-none-match" not in canned.received[-1][1]
    assert 1 == found.exporter.configure(changed).changed


def test_a_changed_collector_respects_the_wait_that_the_service_asked_for(
    canned: CannedService, make: Callable[..., Configured], clock: Clock
) -> None:
    """A reload is no reason to send requests to a service that throttles."""
    answer(canned, 100, Answer(status=429, headers={"Retry-After": "3600"}))
    found = make("a")
    with collecting(found):
        clock.advance(timedelta(seconds=3))  # to when it is due
        eventually(lambda: found.exporter.scheduler.plans[found.job("a").key].failures == 1, "the failure")
        moved = loads(found.text("a").replace('"100"', '"101"'), "test")
        assert 1 == found.exporter.configure(moved).changed
        planned = found.exporter.scheduler.plans[found.job("a").key].next_run
        assert clock.now + timedelta(hours=1) <= planned
    again = Exporter(moved, clock=clock)
    again.restore()
    assert [planned] == [plan.next_run for plan in again.scheduler.plans.values()]
    assert 1 == len(canned.received)


def test_another_storage_gets_everything(
    canned: CannedService, make: Callable[..., Configured], tmp_path: Path, clock: Clock
) -> None:
    """What is published, and all plans, so that a restart continues as it would have before."""
    answer(canned, 101, Answer(status=429, headers={"Retry-After": "3600"}))
    found = make("a", "b")
    with collecting(found):
        clock.advance(timedelta(seconds=3))  # to when they are due
        eventually(lambda: all(plan.last_attempt for plan in found.exporter.scheduler.plans.values()), "both runs")
        found.storage = tmp_path / "other"
        found.exporter.configure(found.config("a", "b"))
    again = make("a", "b")
    again.storage = found.storage
    again.exporter = Exporter(again.config("a", "b"), clock=clock)
    again.exporter.restore()
    assert ["b"] == [job.account for job in again.exporter.missing()]
    plans = again.exporter.scheduler.plans
    assert clock.now + timedelta(hours=1) == plans[again.job("b").key].wait_until
    assert found.exporter.scheduler.plans[found.job("b").key].next_run == plans[again.job("b").key].next_run


def test_a_corrected_credential_takes_effect_at_once(
    canned: CannedService, make: Callable[..., Configured], clock: Clock
) -> None:
    """A refused job does not wait for the hour after a reload."""
    answer(canned, 100, Answer(status=401), Answer(status=401), GOOD)
    found = make("a")
    with collecting(found):
        clock.advance(timedelta(seconds=3))  # to when it is due
        eventually(lambda: found.exporter.scheduler.plans[found.job("a").key].failures == 1, "the refusal")
        assert 1 == found.exporter.configure(found.config("a", key="other")).kept
        clock.advance(timedelta(seconds=3))
        eventually(lambda: "other" in canned.received[-1][1]["authorization"], "a request with the new key")


@pytest.mark.parametrize("problem", ["ea: [", "ea: [{enrollment: 100}]"])
def test_an_invalid_configuration_changes_nothing(make: Callable[..., Configured], problem: str) -> None:
    """It is validated whole before anything is exchanged."""
    found = make("a")
    found.exporter.restore()
    jobs = found.exporter.jobs
    with pytest.raises(ConfigError):
        found.exporter.configure(loads(problem, "test"))
    assert jobs == found.exporter.jobs


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
