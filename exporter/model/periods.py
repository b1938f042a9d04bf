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

    Every API uses one of these forms; raises `Malformed` for any other.
    """
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is UTC:  # as for `Z` and `+00:00`
            return at
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"not a date and time: {text[:40]!r}") from error


def day_of(text: str) -> date:
    """The day (UTC) of an instant, or of `M/d/yyyy` with or without a time; raises `Malformed`."""
    if found := AMERICAN.fullmatch(text):
        month, day, year = map(int, found.groups())
        try:
            return date(year, month, day)
        except ValueError:
            raise Malformed(f"not a day in the form MM/dd/yyyy: {text[:40]!r}") from None
    return instant(text).date()


def day_end(day: date) -> datetime:
    """The last second of a day, the data timestamp of figures for the whole day."""
    return datetime.combine(day, time(23, 59, 59), UTC)


def month_start(now: datetime) -> date:
    """The first day of the billing month of `now`."""
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

    def __iter__(self) -> Iterator[date]:
        return (date.fromordinal(number) for number in range(self.start.toordinal(), self.end.toordinal() + 1))

    def split(self, months: int) -> Iterator["Days"]:
        """Consecutive ranges of at most `months` calendar months each, for APIs that limit a request."""
        start = self.start
        while start <= self.end:
            year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
            end = min(self.end, date(year, month + 1, 1) - DAY)
            yield Days(start, end)
            start = end + DAY


def next_month(after: datetime) -> datetime:
    """The first instant (UTC) of the billing month after that of `after`."""
    return datetime.combine(billing_month(after.astimezone(UTC).date()).end + DAY, time(), UTC)


def billing_month(day: date) -> Days:
    """The billing month of `day`, which is a calendar month."""
    following = (day.replace(day=1) + 31 * DAY).replace(day=1)
    return Days(day.replace(day=1), following - DAY)


def period_name(days: Days) -> str | None:
    """`yyyyMM` for exactly one billing month, otherwise None."""
    return f"{days.start:%Y%m}" if days == billing_month(days.start) else None
