"""Generates prometheus/rules/*.yml and docs/runbook.md; with `--check` only lists those that are out of date."""

import sys

from exporter.mixin import alerts
from exporter.mixin.files import rule_file
from exporter.mixin.recording import RECORDING
from exporter.mixin.runbook import runbook
from tools import generated


def main(arguments: list[str]) -> int:
    """Exit code 1 if `--check` finds a file that is out of date."""
    files = {f"prometheus/rules/{file.name}.yml": rule_file(file) for file in (RECORDING, *alerts.FILES)}
    return generated.write({**files, "docs/runbook.md": runbook(alerts.FILES)}, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
