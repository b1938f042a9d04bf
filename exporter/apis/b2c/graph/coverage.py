"""Which part of the audit log has been read, and which days are known because of that."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from exporter.model.periods import DAY, billing_month

KEPT = 7 * DAY
"""How far back the log has entries [documented]."""
RETENTION = KEPT - timedelta(hours=1)
"""How far back the log is read: its first hour may be removed meanwhile."""
CROSSING = timedelta(hours=1)
"""How long after its day the events of a sign-in may continue."""
MICROSECOND = timedelta(microseconds=1)
REMEMBERED = 40 * DAY
"""How long it matters why a day is not known; no window is longer."""
Gap = tuple[datetime, datetime]


class Coverage(msgspec.Struct, frozen=True):
    """What has been read without a gap.

    `since` is the first day that was read from its beginning. The log has been read up to `head`, and up to `settled`
    late enough for the result to be final. `gaps` are the bounds of what the log no longer had, in order. `unread` has
    the start of each window, of a day, with an entry that may count and can't be read, and why it can't.
    """

    since: date
    head: datetime
    settled: datetime
    gaps: tuple[Gap, ...] = ()
    unread: Mapping[datetime, str] = {}

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

    @property
    def unread_days(self) -> Mapping[date, str]:
        """The days with an entry that may count and can't be read, and why it can't."""
        return {start.date(): why for start, why in self.unread.items()}

    def knows(self, day: date) -> bool:
        """Whether the day was read from its beginning to its end, or to `head`."""
        return self.since <= day <= self.newest and day not in self.unread_days

    def knows_month(self, month: date) -> bool:
        """Whether the month that begins on `month` was read from its beginning."""
        known = self.since <= month <= self.newest
        return known and not any(billing_month(month) == billing_month(day) for day in self.unread_days)

    def after(self, start: datetime, end: datetime, final_before: datetime, unread: str) -> "Coverage":
        """The coverage once `start` to `end` was read; `unread` says why an entry of it can't be, empty for none.

        The result is final where the log may no longer receive entries, which is before `final_before`.
        """
        head = max(self.head, end) if start <= self.head else self.head
        settled = max(self.settled, end) if start <= self.settled and end <= final_before else self.settled
        windows = {at: why for at, why in self._unread_since(head).items() if not start <= at < end}
        if unread:
            windows[start] = unread
        return Coverage(self.since, head, settled, self.gaps, windows)

    def available(self, oldest: datetime) -> "Coverage":
        """The coverage if the log has no entries before `oldest`: what was not read by then is a gap.

        Where no day is known yet, the log merely begins later.
        """
        settled = max(self.settled, oldest)
        if self.head >= oldest:
            return msgspec.structs.replace(self, settled=settled)
        if self.newest < self.since and not self.gaps:
            return Coverage.begin(oldest)
        gaps = *self._gaps_since(oldest), (self._gap_start, oldest)
        return Coverage(first_whole_day(oldest), oldest, settled, gaps, self._unread_since(oldest))

    @property
    def _gap_start(self) -> datetime:
        """Where a gap that ends later than `head` begins: nothing may have been read since the last one."""
        return self.gaps[-1][0] if self.gaps and self.gaps[-1][1] >= self.head else self.head

    def _gaps_since(self, oldest: datetime) -> tuple[Gap, ...]:
        """The gaps that end before `head`, without those that no window has any longer."""
        return tuple(gap for gap in self.gaps if oldest - REMEMBERED < gap[1] < self.head)

    def _unread_since(self, newest: datetime) -> dict[datetime, str]:
        return {at: why for at, why in self.unread.items() if at > newest - REMEMBERED}


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
