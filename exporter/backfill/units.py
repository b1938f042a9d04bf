"""Units of work: one report and one billing period each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from exporter.model.history import History
from exporter.model.periods import Days, billing_month
from exporter.runtime.job import Job


@dataclass(frozen=True, slots=True)
class Unit:
    """A billing period of a report that has history."""

    job: Job
    report: History
    period: Days

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.job.account} {self.job.collector.name} {self.period.start:%Y%m}"


def months(days: Days) -> Iterator[Days]:
    """The whole billing months that some days are in."""
    for part in days.split(1):
        yield billing_month(part.start)


def units(jobs: Sequence[Job], days: Days, now: datetime) -> Iterator[Unit]:
    """What is read, by account and then by time: the newest figures of an account come last.

    A report takes part with the periods that its API may have.
    """
    accounts: dict[tuple[str, str], list[Job]] = {}
    for job in jobs:
        accounts.setdefault(job.key[:2], []).append(job)
    for own in accounts.values():
        for period in months(days):
            for job in own:
                report = job.collector
                if isinstance(report, History) and period.end >= report.oldest(now.date()):
                    yield Unit(job, report, period)


def beginning_later(jobs: Sequence[Job], days: Days, now: datetime) -> Iterator[tuple[Job, date]]:
    """The jobs whose API has no figures of the first of the days, with the first day that it may have."""
    for job in jobs:
        report = job.collector
        if isinstance(report, History) and (oldest := report.oldest(now.date())) > days.start:
            yield job, oldest


def without_history(jobs: Sequence[Job]) -> Iterator[Job]:
    """The jobs whose reports state the present alone."""
    return (job for job in jobs if not isinstance(job.collector, History))
