"""Starting with stored collections of 300,000 series, against reading and rendering the same bytes in a loop."""

import gc
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.pages import collection, fastest, job, ratio, rendered
from exporter.runtime.archive import Archive
from exporter.runtime.job import Job
from exporter.runtime.runner import Runner
from exporter.runtime.store import SnapshotStore
from exporter.runtime.telemetry import Telemetry

SERIES, FAMILIES = 300_000, 5
ACCOUNTS = (1, 20, 200)
ROUNDS = 3
LIMIT, SPREAD = 1.5, 1.25


def jobs_of(accounts: int) -> list[Job]:
    """A job for each account."""
    return [job(f"account-{number:03}", FAMILIES) for number in range(accounts)]


@contextmanager
def stored(accounts: int) -> Iterator[Path]:
    """The directory of an archive with the series of so many accounts."""
    with TemporaryDirectory() as directory:
        archive = Archive(Path(directory))
        for number, each in enumerate(jobs_of(accounts)):
            archive.write(each, collection(each, SERIES // FAMILIES // accounts, seed=number * FAMILIES))
        yield Path(directory)


def start(archive: Archive, jobs: list[Job]) -> SnapshotStore:
    """Everything until the page is complete."""
    store = SnapshotStore()
    Runner(store, archive, Telemetry(), lambda: datetime.now(UTC)).restore(jobs)
    return store


def loop(archive: Archive, jobs: list[Job]) -> list[list[bytes]]:
    """Read and render; what is read stays in memory, as in the exporter."""
    read = archive.restore(jobs).items()
    return [rendered(each, found.collection) for each, found in read if found.collection]


def memory(directory: str, accounts: int) -> None:
    """Print the memory of this process after a start, in MiB: now, and at most."""
    store = start(Archive(Path(directory)), jobs_of(accounts))
    gc.collect()
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    # Not `ru_maxrss`, which begins with the peak of the process that started this one.
    now, most = (int(status[name].split()[0]) >> 10 for name in ("VmRSS", "VmHWM"))
    size = store.current.page.size / 1e6
    print(f"{accounts} accounts, a page of {size:.0f} MB: {now} MiB, at most {most} MiB")


def main() -> None:
    """Measure and print; memory is that of a process of its own."""
    starts = {}
    for accounts in ACCOUNTS:
        with stored(accounts) as directory:
            archive, jobs = Archive(directory), jobs_of(accounts)
            floor, taken = fastest(ROUNDS, partial(loop, archive, jobs), partial(start, archive, jobs))
            print(f"{accounts} accounts: start {taken:.2f} s, reading and rendering {floor:.2f} s of CPU time")
            ratio("start, to reading and rendering", taken / floor, LIMIT)
            command = [sys.executable, "-m", "bench.start", str(directory), str(accounts)]
            subprocess.run(command, check=True)  # noqa: S603 (our own program)
        starts[accounts] = taken
    ratio(f"start of {ACCOUNTS[-1]} accounts, to 1", starts[ACCOUNTS[-1]] / starts[1], SPREAD)


if __name__ == "__main__":
    if sys.argv[1:]:
        memory(sys.argv[1], int(sys.argv[2]))
    else:
        main()
