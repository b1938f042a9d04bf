"""Delays until the next run of a job, as pure functions; `chance` is a random number from 0 to 1."""

from dataclasses import replace
from datetime import datetime, timedelta

from exporter.errors import Failure, Reason, SignInRequired, Transient
from exporter.runtime.job import Plan

FIRST_RETRY = timedelta(seconds=30)
MAX_REFUSED = timedelta(hours=1)
"""The longest delay after a refusal, so that a corrected credential takes effect within the hour."""
LONGEST_WAIT = timedelta(days=1)
"""The longest that a service may make a job wait; a later instant comes from a clock that was wrong."""
SPREAD = timedelta(seconds=2)
JITTER = 0.05
REFUSALS = frozenset(
    {
        Reason.LOGIN, Reason.SIGN_IN_REQUIRED, Reason.CREDENTIAL_UNREADABLE, Reason.UNAUTHORIZED, Reason.FORBIDDEN,
        Reason.NOT_FOUND, Reason.BAD_REQUEST, Reason.TLS,
    }
)  # fmt: skip
"""Failures that an operator corrects, and then restarts the exporter or reloads its configuration."""


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


def requested_wait(failure: Failure | None, now: datetime) -> datetime | None:
    """Until when the service asks not to be read; None if it does not."""
    if isinstance(failure, Transient) and failure.retry_after:
        return now + min(timedelta(seconds=failure.retry_after), LONGEST_WAIT)
    return None


def resumed(
    plan: Plan, collected: datetime | None, every: timedelta, now: datetime, chance: float, period: datetime | None
) -> Plan:
    """The plan of an earlier process or configuration, adapted to the interval `every`.

    A wait that the service asked for and the backoff after a failure continue; after a refusal the job is due at
    once, since the cause may have been corrected. What a wrong clock dated in the future does not count.
    """
    spread = min(SPREAD, every) * chance
    wait = plan.wait_until if plan.wait_until and plan.wait_until <= now + LONGEST_WAIT else None
    latest = now + max(every * (1 + JITTER), LONGEST_WAIT) + SPREAD
    wrong = plan.next_run > latest or any(at is not None and at > now for at in (plan.last_attempt, collected))
    if wrong or plan.last_reason in REFUSALS:
        due = now + spread
    elif plan.failures:
        due = max(now + spread, min(plan.next_run, now + max(every, LONGEST_WAIT if wait else every)))
    else:
        due = now + at_start(collected, every, now, chance, period)
    return replace(plan, next_run=max(due, wait or due), wait_until=wait, running_since=None)


def replanned(plan: Plan, every: timedelta, now: datetime, chance: float) -> Plan:
    """The plan of a job whose meaning has changed: due at once, unless the service asked to wait."""
    due = now + min(SPREAD, every) * chance
    wait = plan.wait_until if plan.wait_until and plan.wait_until <= now + LONGEST_WAIT else None
    return Plan(max(due, wait or due), last_attempt=plan.last_attempt, wait_until=wait)
