"""Reads the audit log of a B2C tenant in windows, and counts what it records per day."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from exporter.apis.b2c.graph.counts import ACTIVE_USERS, DailyCounts
from exporter.apis.b2c.graph.coverage import RETENTION, Coverage, days_between, final_before, midnight
from exporter.apis.b2c.graph.entries import Page, PageDecoder
from exporter.apis.b2c.graph.journal import AUTHENTICATIONS, MFA_REQUESTS, Journal
from exporter.apis.b2c.graph.plan import OVERLAP, PAGE, PER_MINUTE
from exporter.apis.b2c.graph.refusals import AUDIT_LOG, explained
from exporter.apis.b2c.graph.sign_ins import Activity, Reader
from exporter.errors import Rejected
from exporter.model.collection import Run
from exporter.model.periods import DAY, month_start
from exporter.transport.paging import pages
from exporter.transport.session import Session

PATH = "v1.0/auditLogs/directoryAudits"
PAGES_PER_RUN = 600
"""About 20 minutes of requests."""
LENGTHS = timedelta(minutes=1), timedelta(hours=1), DAY
"""The least, the first and the longest span of a window."""
FEW_PAGES, MANY_PAGES, TOO_MANY_PAGES = 5, 50, 300
PAGES_AT_ONCE = 200
"""Pages whose content is stored in one transaction."""
FUTURE = timedelta(hours=1)
"""How far the clocks may differ; entries later than that are ignored."""
STATE = "audit_log"
INSTANT = "%Y-%m-%dT%H:%M:%SZ"


class AuditLog:
    """The counts of `/auditLogs/directoryAudits`, up to date after `sync`; shared by the threads of an account.

    The log is read from the oldest entry on, in windows of time. Progress is stored with the counts, so a run that ends
    early, or a process that is killed, costs the current window at most. What was read in the last hour is read again,
    at most once an hour, and each day once more when it ended `final_after` ago; then it is final. A run reads about
    600 pages, and the next run continues.
    """

    def __init__(self, session: Session, counts: DailyCounts, final_after: timedelta, every: timedelta) -> None:
        self._session = session.paced(PER_MINUTE)
        self._counts = counts
        self._journal = Journal(counts)
        self._final_after = final_after
        self._every = every
        self._lock = threading.Lock()
        self._synced: datetime | None = None
        self._overlapped: datetime | None = None
        self._length = LENGTHS[1]
        self._warnings: tuple[str, ...] = ()
        self._reader = Reader()
        self._decoder = PageDecoder()

    def sync(self, run: Run) -> Coverage:
        """Read what is new, unless another thread did within `every`; raises a `Failure`."""
        with self._lock:
            now = self._now()
            if self._synced is None or not self._synced <= now < self._synced + self._every:
                reading = Run(now)
                self._read(reading)
                self._publish()
                self._warnings = tuple(reading.warnings)
                self._synced = now
            for text in self._warnings:
                run.warn(text)
            coverage = self.coverage()
            return coverage or Coverage.begin(now - RETENTION)

    def coverage(self) -> Coverage | None:
        """What has been read so far; None before the first run."""
        stored = self._counts.state(STATE)
        try:
            return msgspec.json.decode(stored, type=Coverage) if stored else None
        except msgspec.DecodeError:
            return None

    def _now(self) -> datetime:
        return self._session.clock().replace(microsecond=0)

    def _available(self) -> Coverage:
        """The coverage, once what the log no longer has is taken as a gap."""
        oldest = self._now() - RETENTION
        with self._counts.transaction():
            coverage = self.coverage()
            available = coverage.available(oldest) if coverage else Coverage.begin(oldest)
            if coverage and available.head != coverage.head:
                self._finish(coverage, coverage.final_end, coverage.newest)
                self._forget(coverage.newest)
            if available != coverage:
                self._counts.remember(STATE, msgspec.json.encode(available).decode())
        return available

    def _read(self, run: Run) -> None:
        """Read again what is final by now, and then what is new."""
        now, coverage = self._now(), self._available()
        end = final_before(now, self._final_after)
        budget = Budget(PAGES_PER_RUN)
        # Days that are read again must not use up the run: what is new is read in every run.
        reserved = PAGES_PER_RUN // 2 if coverage.settled < coverage.head else 0
        while coverage.settled < end and budget.left > reserved:
            self._window(Span(coverage.settled, end, end), budget)
            coverage = self._available()
        position, overlapped = coverage.head, self._overlapped
        if self._overlapped is None or not self._overlapped <= now < self._overlapped + OVERLAP:
            position, overlapped = max(coverage.settled, coverage.head - OVERLAP), now
        while position < now and budget.left > 0:
            position = self._window(Span(position, now, end), budget)
            position = max(position, self._available().settled)
        self._overlapped = overlapped
        if position < now:
            run.warn(f"audit log: read up to {position:%Y-%m-%d %H:%M} UTC so far; the next runs continue")

    def _window(self, span: "Span", budget: "Budget") -> datetime:
        """Read the first part of a span; where its pages are too many, nothing is achieved but a shorter next part.

        The instant from which to continue.
        """
        start = span.start
        end = min(start + self._length, midnight(start.date() + DAY), span.end)
        accepted = self._available().settled, self._now() + FUTURE
        unreadable: set[date | None] = set()
        activity = Activity()
        number = 0
        for page, unread in self._pages(start, end):
            self._reader.read(page.value, *accepted, activity)
            unreadable.update(unread, activity.unreadable)
            budget.left -= 1
            number += 1
            if number % PAGES_AT_ONCE == 0:
                self._journal.add(activity)
                activity = Activity()
            if number >= TOO_MANY_PAGES and page.next_link and self._length > LENGTHS[0]:
                self._length = max(LENGTHS[0], self._length / 8)
                return start
        days = {day or start.date() for day in unreadable}
        with self._counts.transaction():
            self._journal.add(activity)
            before = self._available()
            after = before.after(start, end, span.final_before, days)
            self._counts.remember(STATE, msgspec.json.encode(after).decode())
            if after.final_end > before.final_end:
                self._finish(after, before.final_end, after.final_end)
                self._journal.prune(after.final_end)
        factor = 2 if number <= FEW_PAGES else 0.5 if number > MANY_PAGES else 1
        self._length = min(max(self._length * factor, LENGTHS[0]), LENGTHS[2])
        return end

    def _pages(self, start: datetime, end: datetime) -> Iterator[tuple[Page, list[date | None]]]:
        """The pages of the entries from `start` to `end`, each with the days of entries that can't be read.

        The filter has only what is documented: the service, and `ge` and `le` on the time. It does not have names of
        activities, because whether the service compares them without regard to case is not documented.
        """
        first = f"{self._session.base_url}/{PATH}"
        bounds = f"activityDateTime ge {start:{INSTANT}} and activityDateTime le {end:{INSTANT}}"
        params = {"$filter": f"loggedByService eq 'B2C' and {bounds}", "$top": str(PAGE)}

        def fetch(link: str) -> tuple[Page, list[date | None]]:
            try:
                response = self._session.get(link, params=params if link == first else None)
            except Rejected as refused:
                raise explained(refused, AUDIT_LOG) from refused
            return self._decoder.decode(response)

        return pages(first, fetch, lambda found: found[0].next_link)

    def _finish(self, coverage: Coverage, first: date, end: date) -> None:
        """Make the counts of the days from `first` until before `end` final, and those of a month that ends there."""
        self._put(coverage, days_between(first, end), final=True)
        if first < month_start(midnight(end)):
            self._put_month(coverage, month_start(midnight(first)), final=True)

    def _publish(self) -> None:
        """Store the counts of the days that may still change."""
        coverage = self.coverage()
        if coverage is None:
            return
        with self._counts.transaction():
            first, newest = coverage.final_end, coverage.newest
            self._put(coverage, days_between(first, newest + DAY), final=False)
            for month in {month_start(midnight(first)), month_start(midnight(newest))}:
                self._put_month(coverage, month, final=False)

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

    def _forget(self, first: date) -> None:
        """Make the days from `first` on unknown, and the month of it."""
        for report in (AUTHENTICATIONS, MFA_REQUESTS):
            self._counts.forget(report, first, date.max)
        self._counts.forget(ACTIVE_USERS, month_start(midnight(first)), date.max)


@dataclass(slots=True)
class Budget:
    """How many pages a run may still read."""

    left: int


@dataclass(frozen=True, slots=True)
class Span:
    """What is to be read; where it ends by `final_before`, the result is final."""

    start: datetime
    end: datetime
    final_before: datetime
