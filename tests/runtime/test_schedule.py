"""When a job runs next."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Failure, Malformed, RateLimited, Reason, Rejected, SignInRequired, Transient
from exporter.runtime.schedule import after_failure, after_success, at_start

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PASSING = Transient("t", Reason.TIMEOUT)


def test_a_first_run_is_at_once_and_a_restored_one_when_it_is_due() -> None:
    """A restart asks nobody for what is still fresh."""
    assert [timedelta(0), 5 * HOUR, timedelta(0)] == [
        at_start(collected, 6 * HOUR, NOW, 0) for collected in (None, NOW - HOUR, NOW - DAY)
    ]


def test_the_interval_is_kept_with_a_little_jitter() -> None:
    """Up to 5 % longer."""
    assert [HOUR, HOUR * 1.05] == [after_success(HOUR, chance) for chance in (0, 1)]


def test_what_may_pass_is_tried_soon_and_then_ever_later() -> None:
    """Doubling from half a minute up to the interval."""
    seconds = [after_failure(PASSING, n, HOUR, 1).total_seconds() for n in (1, 2, 3, 8, 1000)]
    assert [30, 60, 120, 3600, 3600] == seconds


def test_a_refusal_waits_for_the_next_interval_but_not_for_a_day() -> None:
    """A mended key counts within the hour."""
    refusals = [Rejected("r", Reason.UNAUTHORIZED), Malformed("m"), Failure("i", Reason.INTERNAL)]
    assert [[HOUR, HOUR / 6]] * 3 == [
        [after_failure(refused, 1, every, 0) for every in (DAY, HOUR / 6)] for refused in refusals
    ]


def test_what_only_a_person_can_mend_waits_for_the_interval() -> None:
    """However long it is: asking the login host again and again helps nobody."""
    assert [7 * DAY, HOUR] == [after_failure(SignInRequired("s", "csp"), 1, every, 0) for every in (7 * DAY, HOUR)]


@given(st.floats(0, 86_400), st.integers(1, 50), st.timedeltas(timedelta(seconds=1), DAY), st.floats(0, 1))
def test_nobody_asks_before_the_server_said(wait: float, failures: int, every: timedelta, chance: float) -> None:
    """Retry-After is a lower bound, whatever the interval."""
    delay = after_failure(RateLimited("r", wait), failures, every, chance)
    assert delay >= timedelta(seconds=wait)


@pytest.mark.parametrize("chance", [0, 0.5, 1])
def test_the_backoff_never_exceeds_the_interval(chance: float) -> None:
    """A short interval is a wish to know soon."""
    assert after_failure(PASSING, 5, timedelta(seconds=2), chance) <= timedelta(seconds=2)


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(days=40), datetime.max.replace(tzinfo=UTC) - NOW])
def test_what_was_collected_in_the_future_is_due_now(ahead: timedelta) -> None:
    """A clock that was wrong once must not stop a job until then."""
    assert timedelta(0) == at_start(NOW + ahead, HOUR, NOW, 0)
