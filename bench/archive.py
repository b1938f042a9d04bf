"""Stored collections: SQLite against a JSON file per job, with 300,000 series in 1, 20 and 200 accounts.

Prints seconds to read and validate all, seconds to write one job of 100,000 series, and sizes. A JSON file has the same
payload and digest, and is replaced atomically.
"""

import random
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from exporter.model.collection import Collection, Collector
from exporter.model.families import Family, Labels, Samples
from exporter.runtime.archive import Archive
from exporter.runtime.archive_records import decode_collection, digest, encode
from exporter.runtime.job import Job
from exporter.storage import replace

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SERIES, ONE_JOB, ROUNDS = 300_000, 100_000, 3
ACCOUNTS = (1, 20, 200)
LIMIT = 1.1
LABELS = Labels.from_attributes(subscription="a", resource_group="b", meter="c", currency="d")
FAMILY = Family("azure_cost_month_to_date", "Costs.", LABELS, attrgetter("cost"))


class Report(Collector):
    """A report with one family, which is never collected."""

    name: ClassVar[str] = "usage"
    fresh_every: ClassVar[timedelta] = timedelta(hours=12)
    families: ClassVar[tuple[Family, ...]] = (FAMILY,)
    shape: ClassVar[dict[str, object]] = {}

    def collect(self, now: datetime, run: Any) -> list[Any]:
        raise NotImplementedError


class Files:
    """A JSON file per job: its digest, then the payload."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def write(self, job: Job, collection: Collection) -> None:
        payload = encode(job, collection)
        replace(self._path(job), digest(job.fingerprint.encode(), payload) + payload)

    def restore(self, jobs: Sequence[Job]) -> dict[Job, Collection]:
        return {job: self._read(job) for job in jobs}

    def close(self) -> None:
        """Nothing is open."""

    def _read(self, job: Job) -> Collection:
        content = self._path(job).read_bytes()
        if digest(job.fingerprint.encode(), content[32:]) != content[:32]:
            raise ValueError("damaged")
        return decode_collection(job, content[32:])

    def _path(self, job: Job) -> Path:
        return self._directory / f"{job.account}.json"


def collection(series: int) -> Collection:
    """A collection of one family."""
    chance = random.Random(1)
    samples: dict[Any, Any] = {
        (f"subscription-{place % 50}", f"rg-{place % 997}", f"meter {place}", "EUR"): Decimal(chance.randrange(10**12))
        / 10**6
        for place in range(series)
    }
    whole: dict[str, Samples] = {FAMILY.name: samples}
    return Collection(whole, series, NOW, NOW)


def seconds(work: Callable[[], object]) -> float:
    """The time that it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def size(directory: Path) -> float:
    """Megabytes of its files."""
    return sum(file.stat().st_size for file in directory.iterdir()) / 1e6


def main() -> None:
    """Measure and print."""
    forms: dict[str, Callable[[Path], Archive | Files]] = {"files": Files, "sqlite": Archive}
    with TemporaryDirectory(dir=".") as name:
        root = Path(name)
        for accounts in ACCOUNTS:
            jobs = [Job("bench", f"account {number}", Report(), timedelta(hours=12)) for number in range(accounts)]
            content = collection(SERIES // accounts)
            best: dict[str, float] = {}
            for form, make in forms.items():
                archive = make(root / form)
                for job in jobs:
                    archive.write(job, content)
                archive.close()
            for _ in range(ROUNDS):
                for form, make in forms.items():
                    archive = make(root / form)
                    best[form] = min(best.get(form, 1e9), seconds(lambda: archive.restore(jobs)))  # noqa: B023
                    archive.close()
            sizes = ", ".join(f"{form} {best[form]:.2f} s, {size(root / form):.0f} MB" for form in forms)
            ratio = best["sqlite"] / best["files"]
            print(f"reading {accounts} accounts: {sizes}; ratio {ratio:.2f} (at most {LIMIT:g})")
            for form in forms:
                shutil.rmtree(root / form)
        written = {form: make(root / form) for form, make in forms.items()}
        job, content = Job("bench", "one", Report(), timedelta(hours=12)), collection(ONE_JOB)
        best = {}
        for _ in range(ROUNDS + 1):
            for form, archive in written.items():
                best[form] = min(best.get(form, 1e9), seconds(lambda: archive.write(job, content)))  # noqa: B023
        encoding = min(seconds(lambda: encode(job, content)) for _ in range(ROUNDS))
        times = ", ".join(f"{form} {best[form]:.3f} s" for form in forms)
        ratio = best["sqlite"] / best["files"]
        print(f"writing {ONE_JOB} series: {times}, of that encoding {encoding:.3f} s; ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
