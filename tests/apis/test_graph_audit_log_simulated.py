"""A simulated tenant's audit log against its ledger, through a whole exporter."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from exporter.apis.b2c.graph.counts import DailyCounts
from exporter.simulator import Simulator
from exporter.simulator.world import B2cSize
from tests.apis.b2c_tenant import by
from tests.apis.conftest import collection
from tests.apis.test_graph_simulated import reader
from tests.harness import Clock, ExporterHarness, value

REPORTS = (
    "b2cAuthenticationCountSummary",
    "b2cMfaRequestCountSummary",
    "b2cAuthenticationCount",
    "b2cMfaRequestCount",
    "monthlyActiveUsers",
)
START, LAST = datetime(2026, 11, 30, 20, tzinfo=UTC), date(2026, 12, 3)
MONTH = date(2026, 12, 1)


@pytest.fixture(scope="module")
def sim_clock() -> Clock:
    return Clock(START)


@pytest.fixture(scope="module")
def small(sim_clock: Clock) -> Iterator[Simulator]:
    with Simulator(seed=7, clock=sim_clock, b2c_size=B2cSize(users=0.05)) as found:
        yield found


def doubts(harness: ExporterHarness) -> list[str]:
    """The warnings about correlation ids."""
    warnings = collection(harness, REPORTS[0]).warnings
    return [text for text in warnings if "its own correlation id" in text]


def read(harness: ExporterHarness) -> None:
    """Run all reports of the audit log."""
    for name in REPORTS:
        assert harness.run(name) == [None]


@pytest.mark.parametrize("correlation", ["request", "sign_in"])
def test_the_month_is_that_of_the_ledger(
    small: Simulator, sim_clock: Clock, tmp_path: Path, correlation: Literal["request", "sign_in"]
) -> None:
    """With late and repeated entries in another case, out of order, and a restart before each run."""
    switches = small.switches
    switches.audit_correlation = correlation
    switches.audit_late_hours, switches.audit_duplicates, switches.audit_order = 3, "respelled", "shuffled"
    sim_clock.now = START
    while sim_clock.now.date() <= LAST + timedelta(days=3):
        harness = reader(small, tmp_path, sim_clock)
        read(harness)
        sim_clock.advance(timedelta(hours=13))
    ledger = small.world.b2c.ledger
    (file,) = (tmp_path / "storage" / "b2c").glob("*.db")
    counts = DailyCounts(file)
    for day in (MONTH + number * timedelta(days=1) for number in range((LAST - MONTH).days + 1)):
        expected = ledger.sign_ins_by(lambda one: (one.application, one.policy.lower()), day, day)
        assert counts.days("authentications", day, day)[day] == expected
        expected = ledger.mfa_attempts_by(lambda one: (one.application, one.kind), day, day)
        assert counts.days("mfa_requests", day, day)[day] == expected
    counts.close()
    assert [] == doubts(harness)
    samples, today = harness.scrape(), sim_clock.now.date()
    found = by(samples, "azure_b2c_authentications_month_to_date", "flow")
    assert found.keys() == ledger.sign_ins_by(lambda one: one.policy, MONTH, today).keys()
    users = value(samples, "azure_b2c_monthly_active_users")
    assert ledger.active_users(MONTH, LAST) <= users <= ledger.active_users(MONTH, today)
    content = b"".join(file.read_bytes() for file in (tmp_path / "storage").rglob("*") if file.is_file())
    surfaces = content + harness.exporter.store.current.body
    personal = small.world.b2c.audit_log.personal_data(sim_clock.now - timedelta(hours=1), sim_clock.now)
    assert personal
    assert [] == [text for text in personal if text.encode() in surfaces]


def test_events_without_a_shared_id_are_reported(small: Simulator, sim_clock: Clock, tmp_path: Path) -> None:
    """The counts are published, with a warning that they may be too high."""
    small.switches.audit_correlation = "event"
    sim_clock.now = START
    harness = reader(small, tmp_path, sim_clock)
    assert harness.run(REPORTS[0]) == [None]
    assert len(doubts(harness)) == 1
