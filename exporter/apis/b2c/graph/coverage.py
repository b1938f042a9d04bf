"""Which part of the audit log has been read, and which days are known because of that."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from exporter.model.periods import DAY, billing_month

RETENTION = 7 * DAY - timedelta(hours=1)
"""How far back the log is read: it has 7 days, of which the first hour may be removed while it is read."""
CROSSING = timedelta(hours=1)
"""How long after its day the events of a sign-in may continue."""
MICROSECOND = timedelta(microseconds=1)


class Coverage(msgspec.Struct, frozen=True):
    """What has been read without a gap.

    `since` is the first day that was read from its beginning. The log has been read up to `head`, and up to `settled`
    late enough for the result to be final. `gap` has the bounds of what the log no longer had when it was read last.
    `spoiled` are days with an entry that can't be read.
    """

    since: date
    head: datetime
    settled: datetime
    gap: tuple[datetime, datetime] | None = None
    spoiled: tuple[date, ...] = ()

    @classmethod
    def begin(cls, oldest: datetime) -> "Coverage":
        """Nothing has been read, and the log's first entry is as old as `oldest`."""
        return cls(first_whole_day(oldest), oldest, oldest)

    @property
    def newest(self) -> date:
        """The last day of which something has been read; it may still grow."""
        return (self.head - MICROSECOND).date()

    @property
    def final_end(self) -> date:
        """The first day that may still change: the log must have been read some time into the next one."""
        return (self.settled - CROSSING).date()

    def knows(self, day: date) -> bool:
        """Whether the day was read from its beginning to its end, or to `head`."""
        return self.since <= day <= self.newest and day not in self.spoiled

    def knows_month(self, month: date) -> bool:
        """Whether the month that begins on `month` was read from its beginning."""
        known = self.since <= month <= self.newest
        return known and not any(billing_month(month) == billing_month(day) for day in self.spoiled)

    def after(self, start: datetime, end: datetime, final_before: datetime, unreadable: Iterable[date]) -> "Coverage":
        """The coverage once everything from `start` to `end` was read.

        The result is final where the log may no longer receive entries, which is before `final_before`. A day that is
        read again from its beginning is no longer spoiled.
        """
        head = max(self.head, end) if start <= self.head else self.head
        settled = max(self.settled, end) if start <= self.settled and end <= final_before else self.settled
        again = {start.date()} if start == midnight(start.date()) and settled > self.settled else set()
        spoiled = tuple(sorted(({*self.spoiled} - again) | {*unreadable}))
        return Coverage(self.since, head, settled, self.gap, spoiled)

    def available(self, oldest: datetime) -> "Coverage":
        """The coverage if the log has no entries before `oldest`: what was not read by then is a gap."""
        settled = max(self.settled, oldest)
        if self.head >= oldest:
            return msgspec.structs.replace(self, settled=settled)
        since = first_whole_day(oldest)
        spoiled = tuple(day for day in self.spoiled if day >= since)
        return Coverage(since, oldest, settled, (self.head, oldest), spoiled)


def final_before(now: datetime, final_after: timedelta) -> datetime:
    """Up to where the log can be final: some time into the day after the last one that ended `final_after` ago."""
    return midnight((now - final_after - CROSSING).date()) + CROSSING


def first_whole_day(at: datetime) -> date:
    """The first day that begins at `at` or later."""
    return at.date() if at == midnight(at.date()) else at.date() + DAY


def midnight(day: date) -> datetime:
    """The first instant of a day, UTC."""
    return datetime.combine(day, time(), UTC)


def days_between(first: date, end: date) -> list[date]:
    """The days from `first` until before `end`."""
    return [first + number * DAY for number in range(max(0, (end - first).days))]
