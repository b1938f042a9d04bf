"""Writes blocks of Prometheus with what it would have scraped and recorded of the simulated company.

As a program, does so in the containers of `compose.yaml`, before Prometheus starts.
"""

import argparse
import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tools import recorded
from tools.history import Past, scrapes
from tools.ports import HOST
from tools.stack import ROOT, found, prometheus

DAYS, EVERY = 36, timedelta(hours=2)
"""Length of the history of the stack, and the time between two scrapes of it."""
LABELS = 'job="azure-billing",instance="{exporter}"'


def look_back(every: timedelta) -> str:
    """The option with which Prometheus reads each sample of the history until the next scrape, and no longer.

    Blocks that are made from text have no staleness markers. If queries looked back further, series that ended would
    be found beside those that replaced them: two days' costs would be summed at the first instant of each day.
    """
    return f"--query.lookback-delta={every.total_seconds() - 1:.0f}s"


def import_history(directory: Path, address: str, exporter: str, past: Past) -> datetime:
    """Fill the empty storage `tsdb` in `directory` with the scrapes of `past` and what rules record of them.

    Prometheus listens on `address` meanwhile. Returns the time of the last scrape.
    """
    import_lines(directory, scrapes(past, LABELS.format(exporter=exporter)))
    idle = directory / "idle.yml"
    idle.write_text("{}")
    for rules in recorded.levels(*sorted((ROOT / "prometheus/rules").glob("*.yml"))):
        with prometheus(directory, idle, address, look_back(past.every)):
            lines = [*recorded.series(address, rules, past.start, past.end, past.every)]
        import_lines(directory, lines)
    return past.end


def import_lines(directory: Path, lines: Iterable[str]) -> None:
    """Add samples to the storage `tsdb` in `directory`, in the OpenMetrics format with timestamps."""
    file = directory / "history.om"
    with file.open("w") as text:
        text.writelines(f"{line}\n" for line in lines)
    create = (found("promtool"), "tsdb", "create-blocks-from", "openmetrics", "--quiet", "--max-block-duration=1000h")
    done = subprocess.run([*create, str(file), str(directory / "tsdb")], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the history could not be imported:\n{done.stdout}{done.stderr}")


def show(done: int, days: int) -> None:
    """Draw the progress on a terminal; elsewhere, write a line for each week."""
    if not sys.stderr.isatty():
        if done % 7 == 0 or done == days:
            print(f"day {done} of {days}", file=sys.stderr, flush=True)
        return
    bar = "#" * (30 * done // days)
    print(f"\r[{bar:<30}] day {done} of {days}", end="\n" if done == days else "", file=sys.stderr, flush=True)


def past_of_the_stack() -> Past:
    """The history that `make stack` begins with, until now."""
    logging.getLogger("exporter").setLevel(logging.ERROR)
    print("Generating five weeks of history of the simulated company", file=sys.stderr, flush=True)
    end = datetime.now(UTC).replace(microsecond=0)
    return Past(end - timedelta(days=DAYS), end, EVERY, least_interval=timedelta(hours=12), progress=show)


def main(arguments: list[str]) -> int:
    """Write the history to a storage that is empty; one that has data stays as it is."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--storage", type=Path, required=True, help="directory of Prometheus' data")
    parser.add_argument("--exporter", required=True, help="address of the exporter, which becomes the label instance")
    parser.add_argument("--port", type=int, default=9090, help="port on which Prometheus listens meanwhile")
    given = parser.parse_args(arguments)
    if [*given.storage.glob("*/meta.json")]:
        print(f"{given.storage} has data already")
        return 0
    # Blocks are moved when all of them are complete, so that an interruption leaves none of them.
    with tempfile.TemporaryDirectory(dir=given.storage, prefix="history-") as name:
        import_history(Path(name), f"{HOST}:{given.port}", given.exporter, past_of_the_stack())
        for meta in (Path(name) / "tsdb").glob("*/meta.json"):
            meta.parent.rename(given.storage / meta.parent.name)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except RuntimeError as error:
        sys.exit(str(error))
