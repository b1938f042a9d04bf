"""`check-config`: validates a configuration and prints what it collects; asks the APIs if that is requested."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from exporter.check import online, report
from exporter.check.local import local_findings
from exporter.check.probe import Result
from exporter.config import Config, load
from exporter.errors import ConfigError

EXIT_NOT_WORKING = 3
"""The exit code if the configuration is valid, but a report does not work."""


def check_config(arguments: argparse.Namespace) -> int:
    """Print what would be collected, how often, and where requests and credentials are sent.

    With shards, the accounts of one of them; the whole configuration is validated.
    Raises `ConfigError` with every error of the configuration or of the files that it names; as JSON they are printed,
    and the exit code is 1. With `--online` it is `EXIT_NOT_WORKING` unless every report works.
    """
    as_json = arguments.format == "json"
    try:
        config, warnings = _checked(Path(arguments.config_file), quiet=as_json)
    except ConfigError as error:
        if not as_json:
            raise
        print(report.document((), None, None, errors=error.errors, warnings=()))
        return 1
    every, shard = list(config.accounts()), arguments.shard
    accounts = [(api, account) for api, account in every if shard.owns(api.name, account.account)]
    storage = shard.directory(config.storage.path)
    outcomes = online.ask(accounts, storage, arguments.timeout) if arguments.online else None
    if as_json:
        print(report.document(accounts, storage, outcomes, errors=(), warnings=warnings))
    else:
        if shard.total > 1:
            print(f"shard {shard.number} of {shard.total}: {len(accounts)} of {len(every)} accounts")
        print("\n".join(report.text(accounts, storage, outcomes)))
    working = all(outcome.result is Result.WORKS for outcome in (outcomes or {}).values())
    return 0 if working else EXIT_NOT_WORKING


def _checked(file: Path, *, quiet: bool) -> tuple[Config, Sequence[str]]:
    """The configuration and its warnings, which are printed unless `quiet`; raises `ConfigError`."""
    config = load(file)
    found = local_findings(config, datetime.now(UTC))
    for warning in () if quiet else found.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    if found.errors:
        raise ConfigError(found.errors)
    return config, found.warnings
