"""What this machine shows about a valid configuration: placeholders, credentials that expire, and the storage."""

import os
import re
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from exporter.config import Config, Findings, findings
from exporter.runtime.telemetry import Telemetry
from exporter.transport.network import Network
from exporter.transport.stop import Stop
from exporter.wiring import Wirer

SOON = timedelta(days=30)
"""A credential that expires earlier is a warning."""
ZEROS = "00000000-0000-0000-0000-000000000000"
PLACEHOLDER = re.compile(r"<[^<>]*>|\$\{[^{}]*\}|\{\{.*\}\}")


def local_findings(config: Config, now: datetime) -> Findings:
    """Everything that can be found without a request; nothing is written."""
    named, credentials = findings(config, now), list(_credentials(config, now))
    return Findings(
        (*named.errors, *_placeholders(config), *(text for text, expired in credentials if expired)),
        (*named.warnings, *(text for text, expired in credentials if not expired), *_storage(config.storage.path)),
    )


def _placeholders(config: Config) -> Iterator[str]:
    """Values that were copied from an example."""
    for path, _, account in config.paths():
        for key, value in _texts(account, path):
            if ZEROS in value:
                yield f"{key}: consists of zeros, as in the example; replace it"
            elif found := PLACEHOLDER.search(value):
                yield f"{key}: contains the placeholder {found[0][:50]}; replace it"


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """All texts in a section, with their paths; secrets are no texts."""
    match value:
        case str():
            yield path, value
        case Path():
            yield path, str(value)
        case BaseModel():
            for name, inner in value:
                yield from _texts(inner, f"{path}.{name}")
        case dict():
            for name, inner in value.items():
                yield from _texts(inner, f"{path}.{name}")
        case list() | tuple():
            for index, inner in enumerate(value):
                yield from _texts(inner, f"{path}[{index}]")


def _credentials(config: Config, now: datetime) -> Iterator[tuple[str, bool]]:
    """Credentials that are missing or expire soon, and stored refresh tokens that have expired; no request is sent."""
    wirer, network = Wirer(Telemetry(), lambda: now, Stop), Network()
    for path, api, account in config.paths():
        credential = wirer.connected(api, account, config.storage.path, network, None).credential
        if lacking := credential.lacking():
            yield f"{path}: {lacking}", False
        for name, ends in credential.expiries().items():
            what = name.replace("_", " ")
            if now < ends < now + SOON:
                yield f"{path}: the {what} expires on {ends:%Y-%m-%d}", False
            elif ends <= now and name == "refresh_token":
                text = f"expired on {ends:%Y-%m-%d}; azure-billing-exporter login {account.account}"
                yield f"{path}: the {what} {text}", True


def _storage(path: Path) -> Iterator[str]:
    """Why nothing can be stored, if this process may not: the exporter works, but forgets."""
    try:
        present = next((each for each in (path, *path.absolute().parents) if each.exists()), path)
        with tempfile.TemporaryFile(dir=present):
            return
    except OSError as error:
        yield (
            f"storage.path: {present} can't be written by the user id {os.getuid()}: {error.strerror}; collections and "
            "refresh tokens would be lost at a restart"
        )
