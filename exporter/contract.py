"""What the reports of a configuration publish, without a request, a secret or a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from exporter.apis.api import Api
from exporter.apis.settings import AccountSettings
from exporter.auth.api_key import ApiKey
from exporter.auth.secret import Secret
from exporter.config import Config, loads
from exporter.model.collection import Collector
from exporter.transport.http import HttpClient, Unobserved
from exporter.transport.session import Session
from exporter.transport.stop import Stop

APPLICATION = "tenant: contoso.onmicrosoft.com, client_id: 00000000-0000-0000-0000-000000000000, client_secret_file: x"
DEFAULTS = f"""
b2c: [{{name: b2c, {APPLICATION}}}]
cost_management: [{{name: costs, enrollment: "100", identity: {{{APPLICATION}}}}}]
ea: [{{name: enrollment, enrollment: "100", api_key_file: x}}]
partner_center: [{{name: partner, {APPLICATION}, refresh_token_file: x}}]
"""
"""The least configuration of every API; no file that it names is read."""
NOWHERE = Path("nonexistent")
"""A directory for what accounts have to remember; nothing is read or written before a report is."""


@dataclass(frozen=True, eq=False)
class Declared:
    """A report of a configured account; `every` is None if it is disabled."""

    api: Api
    settings: AccountSettings
    collector: Collector
    every: timedelta | None

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The requests of the report: methods and path templates."""
        return self.api.endpoints(self.settings)[self.collector.name]


def defaults() -> Config:
    """A configuration with one account of every API and the defaults of all settings."""
    return loads(DEFAULTS, "defaults")


def declared(config: Config) -> Iterator[Declared]:
    """Every report of every account, also those that are disabled. None of them can be read."""
    for api, settings in config.accounts():
        intervals = api.intervals(settings)
        for collector in api.collectors(settings, _session(settings), NOWHERE):
            yield Declared(api, settings, collector, intervals.get(collector.name))


def _session(account: AccountSettings) -> Session:
    """A session that sends no request."""
    http = HttpClient(origin=account.base_url, observer=Unobserved(), timeout=1)
    return Session(http, ApiKey(Secret("unused")), base_url=account.base_url, observer=Unobserved(), stopped=Stop())
