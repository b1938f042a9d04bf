"""`check-config`: validates a configuration and prints what it collects."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from exporter.apis.fields import format_duration
from exporter.config import findings, load
from exporter.errors import ConfigError


def check_config(arguments: argparse.Namespace) -> int:
    """Print what would be collected, how often, and where requests and credentials are sent.

    With shards, the accounts of one of them; the whole configuration is validated.
    Raises `ConfigError` with every error of the configuration or of the files that it names.
    """
    config = load(Path(arguments.config_file))
    found = findings(config, datetime.now(UTC))
    for warning in found.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    if found.errors:
        raise ConfigError(found.errors)
    accounts, shard = list(config.accounts()), arguments.shard
    owned = [(api, account) for api, account in accounts if shard.owns(api.name, account.account)]
    for api, account in owned:
        print(f"{api.title}, account {account.account!r}")
        for name, value in account.described().items():
            print(f"  {name} {value}")
        for report, every in api.intervals(account).items():
            print(f"  {report} every {format_duration(every)}")
    if shard.total > 1:
        print(f"shard {shard.number} of {shard.total}: {len(owned)} of {len(accounts)} accounts")
    print(f"stored in {shard.directory(config.storage.path)}")
    return 0
