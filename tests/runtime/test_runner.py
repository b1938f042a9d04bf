"""A run publishes all of its collection, or fails with a reason."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from exporter import logs
from exporter.errors import Reason
from exporter.model.collection import Collection, Run
from exporter.runtime.archive import Archive
from exporter.runtime.runner import Runner
from exporter.runtime.store import SnapshotStore
from exporter.runtime.telemetry import Telemetry
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Cut, Drop, Html, Status
from tests.harness import ExporterHarness, series, value
from tests.runtime.collectors import COST, NOW, Canned, Other, collection, job


class Row:
    who, cost, users = "x", Decimal(1), 3


class Broken(Canned):
    """A report with a bug after its first row."""

    def collect(self, now: datetime, run: Run) -> Iterator[object]:  # type: ignore[override]
        yield Row()
        raise ZeroDivisionError


def runner(directory: Path) -> tuple[Runner, SnapshotStore]:
    store = SnapshotStore()
    return Runner(store, Archive(directory), Telemetry(), lambda: NOW), store


def test_a_bug_in_a_collector_fails_only_its_run(tmp_path: Path) -> None:
    """The reason is `internal`, nothing of the run is published, and no exception is raised."""
    once, store = runner(tmp_path)
    failure = once.run(job("a", Broken()))
    assert failure is not None
    assert (Reason.INTERNAL, b"") == (failure.reason, store.current.body)


def test_a_collection_that_cannot_be_stored_is_published(tmp_path: Path) -> None:
    """The archive is required only for the next start."""
    (tmp_path / "file").touch()
    once, store = runner(tmp_path / "file" / "below")
    assert once.run(job("a", Canned(families=(COST,), records=[Row()]))) is None
    assert b'cost{account="a",who="x"} 1\n' in store.current.body


def test_the_same_data_again_is_a_success_but_no_change(tmp_path: Path) -> None:
    """Without ETags the samples are compared."""
    once, store = runner(tmp_path)
    only = job("a", Canned(families=(COST,), records=[Row()]))
    earlier = NOW - timedelta(days=1)
    store.publish(only, Collection({"cost": {("x",): Decimal("1.0")}}, 1, earlier, earlier))
    once.run(only)
    found = store.collection(only)
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
def test_a_failure_retains_the_published_values_until_the_next_success(
    simulator: Simulator, harness: ExporterHarness, fault: Status, reason: str
) -> None:
    """For every fault of a response: the page does not change, and the reason is counted."""
    harness.without_waiting()
    simulator.switches.ea_etag = "absent"
    assert [None] == harness.run("usagedetails")
    published = harness.exporter.store.current.body
    simulator.faults.script("usagedetails", fault, times=None)
    assert reason == harness.failure("usagedetails").reason
    labels = {"account": "contoso-ea", "collector": "usagedetails"}
    assert published == harness.exporter.store.current.body
    failures = series(harness.scrape(), "azure_billing_exporter_collector_failures_total", **labels)
    assert {reason: 1} == {dict(found)["reason"]: count for found, count in failures.items() if count}
    assert 0 == value(harness.scrape(), "azure_billing_exporter_collector_success", **labels)
    simulator.faults.clear()
    assert [None] == harness.run("usagedetails")
    assert 1 == value(harness.scrape(), "azure_billing_exporter_collector_success", **labels)


def test_a_restart_publishes_what_has_no_duplicates(tmp_path: Path) -> None:
    """A stored collection with series of another one does not prevent the rest from being published."""
    jobs = [job("a"), job("a", Other()), job("b")]
    for each in jobs:
        Archive(tmp_path).write(each, collection(x="1"))
    restarted, store = runner(tmp_path)
    restarted.restore(jobs)
    assert [True, False, True] == [store.collection(each) is not None for each in jobs]
    assert 2 == store.current.body.count(b"cost{")


def test_the_next_run_succeeds_after_a_login_outage(simulator: Simulator, harness: ExporterHarness) -> None:
    """The exporter starts during the outage and reports it."""
    harness.without_waiting()
    simulator.faults.script("openid-configuration", Status(503), times=None)
    assert "login" == harness.failure("usagerecords").reason
    simulator.faults.clear()
    assert [None] == harness.run("usagerecords")


def test_no_secret_is_ever_shown(simulator: Simulator, harness: ExporterHarness) -> None:
    """In no log line, failure, repr or page, whether requests succeed or fail."""
    lines = io.StringIO()
    logs.setup("debug", "json", lines)
    logging.getLogger().setLevel(logging.DEBUG)
    harness.without_waiting()
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


def test_records_count_the_rows_that_they_sum(tmp_path: Path) -> None:
    """The collector returns how many."""
    once, store = runner(tmp_path)
    only = job("a", Canned(families=(COST,), records=[Row(), Row()], rows_each=4))
    assert once.run(only) is None
    found = store.collection(only)
    assert found is not None
    assert 8 == found.records
