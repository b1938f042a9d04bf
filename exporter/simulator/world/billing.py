"""Billing periods of a reseller's customers: calendar months, or the partner's own anniversary."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

ANNIVERSARY = 28
"""Day of the month on which the periods of legacy customers begin, as in the documented samples."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class BillingPeriod:
    """From `start` on, up to and without `end`: midnights of the time zone in which the period is counted."""

    start: datetime
    end: datetime
    last_day: datetime
    """The midnight with which the period's last day begins."""


def calendar_month(now: datetime) -> BillingPeriod:
    """The period of customers with an Azure plan: the calendar month of `now`, UTC."""
    first = now.astimezone(UTC).date().replace(day=1)
    end = _next_month(first)
    return BillingPeriod(_midnight(first, UTC), _midnight(end, UTC), _midnight(end - DAY, UTC))


def anniversary(now: datetime) -> BillingPeriod:
    """The period of legacy customers: it begins on the partner's anniversary at midnight, Pacific time."""
    # The zone's offset changes early in March and in November, never near the anniversary.
    today = now.astimezone(_pacific(now.date())).date()
    months_begin = today.replace(day=1) if today.day >= ANNIVERSARY else (today.replace(day=1) - DAY).replace(day=1)
    start = months_begin.replace(day=ANNIVERSARY)
    end = _next_month(months_begin).replace(day=ANNIVERSARY)
    return BillingPeriod(*(_midnight(day, _pacific(day)) for day in (start, end, end - DAY)))


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _pacific(day: date) -> timezone:
    """Pacific time at the beginning of `day`: UTC-7 after March's second Sunday, up to November's first (2007 on).

    Computed here, since slim images lack the time zone database.
    """
    begins, ends = _sunday(day.year, 3, 2), _sunday(day.year, 11, 1)
    return timezone(timedelta(hours=-7 if begins < day <= ends else -8))


def _sunday(year: int, month: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=6 - first.weekday(), weeks=number - 1)
