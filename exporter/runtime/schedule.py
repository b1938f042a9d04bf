"""When a job runs next: arithmetic alone. `chance` is a number from 0 to 1."""

from datetime import datetime, timedelta

from exporter.errors import Failure, SignInRequired, Transient

SOON = timedelta(seconds=30)
REFUSED = timedelta(hours=1)
"""A refusal waits for the next interval, but a mended credential should not wait a day."""
SPREAD = timedelta(seconds=2)
JITTER = 0.05


def at_start(collected: datetime | None, every: timedelta, now: datetime, chance: float) -> timedelta:
    """At once, a little spread; or when the restored collection is as old as the interval.

    One that was collected in the future, by a clock that was wrong, is due at once.
    """
    due = every - (now - collected) if collected and collected <= now else timedelta(0)
    return max(timedelta(0), due) + min(SPREAD, every) * chance


def after_success(every: timedelta, chance: float) -> timedelta:
    """The interval, up to 5 % longer, so that many exporters do not ask in step."""
    return every * (1 + JITTER * chance)


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
