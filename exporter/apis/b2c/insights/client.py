"""The usage of an External ID tenant, from user insights and what they reported earlier."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TypeVar, cast

from exporter.apis.b2c.graph.counts import DailyCounts, Key
from exporter.apis.b2c.insights.days import STORED_AS, StoredDays
from exporter.apis.b2c.insights.pages import BadDay, Pages
from exporter.apis.b2c.insights.rows import ActiveUserCount, Authentications, Event, MfaCompletions, Users
from exporter.apis.b2c.insights.totals import active_users, users
from exporter.apis.b2c.records import (
    ActiveUsers,
    DailyAuthentications,
    DailyMfaRequests,
    DayRow,
    PeriodRow,
    Unreadable,
    UserCount,
)
from exporter.model.collection import Run
from exporter.model.periods import DAY, month_start
from exporter.transport.session import Session

D = TypeVar("D", bound=DayRow)
P = TypeVar("P", bound=PeriodRow)
CURRENT_FOR = timedelta(hours=1)
"""Rows are about whole days, so the reports of an account share an answer for some time."""
EVENTS: dict[str, type[Event]] = {
    DailyAuthentications.report: Authentications,
    DailyMfaRequests.report: MfaCompletions,
}


class InsightsReports:
    """Reports of user insights as those of a B2C tenant.

    User insights go back 30 days. Days are stored, so that a month of 31 days is known, and days before the first
    one that was ever reported are not: a day without any row between two others had no activity.
    """

    def __init__(self, session: Session, counts: DailyCounts) -> None:
        self._pages = Pages(session)
        self._counts = counts
        self._read: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def daily(self, kind: type[D], after: date, run: Run) -> Iterator[D | Unreadable]:
        """The rows of the days after `after`: users in total, authentications by flow, second factors by method."""
        if issubclass(kind, UserCount):
            return cast("Iterator[D | Unreadable]", self._users(after, run))
        days, today = self._days(kind.report, run)
        days.announce(today, run)
        return days.rows(kind, after)

    def in_period(self, kind: type[P], application: str, after: date | None, run: Run) -> Iterator[P | Unreadable]:
        """The sums of one application since the day after `after`, by default of the 30 days up to the newest."""
        days, today = self._days(STORED_AS[kind.report], run)
        days.announce(today, run)
        return days.sums(kind, application, after)

    def active_users(self, run: Run) -> ActiveUsers | None:
        """All users who were active in the current month; None, with a warning, where the rows do not state it."""
        month = month_start(self._pages.now)
        rows = [row for row in self._pages.rows("monthly", ActiveUserCount, run) if row.day == month]
        found = [row for row in rows if isinstance(row, ActiveUserCount)]
        total = active_users(found) if len(found) == len(rows) else None
        if total is not None:
            return ActiveUsers(total)
        text = f"the rows of {month} are about parts, and a user may be in several" if rows else f"no row of {month}"
        run.warn(f"userInsights monthly activeUsers: no figure for this month: {text}")
        return None

    def _users(self, after: date, run: Run) -> Iterator[UserCount | Unreadable]:
        days: dict[date, list[Users]] = {}
        bad: set[date] = set()
        for row in self._pages.rows("daily", Users, run):
            if isinstance(row, BadDay):
                bad.add(row.day)
            elif row.day > after:
                days.setdefault(row.day, []).append(row)
        for day in sorted(days.keys() | bad):
            total = users(days.get(day, [])) if day not in bad else None
            if total is None:
                run.warn(f"userInsights daily userCount: the rows of {day} do not determine how many users there are")
                yield Unreadable(day)
            else:
                yield UserCount(time_stamp=day.isoformat(), total_user_count=total)

    def _days(self, report: str, run: Run) -> tuple[StoredDays, date]:
        """The days of a report, which is read unless it was read recently, and the current day."""
        with self._lock:
            now = self._pages.now
            before = self._read.get(report)
            if before is None or not before <= now < before + CURRENT_FOR:
                self._store(report, run)
                self._read[report] = now
        return StoredDays(self._counts, report, now.date()), now.date()

    def _store(self, report: str, run: Run) -> None:
        days: dict[date, Counter[Key]] = {}
        bad: set[date] = set()
        for row in self._pages.rows("daily", EVENTS[report], run):
            if isinstance(row, BadDay):
                bad.add(row.day)
            else:
                days.setdefault(row.day, Counter())[row.application, row.key] += row.number
        if not days:
            return
        first, newest = min(days), max(days)
        with self._counts.transaction():
            known = self._counts.days(report, first, newest)
            for number in range((newest - first).days + 1):
                day = first + number * DAY
                if day in bad:
                    self._counts.forget(report, day, day)
                elif day in days or day not in known:
                    self._counts.put(report, day, days.get(day, Counter()), final=False)
