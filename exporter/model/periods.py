"""Instants, days and billing months; always UTC."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from exporter.errors import Malformed

DAY = timedelta(days=1)
AMERICAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: [0-9:]+(?: [AaPp][Mm])?)?")


def instant(text: str) -> datetime:
    """An ISO 8601 instant with 0 to 7 fraction digits, `Z`, an offset or neither (then it is UTC).

    All of Microsoft's reports use one of these spellings; raises `Malformed` for another.
    """
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"not a date and time: {text[:40]!r}") from error


def day_of(text: str) -> date:
    """The day (UTC) that an instant is in, or one written as `M/d/yyyy`, with or without a time; raises `Malformed`."""
    if found := AMERICAN.fullmatch(text):
        month, day, year = map(int, found.groups())
        try:
            return date(year, month, day)
        except ValueError:
            raise Malformed(f"not a day in the form MM/dd/yyyy: {text[:40]!r}") from None
    return instant(text).date()


def day_end(day: date) -> datetime:
    """The last second of a day: a day's row stands for all of it."""
    return datetime.combine(day, time(23, 59, 59), UTC)


def month_start(now: datetime) -> date:
    """The first day of the billing month that `now` lies in."""
    return now.astimezone(UTC).date().replace(day=1)


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    def __str__(self) -> str:
        return f"{self.start}..{self.end}"

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def split(self, months: int) -> Iterator["Days"]:
        """The same days in ranges of at most `months` calendar months each, for APIs with a limit."""
        start = self.start
        while start <= self.end:
            year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
            end = min(self.end, date(year, month + 1, 1) - DAY)
            yield Days(start, end)
            start = end + DAY


def next_month(after: datetime) -> datetime:
    """The first instant (UTC) of the billing month that follows the one of `after`."""
    return datetime.combine(billing_month(after.astimezone(UTC).date()).end + DAY, time(), UTC)


def billing_month(day: date) -> Days:
    """The calendar month of `day`, which is Microsoft's billing period."""
    following = (day.replace(day=1) + 31 * DAY).replace(day=1)
    return Days(day.replace(day=1), following - DAY)


def period_name(days: Days) -> str | None:
    """`yyyyMM` where the days are one whole billing month."""
    return f"{days.start:%Y%m}" if days == billing_month(days.start) else None
