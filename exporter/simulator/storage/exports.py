"""The exports of the company, and when they run."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from exporter.simulator.world.chance import guid
from exporter.simulator.world.periods import first_day, last_day, period_of, previous_period

ROOT = "costs"
MONTHS = 3
"""Months of which the account has runs: the current one and those before."""
RUNS_KEPT = 3
"""Runs that the account's lifecycle rule leaves of a month, where runs do not overwrite each other."""
SECOND_RUN_DAYS = 5
"""On so many days of a month, the month before is exported once more."""
PARTS_AFTER = timedelta(minutes=3)
MANIFEST_AFTER = timedelta(minutes=5)
"""From its submission, a run takes so long to write its parts, and then its manifest."""


@dataclass(frozen=True)
class Export:
    """An export as it was configured; `scope` is an attribute of the company's tenant."""

    name: str
    type: Literal["ActualCost", "AmortizedCost", "FocusCost"]
    version: str
    compression: Literal["None", "gzip", "Snappy"] = "None"
    overwrites: bool = False
    scope: Literal["enrollment", "billing_profile"] = "enrollment"
    partitioned: bool = True
    """Exports that were made before files were partitioned have no manifest."""

    @property
    def suffix(self) -> str:
        """How the names of its files end."""
        return {"None": ".csv", "gzip": ".csv.gz", "Snappy": ".snappy.parquet"}[self.compression]

    @property
    def folder(self) -> str:
        """Its folder in the container, with a slash at the end."""
        return f"{ROOT}/{self.name}/"


EXPORTS = (
    Export("ea-actual", "ActualCost", "2023-12-01-preview", "gzip"),
    Export("ea-amortized", "AmortizedCost", "2021-10-01", overwrites=True),
    Export("ea-legacy", "ActualCost", "2021-10-01", overwrites=True, partitioned=False),
    Export("focus-1-0", "FocusCost", "1.0"),
    Export("focus-daily", "FocusCost", "1.0r2", "gzip", overwrites=True),
    Export("focus-preview", "FocusCost", "1.2-preview", overwrites=True),
    Export("mca-actual", "ActualCost", "2021-10-01", overwrites=True, scope="billing_profile"),
    Export("mca-focus", "FocusCost", "1.0r2", "gzip", overwrites=True, scope="billing_profile"),
)
PARQUET = Export("focus-parquet", "FocusCost", "1.0r2", "Snappy")


@dataclass(frozen=True)
class Run:
    """A run of an export: the month from `start` on, as known when the run was submitted."""

    export: Export
    start: date
    submitted: datetime
    run_id: str
    on_demand: bool = False

    @property
    def folder(self) -> str:
        """Where its files are, with a slash at the end: a folder of its month, in which runs have folders."""
        month = f"{self.export.folder}{self.start:%Y%m%d}-{last_day(period_of(self.start)):%Y%m%d}/"
        if not self.export.partitioned:
            return month
        stamp = "" if self.export.overwrites else f"{self.submitted:%Y%m%d%H%M}/"
        return f"{month}{stamp}{self.run_id}/"

    @property
    def end(self) -> date:
        """The last day that it may have rows of."""
        return min(last_day(period_of(self.start)), self.submitted.date())


def runs(export: Export, now: datetime, seed: int, overwrites: int = 0) -> Iterator[Run]:
    """The runs whose files the account has at `now`, oldest first; the newest was repeated `overwrites` times.

    A run that overwrites removes its predecessor when it writes its first part.
    """
    period = period_of(now.date())
    periods = [period]
    for _ in range(MONTHS - 1):
        period = previous_period(period)
        periods.append(period)
    for one in reversed(periods):
        begun = [run for run in _runs_of(export, first_day(one), seed) if run.submitted + PARTS_AFTER <= now]
        if not export.overwrites:
            yield from begun[-RUNS_KEPT:]
        elif begun and overwrites:
            last = begun[-1]
            again = last.submitted + timedelta(seconds=overwrites)
            run_id = guid(seed, export.name, last.submitted, overwrites)
            yield Run(export, last.start, again, run_id, on_demand=True)
        else:
            yield from begun[-1:]


def _runs_of(export: Export, start: date, seed: int) -> Iterator[Run]:
    """One on every day of the month, and the second runs of the next month's first days."""
    end = last_day(period_of(start))
    minute = sum(map(ord, export.name)) % 30
    for number in range(end.day + SECOND_RUN_DAYS):
        day = start + timedelta(days=number)
        at = datetime.combine(day, time(4 if day <= end else 5, minute, 10), tzinfo=UTC)
        yield Run(export, start, at, guid(seed, export.name, at, 0))
