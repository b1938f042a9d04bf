"""One run: published whole, or told."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from exporter import logs
from exporter.errors import Reason
from exporter.model.collection import Collection, Run
from exporter.runtime.archive import Archive
from exporter.runtime.job import Job
from exporter.runtime.runner import Runner
from exporter.runtime.store import SnapshotStore
from exporter.runtime.telemetry import Telemetry
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Cut, Drop, Html, Status
from tests.harness import ExporterHarness, series, value
from tests.runtime.test_store import COST, Collector

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Row:
    who, cost, users = "x", Decimal(1), 3


class Broken(Collector):
    """A report with a bug, after its first row."""

    def collect(self, now: datetime, run: Run) -> Iterator[object]:  # type: ignore[override]
        yield Row()
        raise ZeroDivisionError


def runner(directory: Path) -> tuple[Runner, SnapshotStore]:
    store = SnapshotStore()
    return Runner(store, Archive(directory), Telemetry(), lambda: NOW), store


def test_a_bug_in_a_report_is_a_failure_of_this_report_alone(tmp_path: Path) -> None:
    """Its reason is `internal`, nothing of the run is published, and nothing is thrown."""
    once, store = runner(tmp_path)
    failure = once.run(Job("api", "a", Broken(), timedelta(hours=1)))
    assert failure is not None
    assert (Reason.INTERNAL, b"") == (failure.reason, store.current.body)


def test_a_full_disk_does_not_stop_the_publishing(tmp_path: Path) -> None:
    """The archive is for the next start; the page is for now."""
    (tmp_path / "file").touch()
    once, store = runner(tmp_path / "file" / "below")
    assert once.run(Job("api", "a", Collector(families=(COST,), records=[Row()]), timedelta(hours=1))) is None
    assert b'cost{account="a",who="x"} 1\n' in store.current.body


def test_the_same_data_again_is_a_success_but_no_change(tmp_path: Path) -> None:
    """Without ETags the samples themselves tell."""
    once, store = runner(tmp_path)
    job = Job("api", "a", Collector(families=(COST,), records=[Row()]), timedelta(hours=1))
    earlier = NOW - timedelta(days=1)
    store.publish(job, Collection({"cost": {("x",): Decimal("1.0")}}, 1, earlier, earlier))
    once.run(job)
    found = store.collection(job)
    assert found is not None
    assert (NOW, earlier) == (found.collected, found.changed)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Cut(2000), "connection"),
        (Cut(2000, chunked=True), "connection"),
        (Drop(), "connection"),
        (Status(429, headers={"Retry-After": "3600"}), "throttled"),
        (Status(429, headers={"x-ms-ratelimit-microsoft.consumption-retry-after": "3600"}), "throttled"),
        (Html(200), "malformed"),
        (Html(502), "server_error"),
        (Status(401), "unauthorized"),
    ],
    ids=lambda fault: str(fault)[:40],
)
def test_a_failure_keeps_the_last_good_values_and_the_next_success_heals_it(
    simulator: Simulator, harness: ExporterHarness, monkeypatch: pytest.MonkeyPatch, fault: Status, reason: str
) -> None:
    """For all that can happen to an answer: nothing of the page changes, the reason is counted."""
    monkeypatch.setattr(harness.exporter._stopped, "wait", lambda seconds: False)
    simulator.switches.ea_etag = "absent"
    assert [None] == harness.run("usagedetails")
    published = harness.exporter.store.current.body
    simulator.faults.script("usagedetails", fault, times=None)
    assert reason == harness.run("usagedetails")[0].reason  # type: ignore[attr-defined]
    labels = {"account": "contoso-ea", "collector": "usagedetails"}
    assert published == harness.exporter.store.current.body
    failures = series(harness.scrape(), "azure_billing_exporter_collector_failures_total", **labels)
    assert {reason: 1} == {dict(found)["reason"]: count for found, count in failures.items() if count}
    assert 0 == value(harness.scrape(), "azure_billing_exporter_collector_success", **labels)
    simulator.faults.clear()
    assert [None] == harness.run("usagedetails")
    assert 1 == value(harness.scrape(), "azure_billing_exporter_collector_success", **labels)


def test_a_restart_publishes_what_fits_together(tmp_path: Path) -> None:
    """One stored collection that repeats the series of another does not keep the rest from the page."""
    jobs = [Job("api", account, Collector(name), timedelta(hours=1)) for account, name in ("aa", "ab", "ba")]
    for job in jobs:
        Archive(tmp_path).write(job, Collection({"cost": {("x",): Decimal(1)}}, 1, NOW, NOW))
    restarted, store = runner(tmp_path)
    restarted.restore(jobs)
    assert [True, False, True] == [store.collection(job) is not None for job in jobs]
    assert 2 == store.current.body.count(b"cost{")


def test_a_login_outage_at_the_start_heals_by_itself(
    simulator: Simulator, harness: ExporterHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exporter starts, tells, and the next run brings the data."""
    monkeypatch.setattr(harness.exporter._stopped, "wait", lambda seconds: False)
    simulator.faults.script("openid-configuration", Status(503), times=None)
    assert "login" == harness.run("usagerecords")[0].reason  # type: ignore[attr-defined]
    simulator.faults.clear()
    assert [None] == harness.run("usagerecords")


def test_no_secret_is_ever_seen(
    simulator: Simulator, harness: ExporterHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in a log line, a failure, a repr or on a page, in good times and in bad ones."""
    lines = io.StringIO()
    logs.setup("debug", "json", lines)
    logging.getLogger().setLevel(logging.DEBUG)
    monkeypatch.setattr(harness.exporter._stopped, "wait", lambda seconds: False)
    simulator.switches.token_lifetime = 1  # so that every run signs in again
    failures = harness.run()
    world = simulator.world
    secrets = [world.b2c.client_secret, world.ea.api_key, world.partner_center.client_secret]
    for secret, path in zip(secrets, (world.b2c.tenant, "enrollments", world.partner_center.tenant), strict=True):
        echo = {"error": {"code": "401", "message": f"bearer {secret} is {secret}"}, "error_description": secret}
        simulator.faults.script(path, Status(401, echo), times=4)
        failures += harness.run()
        simulator.faults.clear()
    tokens = [world.partner_center.refresh_token, *_sent_tokens(simulator)]
    seen = "".join(map(str, failures)) + lines.getvalue() + harness.exporter.store.current.body.decode()
    seen += repr(harness.exporter.jobs) + json.dumps(sorted(map(str, harness.scrape())))
    assert [] == [secret[:6] for secret in [*secrets, *tokens] if secret in seen]
    assert len(tokens) > 2


def _sent_tokens(simulator: Simulator) -> set[str]:
    sent = {received.headers.get("authorization", "") for received in simulator.received}
    return {text.rpartition(" ")[2] for text in sent if text}


def test_a_record_that_sums_rows_counts_as_so_many(tmp_path: Path) -> None:
    """Its collector says how many."""
    once, store = runner(tmp_path)
    job = Job("api", "a", Collector(families=(COST,), records=[Row(), Row()], rows_each=4), timedelta(hours=1))
    assert once.run(job) is None
    found = store.collection(job)
    assert found is not None
    assert 8 == found.records
