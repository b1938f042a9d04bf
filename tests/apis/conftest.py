"""What the tests of the APIs share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from exporter.commands.simulate import write_config
from exporter.errors import Failure
from exporter.model.collection import Collection
from exporter.simulator import Simulator
from exporter.transport.stop import Stop
from tests.apis.company import Company
from tests.apis.graph_log import LogService, LogTenant
from tests.harness import NOON, Answer, CannedService, Clock, ExporterHarness, Scrape, series

PATH = "/v1/customers/usagerecords"
"""Partner Center's report of all customers."""


@pytest.fixture
def enrollment(canned: CannedService, harness_for: Callable[..., ExporterHarness]) -> Callable[..., ExporterHarness]:
    """A harness for enrollment 100 with further settings."""
    canned.answer("/v3/enrollments/100/balancesummary", Answer({"currencyCode": "EUR"}))

    def build(more: str = "") -> ExporterHarness:
        return harness_for(f'ea: [{{enrollment: "100", api_key: k, base_url: "{canned.url}"{more}}}]')

    return build


def record(number: int, **fields: object) -> dict[str, object]:
    """A customer's usage record."""
    return {"resourceId": f"c-{number}", "resourceName": f"Customer {number}", **fields}


def customers(samples: Scrape, name: str) -> dict[str, float]:
    """The values of a family by customer."""
    return {dict(labels)["customer_id"]: found for labels, found in series(samples, name).items()}


def collection(harness: ExporterHarness, collector: str = "usagerecords") -> Collection:
    """What is published of a report."""
    (job,) = (job for job in harness.exporter.jobs if job.collector.name == collector)
    found = harness.exporter.store.collection(job)
    assert found
    return found


def failure(harness: ExporterHarness, collector: str = "usagerecords") -> Failure:
    """The failure of a run."""
    return harness.failure(collector)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of each wait between requests; none of them passes."""
    recorded: list[float] = []

    def wait(stop: Stop, timeout: float | None = None) -> bool:
        recorded.append(timeout or 0)
        return stop.is_set()

    monkeypatch.setattr(Stop, "wait", wait)
    return recorded


@pytest.fixture
def partner_with(
    simulator: Simulator, canned: CannedService, harness_for: Callable[..., ExporterHarness]
) -> Callable[..., ExporterHarness]:
    """A harness that signs in at the simulator and reads canned answers in an order, with further settings."""
    world = simulator.world.partner_center

    def build(more: str = "") -> ExporterHarness:
        return harness_for(
            f"""
requests: {{at_once_per_account: 1}}
partner_center:
  - {{name: csp, tenant: {world.tenant}, client_id: {world.client_id}, client_secret: {world.client_secret},
     refresh_token: {world.refresh_token}, base_url: "{canned.url}", authority: "{simulator.url}",
     ca_file: "{simulator.ca_file}", {more}}}"""
        )

    return build


@pytest.fixture
def partner(partner_with: Callable[..., ExporterHarness]) -> ExporterHarness:
    """Such a harness that reads only the usage records."""
    return partner_with("reports: {usagesummary: {enabled: false}}")


def every(interval: str) -> dict[str, dict[str, str]]:
    """The interval of the subscriptions' report."""
    return {"subscription_usagerecords": {"every": interval}}


@pytest.fixture
def harness_with(simulator: Simulator, tmp_path: Path) -> Callable[..., ExporterHarness]:
    """A harness of the simulated tenant whose Partner Center account has more keys; requests have an order."""

    def build(at_once: int = 1, **keys: object) -> ExporterHarness:
        file = write_config(simulator, tmp_path)
        content = yaml.safe_load(file.read_text())
        content["partner_center"][0] |= keys
        content["requests"] = {"at_once_per_account": at_once}
        file.write_text(yaml.safe_dump(content))
        return ExporterHarness(file)

    return build


@pytest.fixture
def b2c(simulator: Simulator, tmp_path: Path, clock: Clock) -> ExporterHarness:
    """An exporter of the simulated B2C tenant alone, by its usage reports."""
    file = write_config(simulator, tmp_path)
    content = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump({"b2c": content["b2c"][:1], "storage": content["storage"]}))
    return ExporterHarness(file, clock)


@pytest.fixture
def company(simulator: Simulator, tmp_path: Path, clock: Clock) -> Company:
    """The simulated company, read by accounts that a test configures."""
    return Company(simulator, tmp_path, clock)


@pytest.fixture(scope="session")
def log_server() -> Iterator[LogService]:
    """One audit log for all tests."""
    with LogService() as found:
        yield found


@pytest.fixture
def log(log_server: LogService) -> LogService:
    """The audit log, which is empty, at noon."""
    log_server.clear()
    log_server.now = NOON
    return log_server


@pytest.fixture
def log_tenant(log: LogService, tmp_path: Path) -> LogTenant:
    """A tenant that is read from the audit log."""
    return LogTenant(log, tmp_path / "b2c.sqlite")
