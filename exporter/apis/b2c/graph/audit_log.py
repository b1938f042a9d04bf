"""Reads the audit log of a B2C tenant in windows, and counts what it records per day."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from exporter.apis.b2c.graph.correlation import Correlation
from exporter.apis.b2c.graph.counts import DailyCounts
from exporter.apis.b2c.graph.coverage import KEPT, RETENTION, Coverage, final_before, midnight
from exporter.apis.b2c.graph.entries import Decoded
from exporter.apis.b2c.graph.journal import Journal
from exporter.apis.b2c.graph.pages import PageDecoder
from exporter.apis.b2c.graph.plan import OVERLAP, PAGE
from exporter.apis.b2c.graph.publication import Publication
from exporter.apis.b2c.graph.refusals import AUDIT_LOG, explained
from exporter.apis.b2c.graph.sign_ins import Activity, Reader
from exporter.errors import Rejected
from exporter.model.collection import Run
from exporter.model.periods import DAY
from exporter.transport.paging import pages
from exporter.transport.session import Session

PATH = "v1.0/auditLogs/directoryAudits"
PAGES_PER_RUN = 600
"""About 20 minutes of requests."""
LENGTHS = timedelta(minutes=1), timedelta(hours=1), DAY
"""The least, the first and the longest span of a window."""
FEW_PAGES, MANY_PAGES, TOO_MANY_PAGES = 5, 50, 100
PAGES_AT_ONCE = 200
"""Pages whose content is stored in one transaction."""
FUTURE = timedelta(hours=1)
"""How far the clocks may differ; entries later than that are ignored."""
STATE, CORRELATION = "audit_log", "audit_log_correlation"
INSTANT = "%Y-%m-%dT%H:%M:%SZ"
S = TypeVar("S", Coverage, Correlation)


class AuditLog:
    """The counts of `/auditLogs/directoryAudits`, up to date after `sync`; shared by the threads of an account.

    The log is read from the oldest entry on, in windows of time. Progress is stored with the counts, so a run that ends
    early, or a process that is killed, costs the current window at most. What was read in the last hour is read again,
    at most once an hour, and each day once more when it ended `final_after` ago; then it is final. A run reads about
    600 pages, and the next run continues. The session must be paced as the API requires.
    """

    def __init__(self, session: Session, counts: DailyCounts, final_after: timedelta, every: timedelta) -> None:
        self._session = session
        self._counts = counts
        self._journal = Journal(counts)
        self._publication = Publication(counts, self._journal)
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
                complete = self._read(reading)
                if read := self.coverage():
                    self._publication.update(read)
                self._warnings = tuple(reading.warnings)
                # A run may take longer than `every`. Where it could not read everything, the next one continues.
                self._synced = self._now() if complete else None
            for text in self._warnings:
                run.warn(text)
            coverage = self.coverage()
            return coverage or Coverage.begin(now - RETENTION)

    def coverage(self) -> Coverage | None:
        """What has been read so far; None before the first run."""
        return self._remembered(STATE, Coverage)

    def _correlation(self) -> Correlation:
        return self._remembered(CORRELATION, Correlation) or Correlation()

    def _remembered(self, key: str, kind: type[S]) -> S | None:
        stored = self._counts.state(key)
        try:
            return msgspec.json.decode(stored, type=kind) if stored else None
        except msgspec.DecodeError:
            return None

    def _remember(self, key: str, state: Coverage | Correlation) -> None:
        self._counts.remember(key, msgspec.json.encode(state).decode())

    def _now(self) -> datetime:
        return self._session.clock().replace(microsecond=0)

    def _available(self, run_oldest: datetime) -> Coverage:
        """The coverage, once what the log no longer has is taken as a gap.

        A run reads from `run_oldest`; what the log loses meanwhile was read, unless the run takes very long.
        """
        oldest = max(run_oldest, self._now() - KEPT)
        with self._counts.transaction():
            coverage = self.coverage()
            available = coverage.available(oldest) if coverage else Coverage.begin(oldest)
            if coverage and available.head != coverage.head:
                self._publication.finish(coverage, coverage.final_end, coverage.newest)
                self._publication.forget(coverage.newest)
            if available != coverage:
                self._remember(STATE, available)
        return available

    def _read(self, run: Run) -> bool:
        """Read again what is final by now, and then what is new; whether that is all."""
        now = self._now()
        oldest, end = now - RETENTION, final_before(now, self._final_after)
        coverage = self._available(oldest)
        budget = Budget(PAGES_PER_RUN)
        # Days that are read again must not use up the run: what is new is read in every run.
        reserved = PAGES_PER_RUN // 2 if coverage.settled < coverage.head else 0
        while coverage.settled < end and budget.left > reserved:
            self._window(Span(coverage.settled, end, end, oldest), budget, run)
            coverage = self._available(oldest)
        position, overlapped = coverage.head, self._overlapped
        if self._overlapped is None or not self._overlapped <= now < self._overlapped + OVERLAP:
            position, overlapped = max(coverage.settled, coverage.head - OVERLAP), now
        while position < now and budget.left > 0:
            position = self._window(Span(position, now, end, oldest), budget, run)
            position = max(position, self._available(oldest).settled)
        self._overlapped = overlapped
        if position < now:
            run.warn(f"audit log: read up to {position:%Y-%m-%d %H:%M} UTC so far; the next runs continue")
        if doubt := self._correlation().warning:
            run.warn(doubt)
        return position >= now and coverage.settled >= end

    def _window(self, span: "Span", budget: "Budget", run: Run) -> datetime:
        """Read the first part of a span; where its pages are too many, nothing is achieved but a shorter next part.

        The instant from which to continue.
        """
        start = span.start
        end = min(start + self._length, midnight(start.date() + DAY), span.end)
        first, last = self._available(span.oldest).settled, self._now() + FUTURE
        unread = ""
        activity, correlation = Activity(), self._correlation()
        number = 0
        for decoded in self._pages(start, end):
            self._reader.read(decoded.page.value, first, last, activity)
            for at, why in (*decoded.unread, *activity.unread):
                # What is at the end of the window is at the start of the next one, too.
                if at is None or (first <= at < last and start <= at < end):
                    unread = unread or why
            if decoded.ignored:
                run.warn("audit log: a page has values that are not entries, such as null; they were ignored")
            budget.left -= 1
            number += 1
            if number % PAGES_AT_ONCE == 0:
                self._journal.add(activity)
                correlation = correlation.after(activity.sign_ins.values())
                activity = Activity()
            if number >= TOO_MANY_PAGES and decoded.page.next_link and self._length > LENGTHS[0]:
                self._length = max(LENGTHS[0], self._length / 16)
                return start
        with self._counts.transaction():
            self._journal.add(activity)
            self._remember(CORRELATION, correlation.after(activity.sign_ins.values()))
            before = self._available(span.oldest)
            after = before.after(start, end, span.final_before, unread)
            self._remember(STATE, after)
            if after.final_end > before.final_end:
                self._publication.finish(after, before.final_end, after.final_end)
                self._journal.prune(after.final_end)
        factor = 2 if number <= FEW_PAGES else 0.5 if number > MANY_PAGES else 1
        self._length = min(max(self._length * factor, LENGTHS[0]), LENGTHS[2])
        return end

    def _pages(self, start: datetime, end: datetime) -> Iterator[Decoded]:
        """The pages of the entries from `start` to `end`.

        The filter has only what is documented: the service, and `ge` and `le` on the time. It does not have names of
        activities, because whether the service compares them without regard to case is not documented.
        """
        first = f"{self._session.base_url}/{PATH}"
        bounds = f"activityDateTime ge {start:{INSTANT}} and activityDateTime le {end:{INSTANT}}"
        params = {"$filter": f"loggedByService eq 'B2C' and {bounds}", "$top": str(PAGE)}

        def fetch(link: str) -> Decoded:
            try:
                response = self._session.get(link, params=params if link == first else None)
            except Rejected as refused:
                raise explained(refused, AUDIT_LOG, self._session.application) from refused
            return self._decoder.decode(response)

        return pages(first, fetch, lambda found: found.page.next_link)


@dataclass(slots=True)
class Budget:
    """How many pages a run may still read."""

    left: int


@dataclass(frozen=True, slots=True)
class Span:
    """What is to be read; where it ends by `final_before`, the result is final. The log begins at `oldest`."""

    start: datetime
    end: datetime
    final_before: datetime
    oldest: datetime
