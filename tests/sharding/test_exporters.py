"""Exporters with one configuration and one storage, of which each is a shard."""

import sqlite3
from pathlib import Path

from exporter.app import Exporter
from exporter.commands.once import collect
from exporter.config import Config, loads
from exporter.runtime.telemetry import Telemetry
from exporter.sharding import Shard
from exporter.transport.stop import Stop
from exporter.wiring import Wirer, Wiring
from tests.balances import FAMILY, GOOD, answer, configuration
from tests.harness import NOON, CannedService, Clock, scrape, series, value

OWN = "azure_billing_exporter"
NAMES = tuple(f"account-{number}" for number in range(8))


def configured(url: str, storage: Path, names: tuple[str, ...] = NAMES) -> Config:
    return loads(configuration(url, storage, {name: name for name in names}), "test")


def started(config: Config, clock: Clock, shard: Shard) -> Exporter:
    """An exporter that has restored and collected what is missing."""
    exporter = Exporter(config, clock=clock, shard=shard)
    exporter.restore()
    if exporter.missing():
        assert [] == collect(exporter)
    return exporter


def published(exporter: Exporter) -> set[str]:
    """The accounts on its page."""
    return {dict(labels)["account"] for labels in series(scrape(exporter), FAMILY)}


def stored(directory: Path) -> int:
    """How many collections and plans are stored."""
    with sqlite3.connect(directory / "collections.sqlite") as connection:
        (found,) = connection.execute("SELECT count(*) FROM stored").fetchone()
    connection.close()
    return int(found)


def test_shards_publish_and_store_their_own_accounts(canned: CannedService, tmp_path: Path, clock: Clock) -> None:
    """Together all of them, once; what is on another shard after a resize is neither published nor stored."""
    for name in NAMES:
        answer(canned, name, GOOD)
    config = configured(canned.url, tmp_path)
    alone = started(config, clock, Shard())
    assert set(NAMES) == published(alone)
    alone.stop()
    before = stored(tmp_path)
    canned.received.clear()
    shards = [started(config, clock, Shard(number, 2)) for number in range(2)]
    first, second = map(published, shards)
    assert (set(NAMES), set()) == (first | second, first & second)
    assert second == {path.split("/")[3] for path, _ in canned.received}
    for shard in shards:
        shard.stop()
    assert before * len(first) == stored(tmp_path) * len(NAMES)
    assert len(second) == stored(tmp_path / "shard-1")


def test_a_shard_without_accounts_is_ready(canned: CannedService, tmp_path: Path, clock: Clock) -> None:
    """It says which shard it is, and that it has none."""
    (name,) = NAMES[:1]
    (other,) = [number for number in range(2) if not Shard(number, 2).owns("ea", name)]
    exporter = started(configured(canned.url, tmp_path, (name,)), clock, Shard(other, 2))
    exporter.start()
    assert [] == exporter.missing()
    samples = scrape(exporter)
    assert 1 == value(samples, f"{OWN}_shard_info", shard=str(other))
    assert (2, 0) == (value(samples, f"{OWN}_total_shards"), value(samples, f"{OWN}_shard_accounts"))
    exporter.stop()


def test_a_reload_counts_the_accounts_of_the_shard(canned: CannedService, tmp_path: Path, clock: Clock) -> None:
    """An account that is added is on one shard only."""
    shards = [Exporter(configured(canned.url, tmp_path, NAMES[:1]), clock=clock, shard=Shard(n, 2)) for n in range(2)]
    added = sum(shard.configure(configured(canned.url, tmp_path)).added for shard in shards)
    assert len(NAMES) - 1 == added
    assert len(NAMES) == sum(value(scrape(shard), f"{OWN}_shard_accounts") for shard in shards)


def test_shards_share_a_budget_of_requests(tmp_path: Path) -> None:
    """In proportion to their accounts, so that all of them together do not exceed it."""
    tenant = "{tenant: contoso.onmicrosoft.com, client_id: 00000000-0000-0000-0000-000000000000, client_secret: s}"
    accounts = "".join(
        f'\n- {{name: {name}, enrollment: "{number}", identity: {tenant}, requests_per_hour: 120}}'
        for number, name in enumerate(NAMES, 100)
    )
    config = loads(f"cost_management:{accounts}\nstorage: {{path: {tmp_path}}}\n", "test")
    parts = []
    for number in range(3):
        wirer = Wirer(Telemetry(), lambda: NOON, Stop, Shard(number, 3))
        wiring = wirer.wired(config, Wiring())
        (budget,) = [budget.per_hour for budget, _ in wiring.paces.values()] or [0.0]
        assert 120 * len(wiring.accounts) / len(NAMES) == budget
        assert wiring.paces == wirer.wired(config, wiring).paces
        parts.append(budget)
    assert 120 == sum(parts)
