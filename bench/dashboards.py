"""The queries of every panel, variable and annotation over 30 days, with 10,000 customers and 100,000 series of usage.

Prints the slowest query of each dashboard and the ten slowest of all; each should take less than a second on Prometheus
2.42. The history has two samples a day, and a Prometheus that evaluates every minute has 1,440. What a query over a
range costs there depends on how many series it reads: with 500 series of 30 days it was 0.25 s at a step of a day and
0.5 s at a step of an hour. So the number of series is printed as well, and should not exceed a thousand.

`python -m bench.dashboards [DIRECTORY]`: a directory stores the history, and a later run reads it again.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import blocks
from bench.board_queries import DAYS, GOAL_SECONDS, GOAL_SERIES, Board, Measured
from bench.large_company import Company
from exporter.mixin.dashboards import BOARDS
from tools import stack

CUSTOMERS = 10_000
MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)
EVERY = timedelta(hours=12)
LOOK_BACK = "--query.lookback-delta=721m"
SLOWEST = 10


@contextmanager
def running(directory: Path) -> Iterator[tuple[str, datetime]]:
    """The address of a Prometheus with the history, and the time of its newest sample; made if there is none."""
    written = directory / "end"
    if not written.exists():
        now = datetime.now(UTC)
        end = now - (now - MIDNIGHT) % EVERY
        start = end - timedelta(days=DAYS)
        blocks.write(directory, Company(CUSTOMERS).history(start, end, EVERY))
        blocks.record(directory, start, end, EVERY)
        written.write_text(f"{end.timestamp():.0f}")
    end = datetime.fromtimestamp(int(written.read_text()), UTC)
    address = blocks.free_address()
    with stack.prometheus(directory, blocks.idle_config(directory), address, LOOK_BACK):
        yield address, end


def report(directory: Path) -> None:
    """Measure and print."""
    with running(directory) as (address, end):
        everything: list[Measured] = []
        for board in BOARDS:
            found = [*Board(board, address, end).measured()]
            everything += found
            print(f"{board['title']}: {len(found)} queries, slowest {max(one.seconds for one in found):.3f} s")
    print(f"The slowest of all (goal {GOAL_SECONDS:g} s, {GOAL_SERIES:,} series):")
    for one in sorted(everything, key=lambda one: -one.seconds)[:SLOWEST]:
        print(one)
    slow = [one for one in everything if one.seconds > GOAL_SECONDS]
    wide = [one for one in everything if one.series > GOAL_SERIES]
    print(
        f"{len(everything)} queries, slowest {max(one.seconds for one in everything):.2f} s (at most {GOAL_SECONDS:g})"
    )
    print(f"{len(slow)} above the goal; {len(wide)} over a range read more than {GOAL_SERIES:,} series")


def main(arguments: Sequence[str]) -> None:
    """Measure with the history in a directory, which is temporary unless it is named."""
    if arguments:
        directory = Path(arguments[0])
        directory.mkdir(parents=True, exist_ok=True)
        report(directory)
    else:
        with tempfile.TemporaryDirectory(prefix="azure-billing-bench-") as name:
            report(Path(name))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except RuntimeError as error:
        sys.exit(str(error))
