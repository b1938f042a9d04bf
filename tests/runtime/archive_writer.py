"""Forks processes that write an archive until they are killed: for each line of input, a directory and milliseconds.

Prints for each the number of the last version that was written before.
"""

import os
import signal
import sys
import time
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

from exporter.model.collection import Collection
from exporter.model.families import Samples
from exporter.runtime.archive import Archive
from exporter.runtime.job import Plan
from tests.runtime.collectors import NOW, job

JOBS = [job(f"account {number}") for number in range(3)]


def collection(version: int) -> Collection:
    """Some hundreds of series, each of which has the number of the version."""
    samples: dict[str, Samples] = {
        "cost": {(f"customer {place}",): Decimal(version) for place in range(100 + 200 * (version % 3))}
    }
    return Collection(samples, version, NOW, NOW)


def plan(version: int) -> Plan:
    return Plan(NOW + timedelta(seconds=version), version)


def write(directory: Path, written: int) -> None:
    """Write version after version; report each to the descriptor `written` when all of it is on disk."""
    archive = Archive(directory, clock=lambda: NOW)
    last = archive.restore(JOBS)[JOBS[-1]].collection
    for version in count(last.records + 1 if last else 1):
        for each in JOBS:
            archive.write(each, collection(version))
            archive.write_plan(each, plan(version))
        if version % 5 == 0:
            archive.prune(each.key for each in JOBS)
        os.write(written, version.to_bytes(8, "big"))


def main() -> None:
    for line in sys.stdin:
        directory, milliseconds = line.rstrip("\n").rsplit(" ", 1)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            write(Path(directory), writing)
        os.close(writing)
        time.sleep(float(milliseconds) / 1000)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        versions = b"".join(iter(lambda: os.read(reading, 1 << 16), b""))  # noqa: B023 (used at once)
        os.close(reading)
        sys.stdout.write(f"{int.from_bytes(versions[-8:], 'big')}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
