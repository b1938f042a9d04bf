"""Shared fixtures: a clock, the simulated APIs, canned responses, and exporters that read them."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer

from exporter.commands.simulate import write_config
from exporter.simulator import Simulator
from tests.distribution import Distribution, longest_first
from tests.harness import CannedService, Clock, ExporterHarness
from tests.measuring import leave_out_services
from tests.process import required

IDENTITY_VARIABLES = (
    "AZURE_AUTHORITY_HOST", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "AZURE_TENANT_ID", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT",
    "MSI_ENDPOINT", "MSI_SECRET",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz", default=40, help="number of bodies for each fuzzed target")
    parser.addoption("--soak", action="store_true", help="reload the configuration 100 times instead of 12 times")
    parser.addoption("--damages", default=60, help="number of damaged files of stored collections")
    parser.addoption("--kills", default=20, help="number of processes that are killed while they write")
    parser.addoption("--resize", action="store_true", help="resize 3 shards with 200 accounts instead of 1 with 8")
    parser.addoption("--whole-year", action="store_true", help="test every hour around the ends of twelve months")
    parser.addoption("--write-goldens", action="store_true", help="rewrite the expected /metrics")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take longest."""
    longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Distribution | None:
    """`--dist loadscope` distributes tests as in tests/distribution.py."""
    return Distribution(config, log) if config.getoption("dist") == "loadscope" else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """The services that tests start are not measured; pytest-cov begins anew after some tests."""
    leave_out_services()


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificates and identities that the environment configures are ignored."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", *IDENTITY_VARIABLES):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_log_level_of_another_test() -> Iterator[None]:
    """The level that `logs.setup` sets would hide lines from the tests that follow."""
    yield
    for name in ("exporter", "msal", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def clock() -> Clock:
    """The clock of all fixtures: noon of a Friday until a test advances it."""
    return Clock()


@pytest.fixture
def simulator(clock: Clock) -> Iterator[Simulator]:
    """The simulated APIs and login host."""
    with Simulator(seed=1, clock=clock) as running:
        yield running


@pytest.fixture
def canned() -> Iterator[CannedService]:
    """A plain-http service on loopback with canned responses."""
    with CannedService() as service:
        yield service


@pytest.fixture
def harness(simulator: Simulator, tmp_path: Path, clock: Clock) -> ExporterHarness:
    """An exporter of `simulator`, which does not wait between requests."""
    return ExporterHarness(write_config(simulator, tmp_path), clock).without_waiting()


@pytest.fixture
def harness_for(tmp_path: Path, clock: Clock) -> Callable[[str], ExporterHarness]:
    """Builds an exporter from the text of a configuration; `{tmp}` is replaced by a temporary directory."""

    def build(text: str) -> ExporterHarness:
        file = tmp_path / "config.yaml"
        file.write_text(text.replace("{tmp}", str(tmp_path)) + f"\nstorage: {{path: {tmp_path / 'storage'}}}\n")
        return ExporterHarness(file, clock)

    return build


@pytest.fixture
def tool() -> Callable[[str], str]:
    """The path of a program; see `required`."""
    return required


@pytest.fixture(scope="module")
def module_tool() -> Callable[[str], str]:
    """As `tool`, for fixtures that a module shares."""
    return required
