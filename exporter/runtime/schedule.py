"""When a job runs next: arithmetic alone. `chance` is a number from 0 to 1."""

from datetime import datetime, timedelta

from exporter.errors import Failure, SignInRequired, Transient

SOON = timedelta(seconds=30)
REFUSED = timedelta(hours=1)
"""A refusal waits for the next interval, but a mended credential should not wait a day."""
SPREAD = timedelta(seconds=2)
JITTER = 0.05


def at_start(
    collected: datetime | None, every: timedelta, now: datetime, chance: float, period: datetime | None = None
) -> timedelta:
    """At once, a little spread; or when the restored collection is as old as the interval, or its `period` begins.

    One that was collected in the future, by a clock that was wrong, is due at once.
    """
    if collected is None or collected > now:
        due = timedelta(0)
    else:
        due = every - (now - collected)
        due = min(due, period - now) if period else due
    return max(timedelta(0), due) + min(SPREAD, every) * chance


def after_success(every: timedelta, chance: float, period_in: timedelta | None = None) -> timedelta:
    """The interval, up to 5 % longer, so that many exporters do not ask in step; or when the next period begins, a
    little spread.
    """
    regular = every * (1 + JITTER * chance)
    return regular if period_in is None else min(regular, max(timedelta(0), period_in) + min(SPREAD, every) * chance)


def after_failure(failure: Failure, failures: int, every: timedelta, chance: float) -> timedelta:
    """Soon and then ever later for what may pass, never before `Retry-After`.

    A refusal waits for the interval, and for no more than `REFUSED` where no person has to come first.

    `failures` counts the failures in a row, this one included.
    """
    if isinstance(failure, Transient):
        doubled: int = 2 ** min(failures - 1, 20)
        backoff = SOON * doubled * (1 + chance) / 2
        return max(min(backoff, every), timedelta(seconds=failure.retry_after or 0))
    return (every if isinstance(failure, SignInRequired) else min(every, REFUSED)) * (1 + JITTER * chance)
