"""The usage of an External ID tenant, from user insights and what they reported earlier."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar, NamedTuple, TypeVar, cast

from exporter.apis.b2c.graph.counts import Counts, DailyCounts, Key
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


class Reading(NamedTuple):
    """When a report was read, and what was reported about its rows.

    `provisional` has its days if they are not stored, because a row without a date may be of any of them.
    """

    at: datetime
    warnings: tuple[str, ...]
    dropped: int
    provisional: Mapping[date, Counts] | None


class InsightsReports:
    """Reports of user insights as those of a B2C tenant.

    User insights go back 30 days. Days are stored, so that a month of 31 days is known, and days before the first
    one that was ever reported are not: a day without any row between two others had no activity.
    """

    whole_days: ClassVar[bool] = True

    def __init__(self, session: Session, counts: DailyCounts) -> None:
        self._pages = Pages(session)
        self._counts = counts
        self._read: dict[str, Reading] = {}
        self._lock = threading.Lock()

    def daily(self, kind: type[D], after: date, run: Run) -> Iterator[D | Unreadable]:
        """The rows of the days after `after`: users in total, authentications by flow, second factors by method."""
        if issubclass(kind, UserCount):
            return cast("Iterator[D | Unreadable]", self._users(after, run))
        reading = self._reading(kind.report, run)
        run.dropped += reading.dropped
        return self._days(kind.report, reading, run).rows(kind, after)

    def in_period(self, kind: type[P], application: str, after: date | None, run: Run) -> Iterator[P | Unreadable]:
        """The sums of one application since the day after `after`, by default of the 30 days up to the newest.

        Rows that were dropped count for the report of the whole tenant, which reads the same.
        """
        report = STORED_AS[kind.report]
        return self._days(report, self._reading(report, run), run).sums(kind, application, after)

    def active_users(self, run: Run) -> ActiveUsers | None:
        """All users who were active in the current month; None, with a warning, where the rows do not state it."""
        month = month_start(self._pages.now)
        previous = (month - DAY).replace(day=1)
        rows = list(self._pages.rows("monthly", ActiveUserCount, run))
        total = _active(rows, month)
        if total is not None:
            return ActiveUsers(total, previous_month=_active(rows, previous))
        stated = any(row.day in (month, None) for row in rows)
        text = f"the rows of {month} are about parts, and a user may be in several" if stated else f"no row of {month}"
        run.warn(f"userInsights monthly activeUsers: no figure for this month: {text}")
        return None

    def _users(self, after: date, run: Run) -> Iterator[UserCount | Unreadable]:
        days: dict[date, list[Users]] = {}
        bad: set[date | None] = set()
        for row in self._pages.rows("daily", Users, run):
            if isinstance(row, BadDay):
                bad.add(row.day)
            elif row.day > after:
                days.setdefault(row.day, []).append(row)
        for day in sorted(days.keys() | {day for day in bad if day and day > after}):
            rows = days.get(day, [])
            # A row without a date may be of a further language, but what states the whole stays the whole.
            complete = day not in bad and (None not in bad or any(row.whole for row in rows))
            total = users(rows) if complete else None
            if total is None:
                run.warn(f"userInsights daily userCount: the rows of {day} do not determine how many users there are")
                yield Unreadable(day)
            else:
                yield UserCount(time_stamp=day.isoformat(), total_user_count=total)

    def _reading(self, report: str, run: Run) -> Reading:
        """The last reading of a report, which is read unless it was read recently."""
        with self._lock:
            now = self._pages.now
            found = self._read.get(report)
            if found is None or not found.at <= now < found.at + CURRENT_FOR:
                reading = Run(now)
                provisional = self._store(report, reading)
                found = Reading(now, tuple(reading.warnings), reading.dropped, provisional)
                self._read[report] = found
        for text in found.warnings:
            run.warn(text)
        return found

    def _days(self, report: str, reading: Reading, run: Run) -> StoredDays:
        today = self._pages.now.date()
        days = StoredDays(self._counts, report, today, reading.provisional)
        days.announce(today, run)
        return days

    def _store(self, report: str, run: Run) -> Mapping[date, Counts] | None:
        """Store the days that the report states; if one of its rows has no date, they are returned instead."""
        days: dict[date, Counter[Key]] = {}
        bad: set[date | None] = set()
        for row in self._pages.rows("daily", EVENTS[report], run):
            if isinstance(row, BadDay):
                bad.add(row.day)
            else:
                days.setdefault(row.day, Counter())[row.application, row.key] += row.number
        unknown = {day for day in bad if day}
        stated = sorted(days.keys() | unknown)
        with self._counts.transaction():
            for day in unknown:
                self._counts.forget(report, day, day)
            if None in bad:
                return {day: counts for day, counts in days.items() if day not in unknown}
            known = self._counts.days(report, stated[0], stated[-1]) if days else {}
            for number in range((stated[-1] - stated[0]).days + 1 if days else 0):
                day = stated[0] + number * DAY
                if day not in unknown and (day in days or day not in known):
                    self._counts.put(report, day, days.get(day, Counter()), final=False)
        return None


def _active(rows: Sequence[ActiveUserCount | BadDay], month: date) -> int | None:
    """The active users of a month; None where its rows, or those that may be of it, do not determine them."""
    if any(row.day == month for row in rows if isinstance(row, BadDay)):
        return None
    found = [row for row in rows if isinstance(row, ActiveUserCount) and row.day == month]
    undated = any(row.day is None for row in rows)
    return None if undated and not any(row.whole for row in found) else active_users(found)
