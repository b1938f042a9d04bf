"""Stores what the journal sums to for the days that are known."""

from datetime import date

from exporter.apis.b2c.graph.counts import ACTIVE_USERS, DailyCounts
from exporter.apis.b2c.graph.coverage import Coverage, days_between, midnight
from exporter.apis.b2c.graph.journal import AUTHENTICATIONS, MFA_REQUESTS, Journal
from exporter.model.periods import DAY, month_start


class Publication:
    """The counts of days and months, according to what has been read."""

    def __init__(self, counts: DailyCounts, journal: Journal) -> None:
        self._counts = counts
        self._journal = journal

    def finish(self, coverage: Coverage, first: date, end: date) -> None:
        """Make the counts of the days from `first` until before `end` final, and those of a month that ends there."""
        self._put(coverage, days_between(first, end), final=True)
        if first < month_start(midnight(end)):
            self._put_month(coverage, month_start(midnight(first)), final=True)

    def update(self, coverage: Coverage) -> None:
        """Store the counts of the days that may still change."""
        with self._counts.transaction():
            first, newest = coverage.final_end, coverage.newest
            self._put(coverage, days_between(first, newest + DAY), final=False)
            for month in {month_start(midnight(first)), month_start(midnight(newest))}:
                self._put_month(coverage, month, final=False)

    def forget(self, first: date) -> None:
        """Make the days from `first` on unknown, and the month of it."""
        for report in (AUTHENTICATIONS, MFA_REQUESTS):
            self._counts.forget(report, first, date.max)
        self._counts.forget(ACTIVE_USERS, month_start(midnight(first)), date.max)

    def _put(self, coverage: Coverage, days: list[date], *, final: bool) -> None:
        if not days:
            return
        sums = self._journal.sums(days[0], days[-1] + DAY)
        for report in (AUTHENTICATIONS, MFA_REQUESTS):
            for day in days:
                if coverage.knows(day):
                    self._counts.put(report, day, sums.get((report, day), {}), final)
                else:
                    self._counts.forget(report, day, day)

    def _put_month(self, coverage: Coverage, month: date, *, final: bool) -> None:
        if coverage.knows_month(month):
            self._counts.put(ACTIVE_USERS, month, {("", ""): self._journal.active_users(month)}, final)
        else:
            self._counts.forget(ACTIVE_USERS, month, month)
