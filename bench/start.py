"""Starting with stored collections of 300,000 series, against reading and rendering the same bytes in a loop."""

import gc
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.pages import collection, fastest, job, ratio
from exporter.runtime.archive import Archive
from exporter.runtime.exposition import lines
from exporter.runtime.job import Job
from exporter.runtime.runner import Runner
from exporter.runtime.store import SnapshotStore
from exporter.runtime.telemetry import Telemetry

SERIES, FAMILIES = 300_000, 5
ACCOUNTS = (1, 20, 200)
ROUNDS = 3
LIMIT, SPREAD = 1.5, 1.25


@contextmanager
def stored(accounts: int) -> Iterator[tuple[Archive, list[Job]]]:
    """An archive with the series of so many accounts, and their jobs."""
    with TemporaryDirectory() as directory:
        archive = Archive(Path(directory))
        jobs = [job(f"account-{number:03}", FAMILIES) for number in range(accounts)]
        for number, each in enumerate(jobs):
            archive.write(each, collection(each, SERIES // FAMILIES // accounts, seed=number * FAMILIES))
        yield archive, jobs


def start(archive: Archive, jobs: list[Job]) -> SnapshotStore:
    """Everything until the page is complete."""
    store = SnapshotStore()
    Runner(store, archive, Telemetry(), lambda: datetime.now(UTC)).restore(jobs)
    return store


def loop(archive: Archive, jobs: list[Job]) -> list[dict[str, list[bytes]]]:
    """Read and render; what is read stays in memory, as in the exporter."""
    read = [(each, found) for each in jobs if (found := archive.read(each))]
    return [lines(each.account, each.collector.families, found.samples, {}) for each, found in read]


def memory(accounts: int) -> None:
    """Print the memory of a process after a start, in MiB: now, and at most."""
    with stored(accounts) as (archive, jobs):
        gc.collect()
        store = start(archive, jobs)
        gc.collect()
        now = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(f"{accounts} accounts, {store.current.page.size / 1e6:.0f} MB: {now >> 20} MiB, at most {most >> 20} MiB")


def main() -> None:
    """Measure and print."""
    starts = {}
    for accounts in ACCOUNTS:
        with stored(accounts) as (archive, jobs):
            floor, taken = fastest(ROUNDS, lambda: loop(archive, jobs), lambda: start(archive, jobs))
        print(f"{accounts} accounts: start {taken:.2f} s, reading and rendering {floor:.2f} s of CPU time")
        ratio("start, to reading and rendering", taken / floor, LIMIT)
        starts[accounts] = taken
    ratio(f"start of {ACCOUNTS[-1]} accounts, to 1", starts[ACCOUNTS[-1]] / starts[1], SPREAD)
    for accounts in ACCOUNTS:
        subprocess.run([sys.executable, "-m", "bench.start", str(accounts)], check=True)  # noqa: S603 (our own program)


if __name__ == "__main__":
    if sys.argv[1:]:
        memory(int(sys.argv[1]))
    else:
        main()
