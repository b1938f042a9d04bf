"""Writes grafana/dashboards/*.json; with `--check` it only says whether they are up to date."""

import json
import sys
from pathlib import Path

from tools.dashboards import b2c, ea, exporter, overview, partner_center
from tools.dashboards.panels import Json

DIRECTORY = Path(__file__).parents[2] / "grafana/dashboards"
BOARDS: tuple[Json, ...] = (overview.BOARD, ea.BOARD, partner_center.BOARD, b2c.BOARD, exporter.BOARD)


def main(arguments: list[str]) -> int:
    """Exit code 1 when a file is out of date and must not be written."""
    stale = 0
    for board in BOARDS:
        file = DIRECTORY / f"{board['uid']}.json"
        text = json.dumps(board, indent=2, ensure_ascii=False) + "\n"
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if "--check" in arguments:
            print(f"{file.name} is out of date: make docs")
        else:
            file.write_text(text, encoding="utf-8")
            print(f"wrote {file.name}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
