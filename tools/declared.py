"""What the collectors declare, with the options that the example configuration sets: the defaults."""

from collections.abc import Iterator
from pathlib import Path

from exporter.apis.api import Api
from exporter.apis.settings import AccountSettings
from exporter.auth.api_key import ApiKey
from exporter.auth.secret import Secret
from exporter.config import loads
from exporter.example import file as example
from exporter.model.collection import Collector
from exporter.model.families import Family
from exporter.transport.http import HttpClient, Unobserved
from exporter.transport.session import Session
from exporter.transport.stop import Stop

NOWHERE = Path("nonexistent")
"""A directory for what accounts have to remember; nothing is read or written before a report is."""
"""A directory for what accounts have to remember; nothing is read or written before a report is."""


def collectors() -> Iterator[tuple[Api, Collector]]:
    """Every collector with its API, also those of reports that are read only with an option."""
    for api, account in loads(example.text(), example.FILE_NAME).accounts():
        for collector in api.collectors(account, _session(account), NOWHERE):
            yield api, collector


def families() -> dict[tuple[Api, ...], list[Family]]:
    """Every family by the APIs that publish it, those of one API first."""
    found: dict[str, Family] = {}
    publishers: dict[str, dict[Api, None]] = {}
    for api, collector in collectors():
        for family in collector.families:
            found[family.name] = family
            publishers.setdefault(family.name, {})[api] = None
    grouped: dict[tuple[Api, ...], list[Family]] = {}
    for name, apis in sorted(publishers.items(), key=lambda item: len(item[1])):
        grouped.setdefault(tuple(apis), []).append(found[name])
    return grouped


def _session(account: AccountSettings) -> Session:
    """A session that sends no request."""
    http = HttpClient(origin=account.base_url, observer=Unobserved(), timeout=1)
    return Session(http, ApiKey(Secret("unused")), base_url=account.base_url, observer=Unobserved(), stopped=Stop())
