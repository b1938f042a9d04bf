"""What the tests share: a simulated company, a harness that watches it, and canned answers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exporter.commands.simulate import write_config
from exporter.simulator import Simulator
from tests.harness import CannedService, Clock, ExporterHarness
from tests.process import required


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
def clock() -> Clock:
    """The clock of the fixtures below, noon of a Friday until a test advances it."""
    return Clock()


@pytest.fixture
def simulator(clock: Clock) -> Iterator[Simulator]:
    """Microsoft's services for the simulated company."""
    with Simulator(seed=1, clock=clock) as running:
        yield running


@pytest.fixture
def canned() -> Iterator[CannedService]:
    """A plain-http service on loopback that answers what a test lays down."""
    with CannedService() as service:
        yield service


@pytest.fixture
def harness(simulator: Simulator, tmp_path: Path, clock: Clock) -> ExporterHarness:
    """An exporter of `simulator`."""
    return ExporterHarness(write_config(simulator, tmp_path), clock)


@pytest.fixture
def harness_for(tmp_path: Path, clock: Clock) -> Callable[[str], ExporterHarness]:
    """An exporter for a configuration given as text; `{tmp}` is a directory of its own."""

    def build(text: str) -> ExporterHarness:
        file = tmp_path / "config.yaml"
        file.write_text(text.replace("{tmp}", str(tmp_path)) + f"\nstorage: {{path: {tmp_path / 'storage'}}}\n")
        return ExporterHarness(file, clock)

    return build


@pytest.fixture
def tool() -> Callable[[str], str]:
    """Finds a program; see `required`."""
    return required
