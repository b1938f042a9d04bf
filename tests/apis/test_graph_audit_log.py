"""Reading an audit log that has seven days: what is known, until when, and from how many requests."""

import re
from datetime import date, timedelta

import pytest

from exporter.apis.b2c.graph.plan import PER_MINUTE, audit_requests, users_requests
from exporter.apis.b2c.records import DailyMfaRequests
from exporter.errors import Failure, Malformed, Rejected, Transient
from tests.apis.graph_log import (
    PATH,
    LogService,
    LogTenant,
    entry,
    logins,
    run_daily,
)
from tests.harness import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY, YESTERDAY = NOON.date(), NOON.date() - DAY


def test_the_first_days_are_those_that_the_log_still_has(log_tenant: LogTenant, log: LogService) -> None:
    """A day without activity is zero, one that was not read as a whole is not known, and a warning says until when."""
    log.record(*(entry(back, NOON - back * DAY) for back in (1, 3, 7, 9)))
    found = logins(log_tenant)
    assert {day for day, counts in found.items() if counts is not None} == {TODAY - back * DAY for back in range(7)}
    assert (found[TODAY], found[TODAY - 3 * DAY], found[TODAY - 7 * DAY]) == ({}, {"B2C_1_signin": 1}, None)
    assert log_tenant.warnings == [
        "audit log: the audit log of 2026-11-13 was not read: the month to date is known from 2026-12-01, "
        "the last 30 days are known from 2026-12-13"
    ]
    assert log_tenant.active_users() is None
    assert log_tenant.warnings == [
        "audit log: the audit log of 2026-11-13 was not read: "
        "the number of the month's active users is known from 2026-12-01"
    ]


def test_windows_become_known_with_time(log_tenant: LogTenant, log: LogService) -> None:
    """The next month is complete from its first day, the last 30 days when there are 30 of them."""
    log.record(*(entry(number, NOON - DAY + number * DAY) for number in range(40)))
    logins(log_tenant)
    run_daily(log_tenant, date(2026, 12, 14))
    log.now += HOUR
    found = logins(log_tenant)
    assert all(found[date(2026, 12, 14) - back * DAY] is not None for back in range(30))
    assert sum(sum((counts or {}).values()) for day, counts in found.items() if day >= date(2026, 12, 1)) == 13
    assert log_tenant.warnings == []
    assert log_tenant.active_users() == 1


def test_a_gap_is_a_gap(log_tenant: LogTenant, log: LogService) -> None:
    """Eight days without a run leave days that are never known, with one warning; what was known before remains."""
    log.record(*(entry(number, NOON + number * HOUR) for number in range(24 * 10)))
    logins(log_tenant)
    log.now = NOON + 8 * DAY
    found = log_tenant.restarted()
    days = logins(found)
    gap = [TODAY, TODAY + DAY]
    assert [day for day in days if day >= TODAY - 6 * DAY and days[day] is None] == gap
    assert days[TODAY + 2 * DAY] == {"B2C_1_signin": 24}
    bounds = "2026-11-20 12:00 to 2026-11-21 13:00 UTC"
    assert found.warnings == [
        f"audit log: the audit log, which has entries of 7 days, was not read from {bounds}: "
        "the month to date is known from 2026-12-01, the last 30 days are known from 2026-12-21"
    ]


def test_six_days_without_a_run_are_no_gap(log_tenant: LogTenant, log: LogService) -> None:
    """The log still has all of it."""
    log.record(*(entry(number, NOON - 2 * DAY + number * HOUR) for number in range(24 * 9)))
    logins(log_tenant)
    log.now = NOON + 6 * DAY
    days = logins(log_tenant.restarted())
    expected = [{"B2C_1_signin": 12}] + [{"B2C_1_signin": 24}] * 7
    assert [days[TODAY + number * DAY] for number in range(-2, 6)] == expected


def test_late_entries_count_until_the_day_is_final(log_tenant: LogTenant, log: LogService) -> None:
    """Each day is read again when it has ended `final_after` ago, and no longer changes then."""
    log.record(entry(1, NOON), late=20 * HOUR)
    log.record(entry(2, NOON), late=60 * HOUR)
    log.now = NOON + HOUR
    assert logins(log_tenant)[TODAY] == {}
    run_daily(log_tenant, TODAY + 2 * DAY)
    assert logins(log_tenant)[TODAY] == {"B2C_1_signin": 1}
    run_daily(log_tenant, TODAY + 4 * DAY)
    assert logins(log_tenant)[TODAY] == {"B2C_1_signin": 1}


def test_only_documented_filters_are_used(log_tenant: LogTenant, log: LogService) -> None:
    """The service, and `ge` and `le` on the time; pages are followed as they are linked."""
    log.page = 3
    log.record(*(entry(number, NOON - HOUR) for number in range(10)))
    assert logins(log_tenant)[TODAY] == {"B2C_1_signin": 10}
    form = r"loggedByService eq 'B2C' and activityDateTime ge [-\dT:]+Z and activityDateTime le [-\dT:]+Z"
    assert all(re.fullmatch(form, text) for text in log.filters)
    assert {path.partition("?")[0] for path in log.received} == {PATH}


def test_reports_share_what_was_read(log_tenant: LogTenant, log: LogService) -> None:
    """A second report does not read the log again, and a run a little later reads what is new."""
    log.record(entry(1, NOON - HOUR))
    logins(log_tenant)
    number = len(log.received)
    log_tenant.daily(DailyMfaRequests)
    log_tenant.active_users()
    assert len(log.received) == number
    log.now += timedelta(minutes=30)
    log.record(entry(2, log.now - timedelta(minutes=1)))
    assert logins(log_tenant)[TODAY] == {"B2C_1_signin": 2}
    assert len(log.received) == number + 1


def test_a_failed_run_continues(log_tenant: LogTenant, log: LogService) -> None:
    """What was read before the failure is not read again, and nothing is counted twice."""
    log.page = 5
    log.record(*(entry(number, NOON - number * HOUR) for number in range(100)))
    log.refuse = lambda number: (400, {}) if number > 12 else None
    with pytest.raises(Failure):
        logins(log_tenant)
    read = [path for path in log.received if "skiptoken" not in path]
    log.refuse = lambda number: None
    found = logins(log_tenant.restarted())
    again = [path for path in log.received[13:] if path in read]
    assert sum(sum((counts or {}).values()) for counts in found.values()) == 100
    assert len(again) == 0


def test_a_missing_permission_is_named(log_tenant: LogTenant, log: LogService) -> None:
    """With the command that grants it."""
    log.refuse = lambda number: (403, {"error": {"code": "Authentication_MSGraphPermissionMissing", "message": "no"}})
    with pytest.raises(Rejected, match=r"AuditLog\.Read\.All and Directory\.Read\.All .* az ad app permission add"):
        logins(log_tenant)


def test_throttling_is_transient(log_tenant: LogTenant, log: LogService) -> None:
    """The run fails and is repeated later."""
    log.refuse = lambda number: (429, {"error": {"code": "TooManyRequests", "message": "Too many requests."}})
    with pytest.raises(Transient):
        logins(log_tenant)


def test_a_busy_log_is_read_in_slices(log_tenant: LogTenant, log: LogService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run ends after some pages and says how far it is; the next runs continue."""
    monkeypatch.setattr("exporter.apis.b2c.graph.audit_log.PAGES_PER_RUN", 10)
    log.page = 2
    log.record(*(entry(number, NOON - number * HOUR) for number in range(160)))
    logins(log_tenant)
    assert any(text.startswith("audit log: read up to 2026-11-1") for text in log_tenant.warnings)
    runs = 1
    while any(text.startswith("audit log: read up to") for text in log_tenant.warnings):
        log.now += timedelta(minutes=6)
        found = logins(log_tenant)
        runs += 1
    assert runs > 5
    assert found[TODAY] == {"B2C_1_signin": 13}
    assert found[TODAY - 6 * DAY] == {"B2C_1_signin": 24}


def test_a_large_tenant_fits_the_limit(log_tenant: LogTenant, log: LogService) -> None:
    """The plan that `check-config` prints is an upper bound, and far below what is allowed."""
    assert users_requests(1_000_000) == 1_002
    assert audit_requests(1_000_000, 2 * HOUR) < 3_000 < 24 * 60 * PER_MINUTE / 10
    log.page = 10
    log.record(*(entry(number, NOON - 2 * DAY + number * timedelta(minutes=6)) for number in range(240 * 6)))
    while log.now < NOON + 2 * DAY:
        logins(log_tenant)
        log.now += 2 * HOUR
    before = len(log.received)
    while log.now < NOON + 3 * DAY:
        logins(log_tenant)
        log.now += 2 * HOUR
    assert 24 * 2 <= len(log.received) - before <= audit_requests(240, 2 * HOUR, page=10)


def test_a_page_that_is_cut_off_is_not_quoted(log_tenant: LogTenant, log: LogService) -> None:
    """Its entries are about users."""
    log.refuse = lambda number: (200, b'{"value":[{"id":"B2C_AB1CD_1","targetResources":[{"id":"uuuu-anna"')
    with pytest.raises(Malformed, match="audit log: ") as caught:
        logins(log_tenant)
    assert "B2C_" not in str(caught.value)
    assert "anna" not in str(caught.value)
