"""Delays until the next run of a job, as pure functions; `chance` is a random number from 0 to 1."""

from datetime import datetime, timedelta

from exporter.errors import Failure, SignInRequired, Transient

FIRST_RETRY = timedelta(seconds=30)
MAX_REFUSED = timedelta(hours=1)
"""The longest delay after a refusal, so that a corrected credential takes effect within the hour."""
SPREAD = timedelta(seconds=2)
JITTER = 0.05


def at_start(
    collected: datetime | None, every: timedelta, now: datetime, chance: float, period: datetime | None = None
) -> timedelta:
    """At once, or when a restored collection reaches the age of the interval or the next `period` begins.

    One that was collected in the future, by a wrong clock, is due at once. A small jitter spreads the first requests.
    """
    if collected is None or collected > now:
        due = timedelta(0)
    else:
        due = every - (now - collected)
        due = min(due, period - now) if period else due
    return max(timedelta(0), due) + min(SPREAD, every) * chance


def after_success(every: timedelta, chance: float, period_in: timedelta | None = None) -> timedelta:
    """The interval plus up to 5 %, so that exporters do not send requests in step; or until the next period begins."""
    regular = every * (1 + JITTER * chance)
    return regular if period_in is None else min(regular, max(timedelta(0), period_in) + min(SPREAD, every) * chance)


def after_failure(failure: Failure, failures: int, every: timedelta, chance: float) -> timedelta:
    """Exponential backoff after a `Transient` failure, up to the interval but never before `Retry-After`.

    Otherwise the interval, and at most `MAX_REFUSED` unless an interactive sign-in is required. `failures` counts the
    consecutive failures, including this one.
    """
    if isinstance(failure, Transient):
        doubled: int = 2 ** min(failures - 1, 20)
        backoff = FIRST_RETRY * doubled * (1 + chance) / 2
        return max(min(backoff, every), timedelta(seconds=failure.retry_after or 0))
    return (every if isinstance(failure, SignInRequired) else min(every, MAX_REFUSED)) * (1 + JITTER * chance)
