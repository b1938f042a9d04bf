"""Reports of the simulated company, by the command as a user writes it, and what the simulator states in raw JSON."""

import json
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from exporter.arguments import parsed
from exporter.commands.report import report
from exporter.commands.simulate import write_config
from exporter.simulator import Simulator
from exporter.simulator.switches import Switches
from tests.harness import Clock

Rows = list[dict[str, Any]]
ACCOUNTS = "contoso-b2c", "contoso-ea", "contoso", "contoso-shop", "contoso-csp"
"""Those that are read at once: requests for user insights and the audit log are paced."""


@dataclass(frozen=True)
class Printed:
    """What a command has printed, and its exit code."""

    code: int
    text: str
    errors: str

    @property
    def rows(self) -> Rows:
        """The rows of the format `json`, with exact numbers."""
        found: Rows = json.loads(self.text, parse_float=Decimal, parse_int=Decimal)
        return found


Command = Callable[..., Printed]


@pytest.fixture(scope="session")
def served() -> Iterator[Simulator]:
    """One simulator for all tests, by a clock that stands still."""
    with Simulator(seed=1, clock=Clock()) as running:
        yield running


@pytest.fixture
def simulator(served: Simulator) -> Simulator:
    """The simulator, as at its start."""
    served.faults.clear()
    served.received.clear()
    served.reset_limits()
    vars(served.switches).update(vars(Switches()))
    return served


@pytest.fixture
def config(simulator: Simulator, tmp_path: Path) -> Path:
    """The configuration of the simulated company without the accounts whose requests are paced."""
    file = write_config(simulator, tmp_path)
    content = yaml.safe_load(file.read_text())
    for api in ("b2c", "cost_management"):
        content[api] = [account for account in content[api] if account["name"] in ACCOUNTS]
    file.write_text(yaml.safe_dump(content))
    return file


@pytest.fixture
def command(config: Path, clock: Clock, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `report` with the words of a command line, by the clock of the simulator."""

    def run(line: str) -> Printed:
        arguments = parsed(["report", *shlex.split(line), f"--config.file={config}"])
        code = report(arguments, clock)
        found = capsys.readouterr()
        return Printed(code, found.out, found.err)

    return run


@dataclass(frozen=True)
class Raw:
    """The simulator's answers as any program gets them, without code of the exporter; numbers are exact."""

    simulator: Simulator

    def b2c(self, report: str, filtered: str = "") -> Rows:
        """All rows of a usage report."""
        tenant = self.simulator.world.b2c
        form = {
            "grant_type": "client_credentials",
            "client_id": tenant.client_id,
            "client_secret": tenant.client_secret,
            "scope": "https://graph.windows.net/.default",
        }
        params = {"api-version": "beta", **({"$filter": filtered} if filtered else {})}
        link = f"{self.simulator.url}/{tenant.tenant}/reports/{report}"
        rows: Rows = []
        token = self._token(tenant.tenant, form)
        while link:
            page = self._get(link, token, params if not rows else None)
            rows += page["value"]
            link = page.get("@odata.nextLink", "")
        return rows

    def usage(self, path: str) -> Rows:
        """All rows of the enrollment's usage details."""
        ea = self.simulator.world.ea
        link = f"{self.simulator.url}/v3/enrollments/{ea.enrollment}/{path}"
        rows: Rows = []
        while link:
            page = self._get(link, ea.api_key)
            rows += page["data"]
            link = page.get("nextLink") or ""
        return rows

    def ea(self, path: str, version: str = "v3") -> Any:
        """A report of the enrollment that is one answer."""
        ea = self.simulator.world.ea
        return self._get(f"{self.simulator.url}/{version}/enrollments/{ea.enrollment}/{path}", ea.api_key)

    def customers(self) -> Rows:
        """The usage records of Partner Center."""
        partner = self.simulator.world.partner_center
        form = {
            "grant_type": "refresh_token",
            "client_id": partner.client_id,
            "client_secret": partner.client_secret,
            "refresh_token": partner.refresh_token,
            "scope": "https://api.partnercenter.microsoft.com/user_impersonation",
        }
        found: Rows = self._get(f"{self.simulator.url}/v1/customers/usagerecords", self._token(partner.tenant, form))[
            "items"
        ]
        return found

    def _token(self, tenant: str, form: dict[str, str]) -> str:
        url = f"{self.simulator.url}/{tenant}/oauth2/v2.0/token"
        answer = requests.post(url, form, verify=str(self.simulator.ca_file), timeout=10)
        return str(answer.json()["access_token"])

    def _get(self, url: str, token: str, params: dict[str, str] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.get(url, params, headers=headers, verify=str(self.simulator.ca_file), timeout=10)
        answer.raise_for_status()
        return json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)


@pytest.fixture
def raw(simulator: Simulator) -> Raw:
    """What the simulator answers."""
    return Raw(simulator)


def summed(rows: Rows, figure: str, *names: str) -> dict[tuple[str, ...], Decimal]:
    """The sums of a figure by some columns."""
    found: dict[tuple[str, ...], Decimal] = {}
    for row in rows:
        key = tuple(str(row[name]) for name in names)
        found[key] = found.get(key, Decimal(0)) + row[figure]
    return found


@pytest.fixture
def config_of(config: Path, tmp_path: Path) -> Callable[[str], None]:
    """Replaces the configuration of `command`."""

    def write(text: str) -> None:
        config.write_text(f"{text}\nstorage: {{path: {tmp_path / 'storage'}}}\n")

    return write
