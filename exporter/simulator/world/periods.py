"""Billing periods written ``yyyyMM``, and how much of a day is known."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta


def period_of(day: date) -> str:
    """The billing period of `day`: ``202611``."""
    return f"{day:%Y%m}"


def first_day(period: str) -> date:
    """The first day of a billing period; ValueError if `period` is not ``yyyyMM``."""
    if len(period) != 6 or not period.isdecimal():
        raise ValueError(f"not a billing period: {period!r}")
    return date(int(period[:4]), int(period[4:]), 1)


def last_day(period: str) -> date:
    """The last day of a billing period."""
    start = first_day(period)
    return start.replace(day=monthrange(start.year, start.month)[1])


def next_period(period: str) -> str:
    """The billing period that follows."""
    return period_of(last_day(period) + timedelta(days=1))


def previous_period(period: str) -> str:
    """The billing period before."""
    return period_of(first_day(period) - timedelta(days=1))


def days(start: date, end: date) -> Iterator[date]:
    """Every day from `start` to `end`, both included."""
    for number in range((end - start).days + 1):
        yield start + timedelta(days=number)


def hours_known(day: date, now: datetime) -> int:
    """Whole hours of `day` that have passed at `now`: 24 for a past day, 0 for one to come."""
    if day < now.date():
        return 24
    return now.hour if day == now.date() else 0
