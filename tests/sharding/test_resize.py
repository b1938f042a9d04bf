"""Pods of a StatefulSet that is resized and whose processes are killed, with a real Prometheus."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from exporter.sharding import Shard
from exporter.simulator import Simulator
from tests.balances import configuration
from tests.sharding.fleet import Fleet

SCRAPE_INTERVAL = 60
"""Seconds; the default of Prometheus."""


def configured(simulator: Simulator, directory: Path, accounts: int) -> tuple[Path, list[str]]:
    """A configuration with this many accounts of the simulated company, and their names."""
    names = [f"account-{number:03}" for number in range(accounts)]
    text = configuration(
        simulator.url,
        directory / "storage",
        dict.fromkeys(names, simulator.world.ea.enrollment),
        more=f"ca_file: {simulator.ca_file}, ",
        key=simulator.world.ea.api_key,
    )
    file = directory / "config.yaml"
    file.write_text(text)
    return file, names


def stored(directory: Path) -> int:
    """Of how many accounts a collection is stored, beside its plan."""
    with closing(sqlite3.connect(directory / "collections.sqlite")) as connection:
        (found,) = connection.execute("SELECT count(*) FROM stored").fetchone()
    return int(found) // 2


@pytest.mark.timeout(600)
def test_a_resize_and_a_killed_process(
    simulator: Simulator, tmp_path: Path, tool: Callable[[str], str], pytestconfig: pytest.Config
) -> None:
    """An account that moves is read by its new shard before the old one drops it; in the end each is on one shard.

    A StatefulSet starts a new pod before it restarts the others. Before it removes one, all others are restarted.
    With `--resize`, Prometheus misses the other accounts for no longer than the restart of their shard.
    """
    tool("prometheus")
    whole = bool(pytestconfig.getoption("--resize"))
    small, accounts = (3, 200) if whole else (1, 8)
    large = small + 1
    file, names = configured(simulator, tmp_path, accounts)
    with ExitStack() as context:
        fleet = Fleet(context, file, tmp_path, large)

        def owners(total: int) -> dict[str, set[str]]:
            return {
                name: {fleet.addresses[number] for number in range(total) if Shard(number, total).owns("ea", name)}
                for name in names
            }

        moving = {name for name in names if owners(small)[name] != owners(large)[name]}
        assert 0 < len(moving) < accounts
        for number in range(small):
            fleet.start(number, small)
        fleet.publishing(owners(small), "the accounts of all shards")
        began = time.time()
        fleet.start(small, large)
        both = {name: owners(small)[name] | (owners(large)[name] if name in moving else set()) for name in names}
        fleet.publishing(both, "the accounts that move, from two shards")
        for number in reversed(range(small)):
            fleet.end(number)
            fleet.start(number, large)
        fleet.publishing(owners(large), "the accounts after the resize")
        grown = began, time.time()
        assert len(names) == len(simulator.received) - len(moving)
        fleet.kill(small)
        fleet.publishing(
            {name: owners(large)[name] for name in set(names) - moving}, "all but those of a killed process"
        )
        requests = len(simulator.received)
        fleet.start(small, small)
        fleet.publishing(owners(large), "those of the killed process, from its storage")
        assert requests == len(simulator.received)
        shrinking = time.time()
        for number in reversed(range(small)):
            fleet.end(number)
            fleet.start(number, small)
        fleet.publishing(both, "the accounts that move back, from two shards")
        fleet.end(small)
        fleet.publishing(owners(small), "the accounts after the resize back")
        if whole:
            gaps = [fleet.gaps(names, *grown), fleet.gaps(names, shrinking, time.time())]
            assert [set(), set()] == [moving & seconds.keys() for seconds in gaps]
            assert all(seconds <= SCRAPE_INTERVAL for each in gaps for seconds in each.values())
        for number in range(small):
            own = sum(fleet.addresses[number] in found for found in owners(small).values())
            assert own == stored(Shard(number, small).directory(tmp_path / "storage"))
