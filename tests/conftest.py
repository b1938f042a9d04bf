"""What the tests share: a simulated company, a house that watches it, and canned answers."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.app import Exporter
from exporter.commands.simulate import write_config
from exporter.config import load
from exporter.simulator import Simulator
from tests.support import CannedService, Scrape, scrape

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz", default=40, help="how many bodies each fuzzed target gets")
    parser.addoption("--whole-year", action="store_true", help="walk through every hour around twelve months' ends")
    parser.addoption("--write-goldens", action="store_true", help="write the expected /metrics again")


@pytest.fixture(autouse=True)
def no_ca_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own certificate settings decide nothing."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Microsoft's side at noon of a Friday."""
    with Simulator(seed=1, clock=lambda: NOON) as running:
        yield running


@pytest.fixture
def canned() -> Iterator[CannedService]:
    """A plain-http service on loopback that answers what a test lays down."""
    with CannedService() as service:
        yield service


class House:
    """An exporter that runs its jobs when a test says so."""

    def __init__(self, config_file: Path) -> None:
        self.exporter = Exporter(load(config_file), clock=lambda: NOON)

    def run(self, collector: str = "") -> list[object]:
        """Run every job, or those of one collector; the failures, None for a success."""
        chosen = [job for job in self.exporter.jobs if collector in ("", job.collector.name)]
        return [self.exporter.runner.run(job) for job in chosen]

    def scrape(self) -> Scrape:
        """All samples that a scrape would see."""
        return scrape(self.exporter)


@pytest.fixture
def house(simulator: Simulator, tmp_path: Path) -> House:
    """The exporter that watches `simulator`."""
    return House(write_config(simulator, tmp_path))


@pytest.fixture
def house_of(tmp_path: Path) -> Callable[[str], House]:
    """An exporter for a configuration given as text; `{tmp}` is a directory of its own."""

    def build(text: str) -> House:
        file = tmp_path / "config.yaml"
        file.write_text(text.replace("{tmp}", str(tmp_path)) + f"\nstorage: {{path: {tmp_path / 'storage'}}}\n")
        return House(file)

    return build


def required(name: str) -> str:
    """The path of a program of Debian's packages; without it a test is skipped, and in CI it fails."""
    path = shutil.which(name)
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not installed")
    if path is None:
        pytest.skip(
            f"{name} is not installed: apt-get install prometheus prometheus-alertmanager chromium chromium-driver"
        )
    return path


@pytest.fixture
def tool() -> Callable[[str], str]:
    """Finds a program; see `required`."""
    return required
