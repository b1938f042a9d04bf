"""Runs that read an audit log over time: what is a gap, what the next run reads, and when a day is final."""

import random
from datetime import datetime, time, timedelta

import pytest

from exporter.apis.b2c.graph.journal import AUTHENTICATIONS
from exporter.apis.b2c.records import DailyMfaRequests, Unreadable
from exporter.errors import Failure
from exporter.model.collection import Run
from tests.apis.graph_log import SMS, LogService, LogTenant, entry, logins
from tests.harness import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOON.date()


def test_a_long_first_window_is_no_gap(log_tenant: LogTenant, log: LogService) -> None:
    """What the log loses while it is read was read, or is older than the first day that can be known."""
    log.page = 5
    log.record(*(entry(number, NOON - number * HOUR) for number in range(160)))
    log.take(timedelta(seconds=2))
    logins(log_tenant)
    (warning,) = log_tenant.warnings
    assert warning.startswith("audit log: the audit log of 2026-11-13 was not read: ")


def test_a_start_that_was_interrupted_is_no_gap(log_tenant: LogTenant, log: LogService) -> None:
    """Where no day is known yet, the log merely begins later."""
    log.refuse = lambda number: (400, {})
    with pytest.raises(Failure):
        logins(log_tenant)
    log.refuse = lambda number: None
    log.now += 3 * HOUR
    found = log_tenant.restarted()
    assert logins(found)[TODAY - 6 * DAY] == {}
    (warning,) = found.warnings
    assert warning.startswith("audit log: the audit log of 2026-11-13 was not read: ")


def test_the_bounds_of_a_gap_are_those_of_all_that_was_not_read(log_tenant: LogTenant, log: LogService) -> None:
    """A gap grows while nothing is read, does not grow while it is read, and a second one does not replace it."""
    logins(log_tenant)
    log.now += 8 * DAY
    log.refuse = lambda number: (400, {})
    with pytest.raises(Failure):
        logins(log_tenant)
    log.now += 5 * HOUR
    log.take(timedelta(seconds=2))
    log_tenant = log_tenant.restarted()
    days = logins(log_tenant)
    bounds = "2026-11-20 12:00 to 2026-11-21 18:00 UTC"
    assert f"was not read from {bounds}: the month" in log_tenant.warnings[0]
    assert [day for day in days if day > TODAY - DAY and days[day] is None] == [TODAY, TODAY + DAY]
    log.now += 9 * DAY
    run = Run(log.now)
    found = list(log_tenant.reports.daily(DailyMfaRequests, TODAY - DAY, run))
    reasons = [row.why for row in found if isinstance(row, Unreadable)]
    assert len(reasons) == 5
    assert all(bounds in why for why in reasons[:2])
    assert all("was not read from 2026-11-28 17:0" in why for why in reasons[2:])


def test_what_the_log_loses_during_a_very_long_run_is_a_gap(log_tenant: LogTenant, log: LogService) -> None:
    """Its entries are removed before they are read."""
    logins(log_tenant)
    log.now += 6 * DAY + 22 * HOUR
    log.take(timedelta(hours=3))
    logins(log_tenant)
    assert "was not read from 2026-11-20 12:00 to 2026-11-20 " in log_tenant.warnings[0]


def test_reports_share_what_a_long_run_has_read(log_tenant: LogTenant, log: LogService) -> None:
    """For some minutes from the end of the run, not from its beginning."""
    log.take(timedelta(minutes=1))
    logins(log_tenant)
    number = len(log.received)
    assert number > 6
    log.now += timedelta(minutes=4)
    log_tenant.daily(DailyMfaRequests)
    assert len(log.received) == number
    log.now += timedelta(minutes=2)
    log_tenant.daily(DailyMfaRequests)
    assert len(log.received) > number


def test_a_run_that_could_not_read_everything_is_continued_at_once(
    log_tenant: LogTenant, log: LogService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the next report."""
    monkeypatch.setattr("exporter.apis.b2c.graph.audit_log.PAGES_PER_RUN", 10)
    log.page = 2
    log.record(*(entry(number, NOON - number * HOUR) for number in range(60)))
    logins(log_tenant)
    number = len(log.received)
    log_tenant.daily(DailyMfaRequests)
    assert len(log.received) > number


def test_a_day_is_final_after_the_lag_and_right(log_tenant: LogTenant, log: LogService) -> None:
    """Whatever the order in which its entries arrive in the days before; what arrives later no longer counts."""
    tenant = LogTenant(log, log_tenant.file, final_after=3 * DAY)
    chance = random.Random(7)
    late = [0.0, 0.2, 1, 2, 5, 11, 23, 30, 47, 60, 70]
    times = [datetime.combine(TODAY, time(), NOON.tzinfo) + number * 7 * timedelta(minutes=17) for number in range(12)]
    arrivals = [(at, hours * HOUR) for at in times for hours in late]
    chance.shuffle(arrivals)
    for number, (at, after) in enumerate(arrivals):
        log.record(entry(number, at, user=f"user-{number}"), late=after)
        log.record(entry(1_000 + number, at, SMS), late=after)
    log.record(entry(5_000, times[-1]), late=5 * DAY)
    log.newest_first = False
    end, counts = datetime.combine(TODAY + DAY, time(), NOON.tzinfo), tenant.counts
    found = []
    while log.now < end + 6 * DAY:
        found.append((logins(tenant)[TODAY] or {}).get("B2C_1_signin", 0))
        assert counts.final(AUTHENTICATIONS, TODAY) == (log.now >= end + 3 * DAY + HOUR)
        if counts.final(AUTHENTICATIONS, TODAY):
            assert found[-1] == len(arrivals)
            assert tenant.daily(DailyMfaRequests)[TODAY] == {"SmsMfa": len(arrivals)}
        log.now += 5 * HOUR
    assert found == sorted(found)
    assert found[0] < found[6] < len(arrivals)
