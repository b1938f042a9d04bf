"""Plans that continue after a restart or a reload."""

from datetime import datetime, timedelta

import pytest

from exporter.errors import RateLimited, Reason, Transient
from exporter.runtime.job import Plan
from exporter.runtime.schedule import LONGEST_WAIT, replanned, requested_wait, resumed
from tests.runtime.collectors import HOUR, NOW

DAY = timedelta(days=1)


def due(plan: Plan, collected: datetime | None = NOW - HOUR, every: timedelta = 6 * HOUR) -> timedelta:
    """How long a resumed plan waits."""
    return resumed(plan, collected, every, NOW, 0.0, None).next_run - NOW


def test_a_wait_that_the_service_asked_for_continues() -> None:
    """Also where the interval is shorter, or the job means something else now."""
    plan = Plan(NOW + 3 * HOUR, 1, "x", NOW - HOUR, last_reason=Reason.THROTTLED, wait_until=NOW + 3 * HOUR)
    assert [3 * HOUR, 3 * HOUR] == [due(plan), due(plan, every=HOUR)]
    assert NOW + 3 * HOUR == replanned(plan, HOUR, NOW, 0.0).next_run


def test_backoff_continues_and_a_refusal_does_not() -> None:
    """Who corrects a credential restarts the exporter, or reloads its configuration."""
    backing_off = Plan(NOW + HOUR / 2, 5, "x", NOW - HOUR, last_reason=Reason.TIMEOUT)
    refused = Plan(NOW + HOUR / 2, 5, "x", NOW - HOUR, last_reason=Reason.UNAUTHORIZED)
    assert [HOUR / 2, timedelta(0)] == [due(backing_off), due(refused)]
    assert (5, Reason.UNAUTHORIZED) == (resumed(refused, None, HOUR, NOW, 0, None).failures, refused.last_reason)


def test_a_success_is_due_when_its_collection_is_as_old_as_the_interval() -> None:
    """As it is now configured, whatever was planned."""
    plan = Plan(NOW + 10 * HOUR, last_attempt=NOW - HOUR)
    assert [5 * HOUR, timedelta(0), timedelta(0)] == [due(plan), due(plan, every=HOUR / 2), due(plan, None)]


@pytest.mark.parametrize(
    "plan",
    [
        Plan(NOW + 40 * DAY, last_attempt=NOW - HOUR),
        Plan(NOW + HOUR, 1, "x", NOW + 40 * DAY, last_reason=Reason.TIMEOUT),
        Plan(NOW + 40 * DAY, 1, "x", NOW, last_reason=Reason.THROTTLED, wait_until=NOW + 40 * DAY),
    ],
    ids=["next run", "attempt", "wait"],
)
def test_what_a_wrong_clock_dated_is_due_at_once(plan: Plan) -> None:
    """And not after as long as the clock was wrong."""
    assert timedelta(0) == due(plan)
    assert resumed(plan, NOW, HOUR, NOW, 0, None).wait_until is None


def test_a_collection_of_the_future_is_due_at_once() -> None:
    """Its time is that of a wrong clock."""
    assert timedelta(0) == due(Plan(NOW + HOUR), NOW + DAY)


def test_no_service_makes_a_job_wait_for_more_than_a_day() -> None:
    """And only throttling and outages state a time."""
    waits = [
        requested_wait(found, NOW)
        for found in (RateLimited("r", 60), RateLimited("r", 1e9), Transient("t", Reason.TIMEOUT), None)
    ]
    assert [NOW + timedelta(minutes=1), NOW + LONGEST_WAIT, None, None] == waits
