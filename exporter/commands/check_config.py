"""`check-config`: every error, or what would be collected."""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exporter.config import findings, load
from exporter.errors import ConfigError


def check_config(arguments: argparse.Namespace) -> int:
    """Raises `ConfigError` with every error of the configuration or of the files that it names; otherwise prints what
    would be collected, how often, and where requests and credentials are sent.
    """
    config = load(Path(arguments.config_file))
    found = findings(config, datetime.now(UTC))
    for warning in found.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    if found.errors:
        raise ConfigError(found.errors)
    for api, account in config.accounts():
        print(f"{api.title}, account {account.account!r}")
        for name, value in account.described().items():
            print(f"  {name} {value}")
        for report, every in api.intervals(account).items():
            print(f"  {report} every {shown(every)}")
    print(f"stored in {config.storage.path}")
    return 0


def shown(span: timedelta) -> str:
    """As Prometheus writes durations: `1d12h`, `30s`."""
    left = round(span.total_seconds())
    text = ""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        count, left = divmod(left, size)
        text += f"{count}{unit}" if count else ""
    return text or f"{span.total_seconds():g}s"
