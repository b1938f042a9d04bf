"""What remains of collections, plans and series when the configuration of an exporter changes."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from exporter.app import Exporter
from exporter.config import loads
from exporter.errors import ConfigError
from tests.balances import GOOD, answer
from tests.harness import Answer, CannedService, Clock, series
from tests.process import eventually
from tests.runtime.configured import Configured, collecting


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
