"""Generates prometheus/rules/*.yml, prometheus/alertmanager.yml and docs/runbook.md.

With `--check`, only lists those that are out of date.
"""

import sys

from exporter.mixin import alertmanager, alerts
from exporter.mixin.files import rule_file
from exporter.mixin.installation import Installation
from exporter.mixin.runbook import runbook
from tools import generated


def main(arguments: list[str]) -> int:
    """Exit code 1 if `--check` finds a file that is out of date."""
    installation = Installation()
    files = {
        **{
            f"prometheus/rules/{file.name}.yml": rule_file(file, installation.links)
            for file in installation.rule_files()
        },
        **{f"prometheus/{name}": text for name, text in alertmanager.files().items()},
    }
    return generated.write({**files, "docs/runbook.md": runbook(alerts.FILES)}, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
