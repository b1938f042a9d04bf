"""Reads the rows of all accounts of a request, several at a time; one that fails does not fail the others."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from exporter.advice import Explanations
from exporter.config import Config
from exporter.errors import Failure, Malformed
from exporter.model.collection import Run
from exporter.report.accounts import labels
from exporter.report.reports import reader
from exporter.report.request import Request, UsageError
from exporter.report.table import ACCOUNT, CURRENCY, DATE, Table, united
from exporter.runtime.job import Job
from exporter.runtime.telemetry import Telemetry
from exporter.transport.stop import Stop, until_done
from exporter.wiring import Wirer, Wiring

AT_ONCE = 8
"""The most reports that are read at the same time."""


class Advancing(Protocol):
    """Follows the reading of all reports."""

    def advance(self, *, failed: bool) -> None:
        """One more report was read, or failed."""


@dataclass(slots=True)
class Result:
    """The rows by report, and what went wrong: `failures` and `warnings` begin with the account.

    `failed` counts reports; those of an account that fail for the same cause have one text in `failures`.
    """

    tables: list[Table] = field(default_factory=list)
    failed: int = 0
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether no report has a row."""
        return not any(table.rows for table in self.tables)


def jobs(config: Config, clock: Callable[[], datetime], stop: Stop) -> list[Job]:
    """The reports of all accounts, connected as those of an exporter; nothing is stored of what they read."""
    return Wirer(Telemetry(""), clock, lambda: stop).wired(config, Wiring()).jobs


def read(jobs: list[Job], request: Request, now: datetime, progress: Advancing | None = None) -> Result:
    """The rows of every job; raises `UsageError` for a column of `--group-by` that no report has."""
    result = Result()
    tables: dict[Job, Table] = {}
    failed: dict[Job, Failure] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs: dict[Future[Table], tuple[Job, Run]] = {}
        for job in jobs:
            run = Run(now)
            runs[pool.submit(_read, job, request, now, run)] = job, run
        for future in as_completed(runs):
            job, run = runs[future]
            try:
                tables[job] = future.result()
            except Failure as failure:
                failed[job] = failure
            result.warnings += [f"{job.account}: {text}" for text in run.warnings]
            if progress:
                progress.advance(failed=job not in tables)
    result.failed = len(failed)
    result.failures = [*_explained([(job, failed[job]) for job in jobs if job in failed])]
    if not failed:
        _require_columns(request, tables.values())
    for name in request.reports:
        found = [tables[job].with_first(ACCOUNT, job.labels[0]) for job in jobs if job in tables and _is(job, name)]
        if found:
            result.tables.append(united(name, found).ordered())
    result.failures.sort()
    result.warnings.sort()
    return result


def _explained(failed: Iterable[tuple[Job, Failure]]) -> Iterator[str]:
    """Failures in words, with their reason and what to do; each cause of an account once."""
    explanations = Explanations()
    for job, failure in failed:
        found = explanations.explained(job, failure)
        if not found.same_as:
            yield f"{job.account}: {found.text} ({failure.reason}{f': {found.advice}' if found.advice else ''})"


def _is(job: Job, report: str) -> bool:
    return job.collector.name == report


def _read(job: Job, request: Request, now: datetime, run: Run) -> Table:
    chosen = reader(type(job.collector))
    with until_done():
        table = chosen.rows(job.collector, request, now, run)
    for warning in job.warnings():
        run.warn(warning)
    if run.dropped and not table.rows and not run.unpublished:
        raise Malformed(f"{job.collector.name}: all {run.dropped} records were dropped: {'; '.join(run.warnings)}")
    if not request.group_by or chosen.groups:
        return table
    names = labels(request.group_by)
    unknown = [name for name in names if name not in (ACCOUNT, *table.labels)]
    if unknown and len(request.reports) == 1:
        known = ", ".join((ACCOUNT, *(name for name in table.labels if name != CURRENCY)))
        raise UsageError(f"argument --group-by: {job.collector.name} has no column {unknown[0]!r}; it has {known}")
    grouped = table.grouped(names)
    if not grouped.values:
        days = f"; add {DATE}" if DATE in table.labels and DATE not in names else ""
        raise UsageError(f"argument --group-by: the figures of {job.collector.name} have no such sum{days}")
    return grouped


def _require_columns(request: Request, tables: Iterable[Table]) -> None:
    """Raises `UsageError` for a column of `--group-by` that none of several reports has."""
    known = {ACCOUNT, *(name for table in tables for name in table.labels)}
    for name in labels(request.group_by):
        if name not in known:
            raise UsageError(f"argument --group-by: none of {', '.join(request.reports)} has a column {name!r}")
