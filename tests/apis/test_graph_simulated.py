"""Simulated tenants against their ledgers: users over days of changes, and user insights."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from exporter.simulator import Simulator
from exporter.simulator.world import B2cSize
from exporter.simulator.world.creation import created_at
from tests.apis.b2c_tenant import by
from tests.harness import Clock, ExporterHarness, series, value

USERS = "tenantUserCount"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def sim_clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def small(sim_clock: Clock) -> Iterator[Simulator]:
    """A tenant of 800 users."""
    with Simulator(seed=7, clock=sim_clock, b2c_size=B2cSize(users=0.05)) as found:
        yield found


def reader(
    simulator: Simulator, directory: Path, clock: Clock, source: str = "microsoft_graph", tenant: str = "b2c"
) -> ExporterHarness:
    """A tenant as an account of the configuration."""
    world = simulator.world.b2c if tenant == "b2c" else simulator.world.external_id
    applications = [{"id": one.id, "name": one.name} for one in world.applications]
    file = directory / "config.yaml"
    file.write_text(
        f"""
b2c:
  - {{tenant: {world.tenant}, client_id: {world.client_id}, client_secret: "{world.client_secret}", name: {tenant},
     source: {source}, base_url: "{simulator.url}", authority: "{simulator.url}", applications: {applications},
     ca_file: "{simulator.ca_file}"}}
storage: {{path: "{directory / "storage"}"}}
"""
    )
    return ExporterHarness(file, clock).without_waiting()


def federated(counts: Mapping[str, float]) -> dict[str, float]:
    """The counts of single providers, and of users with several."""
    return {name.lower(): count for name, count in counts.items() if "." in name or name == "multiple"}


def registered(simulator: Simulator, now: datetime) -> dict[str, int]:
    """The users of single providers who were created in ten days, today among them, and have one provider."""
    directory, days = simulator.world.b2c.directory, {now.date() - number * DAY for number in range(10)}
    found: Counter[str] = Counter()
    for _, person in directory.persons(now):
        at = created_at(directory, person, now)
        if at and at.date() in days and "." in person.group and not person.linked:
            found[person.group] += 1
    return found


@pytest.mark.parametrize("delta", [True, False])
def test_users_are_those_of_the_ledger_on_every_day(
    small: Simulator, sim_clock: Clock, tmp_path: Path, delta: bool
) -> None:
    """By full counts and by changes, with a restart every day; who is in no provider is in another part."""
    small.switches.graph_delta = delta
    for _ in range(12):
        harness = reader(small, tmp_path, sim_clock)
        assert [None] == harness.run(USERS)
        found, ledger = by(harness.scrape(), "azure_b2c_users", "identity_provider"), small.world.b2c.ledger.users()
        assert federated(ledger) == federated(found)
        assert sum(ledger.values()) == sum(found.values())
        assert {"local", "directory", "multiple"} <= found.keys()
        grown = by(harness.scrape(), "azure_b2c_users_registered_trailing_10d", "identity_provider")
        assert registered(small, sim_clock()) == {name: count for name, count in grown.items() if "." in name and count}
        sim_clock.advance(DAY)
    stored = b"".join(file.read_bytes() for file in (tmp_path / "storage").rglob("*") if file.is_file()).decode(
        "latin-1"
    )
    assert [] == [text for text in small.world.b2c.directory.personal_data(sim_clock()) if text in stored]


def test_user_insights_are_those_of_the_ledger(small: Simulator, sim_clock: Clock, tmp_path: Path) -> None:
    """Two reads that overlap; rows in several spellings, with repeated ids and without some dimensions."""
    for now in (datetime(2026, 12, 20, 12, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)):
        sim_clock.now = now
        harness = reader(small, tmp_path, sim_clock, "user_insights", "external")
        assert [] == [failure for failure in harness.run() if failure]
    ledger, samples = small.world.external_id.ledger, harness.scrape()
    start, end = date(2026, 12, 1), date(2026, 12, 30)
    for window in ("month_to_date", "trailing_30d"):
        successes = ledger.authentications_by(lambda cell: cell.application.name, start, end)
        for name, (_, expected) in successes.items():
            family = f"azure_b2c_application_authentications_{window}"
            assert expected == sum(series(samples, family, application=name).values())
        attempts = sum(tried for tried, _ in ledger.mfa_by(lambda cell: cell.method, start, end).values())
        assert attempts == sum(series(samples, f"azure_b2c_mfa_requests_{window}").values())
    assert small.world.external_id.users(end) == value(samples, "azure_b2c_users")


def test_a_b2c_tenant_has_no_user_insights(small: Simulator, sim_clock: Clock, tmp_path: Path) -> None:
    harness = reader(small, tmp_path, sim_clock, "user_insights")
    assert "set `source: microsoft_graph`" in str(harness.failure("b2cAuthenticationCountSummary"))


def test_a_missing_permission_is_named(small: Simulator, sim_clock: Clock, tmp_path: Path) -> None:
    """Of users and of user insights, by what Graph answers for each."""
    before = small.switches.graph_roles
    small.switches.graph_roles = frozenset()
    try:
        harness = reader(small, tmp_path, sim_clock)
        assert "application permission User.Read.All of" in str(harness.failure(USERS))
        harness = reader(small, tmp_path, sim_clock, "user_insights", "external")
        assert "application permission Insights-UserMetric.Read.All of" in str(harness.failure(USERS))
    finally:
        small.switches.graph_roles = before
