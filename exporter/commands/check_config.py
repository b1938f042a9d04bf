"""`check-config`: every mistake, or what would be collected."""

import argparse
from datetime import timedelta
from pathlib import Path

from exporter.config import load


def check_config(arguments: argparse.Namespace) -> int:
    """Raises `ConfigError` with every mistake; otherwise says what would be collected, and how often."""
    config = load(Path(arguments.config_file))
    for api, account in config.accounts():
        print(f"{api.title}, account {account.account!r}, {account.base_url}")
        for report, every in api.intervals(account).items():
            print(f"  {report} every {shown(every)}")
    print(f"kept in {config.storage.path}")
    return 0


def shown(span: timedelta) -> str:
    """As Prometheus writes durations: `1d12h`, `30s`."""
    left = round(span.total_seconds())
    text = ""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        count, left = divmod(left, size)
        text += f"{count}{unit}" if count else ""
    return text or f"{span.total_seconds():g}s"
