"""What entries of the audit log count as: authentications, multi-factor authentications, active users."""

import logging
from datetime import date, datetime, timedelta

import pytest

from exporter.apis.b2c.records import (
    AuthenticationsInPeriod,
    DailyMfaRequests,
    MfaRequestsInPeriod,
    Unreadable,
)
from exporter.model.collection import Run
from tests.apis.graph_log import (
    ACCESS,
    CALL,
    CODE,
    EXCHANGE,
    PORTAL,
    SHOP,
    SMS,
    TOKEN,
    LogService,
    LogTenant,
    entry,
    logins,
    run_daily,
)
from tests.harness import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY, YESTERDAY = NOON.date(), NOON.date() - DAY


def test_the_events_of_a_sign_in_are_one_authentication(log_tenant: LogTenant, log: LogService) -> None:
    """Whatever the flow of OAuth; a renewal is one too, and what a code is redeemed for counts, not the code."""
    log.record(
        *(
            entry(number, NOON - HOUR, activity, sign_in="one")
            for number, activity in enumerate((CODE, EXCHANGE, ACCESS, TOKEN))
        ),
        entry(10, NOON - HOUR, EXCHANGE, sign_in="renewal"),
        entry(11, NOON - HOUR, CODE, sign_in="given up"),
        entry(20, NOON - HOUR, CODE, sign_in="hybrid"),
        entry(21, NOON - HOUR, TOKEN, sign_in="hybrid"),
        entry(22, NOON - HOUR, EXCHANGE, sign_in="hybrid redeemed"),
        entry(23, NOON - HOUR, ACCESS, sign_in="hybrid redeemed"),
        entry(12, NOON - HOUR, TOKEN, sign_in="refused", result="failure"),
        entry(13, NOON - HOUR, "Validate local account credentials", sign_in="password"),
        entry(14, NOON - HOUR, "Issue a SAML assertion to the application", sign_in="saml"),
        entry(15, NOON - HOUR, ACCESS, sign_in="machine", user=None),
    )
    assert logins(log_tenant)[TODAY] == {"B2C_1_signin": 5}


def test_the_day_is_that_of_the_first_event(log_tenant: LogTenant, log: LogService) -> None:
    """Days are those of UTC; seven digits of a second are not rounded up to the next day."""
    midnight = datetime.combine(TODAY, datetime.min.time(), NOON.tzinfo)
    late = entry(3, midnight, sign_in="last moment")
    late["activityDateTime"] = f"{YESTERDAY}T23:59:59.9999999Z"
    log.record(
        entry(1, midnight - timedelta(seconds=1), CODE, sign_in="across"),
        entry(2, midnight + timedelta(seconds=1), EXCHANGE, sign_in="across"),
        late,
    )
    found = logins(log_tenant)
    assert (found[YESTERDAY], found[TODAY]) == ({"B2C_1_signin": 2}, {})


def test_spellings_are_one_flow(log_tenant: LogTenant, log: LogService) -> None:
    """Names of flows, activities, results and ids are compared without regard to case; the label is stable."""
    log.record(
        entry(1, NOON - 5 * HOUR, TOKEN.upper(), sign_in="ONE", flow="B2C_1A_SUSI", result="Success"),
        entry(2, NOON - 5 * HOUR, ACCESS.lower(), sign_in="one", flow="b2c_1a_susi"),
        entry(3, NOON - 4 * HOUR, flow="b2c_1a_susi"),
        entry(4, NOON - 3 * HOUR, flow="B2C_1A_SUSI"),
        entry(5, NOON - 3 * HOUR, flow=None),
    )
    assert logins(log_tenant)[TODAY] == {"B2C_1A_SUSI": 3, "(empty)": 1}
    log.now += 2 * DAY
    log.record(entry(6, log.now - HOUR, flow="b2c_1a_susi"))
    assert logins(log_tenant)[log.now.date()] == {"b2c_1a_susi": 1}


def test_each_attempt_counts(log_tenant: LogTenant, log: LogService) -> None:
    """Messages and calls, failed ones too; the same entry twice is one attempt, and other methods are not billed."""
    sms = entry(1, NOON - HOUR, SMS, sign_in="a")
    log.record(
        sms,
        sms,
        entry(2, NOON - HOUR, SMS, sign_in="a", result="failure"),
        entry(3, NOON - HOUR, CALL, sign_in="a"),
        entry(4, NOON - HOUR, "Verify phone number", sign_in="a"),
        entry(5, NOON - HOUR, "Generate one time password", sign_in="a"),
        entry(6, NOON - HOUR, "Verify one time password", sign_in="a"),
    )
    assert log_tenant.daily(DailyMfaRequests)[TODAY] == {"SmsMfa": 2, "VoiceMfa": 1}
    assert logins(log_tenant)[TODAY] == {}


def test_applications_are_counted_separately(log_tenant: LogTenant, log: LogService) -> None:
    """An application has the sum of its days; one without activity has no row."""
    log.record(
        entry(1, NOON - HOUR, application=SHOP.upper()),
        entry(2, NOON - DAY),
        entry(3, NOON - DAY, application=PORTAL),
        entry(4, NOON - DAY, SMS, application=PORTAL),
    )
    log.now = NOON + 40 * DAY
    start = LogTenant(log, log_tenant.file)
    log.now = NOON
    assert logins(start)[TODAY]
    after = TODAY - timedelta(days=6)

    def rows(kind: type[AuthenticationsInPeriod] | type[MfaRequestsInPeriod], application: str) -> list[object]:
        return [
            row if isinstance(row, Unreadable) else dict(row.parts())
            for row in start.reports.in_period(kind, application, after, Run(NOON))
        ]

    assert rows(AuthenticationsInPeriod, SHOP) == [{"B2C_1_signin": 2}]
    assert rows(AuthenticationsInPeriod, PORTAL.upper()) == [{"B2C_1_signin": 1}]
    assert rows(MfaRequestsInPeriod, PORTAL) == [{"SmsMfa": 1}]
    assert rows(MfaRequestsInPeriod, "00000000-0000-4000-8000-000000000000") == []


def test_active_users_are_distinct(log_tenant: LogTenant, log: LogService) -> None:
    """A user counts once in a month, whatever the spelling of the id."""
    log.now = datetime(2026, 11, 30, 12, tzinfo=NOON.tzinfo)
    logins(log_tenant)
    december = datetime(2026, 12, 1, tzinfo=NOON.tzinfo)
    for number in range(20):
        log.record(
            entry(
                number,
                december + number * DAY,
                user=f"user-{number % 3}".upper() if number % 2 else f"user-{number % 3}",
            )
        )
    log.record(entry(30, december - HOUR, user="november"), entry(31, december + HOUR, user="failed", result="failure"))
    run_daily(log_tenant, date(2026, 12, 20))
    assert log_tenant.active_users() == 3
    run_daily(log_tenant, date(2027, 1, 2))
    assert log_tenant.active_users() == 0


def test_a_code_that_is_redeemed_after_midnight_counts_on_its_day(log_tenant: LogTenant, log: LogService) -> None:
    """If the requests have two correlation ids, and the same user redeems it at once."""
    midnight = datetime.combine(TODAY, datetime.min.time(), NOON.tzinfo)
    for number, (user, seconds) in enumerate((("anna", 5), ("ben", 100), ("cleo", 5))):
        if user != "cleo":
            log.record(entry(number, midnight - timedelta(seconds=9), CODE, user=user))
        log.record(entry(10 + number, midnight + timedelta(seconds=seconds), EXCHANGE, user=user))
    found = logins(log_tenant)
    assert (found[YESTERDAY], found[TODAY]) == ({"B2C_1_signin": 1}, {"B2C_1_signin": 2})


def test_an_entry_that_cannot_be_read_makes_its_day_unknown(log_tenant: LogTenant, log: LogService) -> None:
    """The other days are counted, and the warning says which entry it is about."""
    broken = entry(1, NOON - DAY)
    broken["additionalDetails"] = "none"
    log.record(broken, entry(2, NOON - DAY), entry(3, NOON - HOUR))
    found = logins(log_tenant)
    assert (found[YESTERDAY], found[TODAY]) == (None, {"B2C_1_signin": 1})
    assert "an entry of 2026-11-19 in the audit log can't be read" in log_tenant.warnings[0]


def test_no_personal_data_is_stored_or_said(
    log_tenant: LogTenant, log: LogService, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in the database nor in logs and warnings: no user, address, number or IP address, and no entry's ids."""
    caplog.set_level(logging.DEBUG)
    broken = entry(7, NOON - DAY)
    broken["targetResources"] = [{"id": {"user": "uuuu-broken"}}]
    log.record(
        *(
            entry(number, NOON - number * HOUR, activity, user="anna")
            for number, activity in enumerate((TOKEN, SMS, CALL, CODE))
        ),
        broken,
    )
    logins(log_tenant)
    log_tenant.active_users()
    said = " ".join([caplog.text, *log_tenant.warnings]).encode()
    content = b"".join(file.read_bytes() for file in log_tenant.file.parent.iterdir())
    for text in (b"uuuu-", b"anna", b"+1555", b"203.0.113", b"mail.example", b"Mozilla", b"cccc0001", b"B2C_AB1CD"):
        assert text not in content
        assert text not in said
