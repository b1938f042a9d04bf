"""Delays until the next run of a job."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Failure, Malformed, RateLimited, Reason, Rejected, SignInRequired, Transient
from exporter.runtime.schedule import after_failure, after_success, at_start

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TRANSIENT = Transient("t", Reason.TIMEOUT)


def test_a_first_run_is_at_once_and_a_restored_one_when_it_is_due() -> None:
    """A restart sends no requests for data that is not due."""
    assert [timedelta(0), 5 * HOUR, timedelta(0)] == [
        at_start(collected, 6 * HOUR, NOW, 0) for collected in (None, NOW - HOUR, NOW - DAY)
    ]


def test_the_interval_has_a_small_jitter() -> None:
    """Up to 5 % longer."""
    assert [HOUR, HOUR * 1.05] == [after_success(HOUR, chance) for chance in (0, 1)]


def test_a_run_is_due_when_the_next_period_begins() -> None:
    """After a restart too, unless the interval is shorter."""
    assert [HOUR, timedelta(0), 6 * HOUR] == [after_success(6 * HOUR, 0, due) for due in (HOUR, -HOUR, DAY)]
    collected = NOW - 2 * HOUR
    assert [HOUR, timedelta(0), 4 * HOUR] == [
        at_start(collected, 6 * HOUR, NOW, 0, period) for period in (NOW + HOUR, NOW - HOUR, NOW + DAY)
    ]


def test_transient_failures_are_retried_with_exponential_backoff() -> None:
    """From half a minute up to the interval."""
    seconds = [after_failure(TRANSIENT, n, HOUR, 1).total_seconds() for n in (1, 2, 3, 8, 1000)]
    assert [30, 60, 120, 3600, 3600] == seconds


def test_a_refusal_waits_for_the_next_interval_but_not_for_a_day() -> None:
    """A corrected key takes effect within the hour."""
    refusals = [Rejected("r", Reason.UNAUTHORIZED), Malformed("m"), Failure("i", Reason.INTERNAL)]
    assert [[HOUR, HOUR / 6]] * 3 == [
        [after_failure(refused, 1, every, 0) for every in (DAY, HOUR / 6)] for refused in refusals
    ]


def test_a_required_sign_in_waits_for_the_interval() -> None:
    """However long it is: a retry can not succeed before the sign-in."""
    assert [7 * DAY, HOUR] == [after_failure(SignInRequired("s", "csp"), 1, every, 0) for every in (7 * DAY, HOUR)]


@given(st.floats(0, 86_400), st.integers(1, 50), st.timedeltas(timedelta(seconds=1), DAY), st.floats(0, 1))
def test_no_retry_is_earlier_than_retry_after(wait: float, failures: int, every: timedelta, chance: float) -> None:
    """Whatever the interval."""
    delay = after_failure(RateLimited("r", wait), failures, every, chance)
    assert delay >= timedelta(seconds=wait)


@pytest.mark.parametrize("chance", [0, 0.5, 1])
def test_the_backoff_never_exceeds_the_interval(chance: float) -> None:
    """Even if the interval is shorter than the first backoff."""
    assert after_failure(TRANSIENT, 5, timedelta(seconds=2), chance) <= timedelta(seconds=2)


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(days=40), datetime.max.replace(tzinfo=UTC) - NOW])
def test_a_collection_from_the_future_is_due_now(ahead: timedelta) -> None:
    """A clock that was wrong must not delay a job until then."""
    assert timedelta(0) == at_start(NOW + ahead, HOUR, NOW, 0)
