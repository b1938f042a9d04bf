"""User insights of an External ID tenant, published as the usage reports of B2C are."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from exporter.simulator import Simulator
from tests.apis.b2c_tenant import LOGIN, LOGINS, MFA, SECOND, Tenant, by
from tests.apis.insights_tenant import (
    ACTIVE,
    CLUB,
    DAILY,
    MONTHLY,
    SHOP,
    Row,
    answer,
    attempts,
    days,
    insights,
    logins,
    row,
)
from tests.harness import Answer, CannedService, series


@pytest.fixture
def tenant(simulator: Simulator, canned: CannedService, tmp_path: Path) -> Tenant:
    return insights(simulator, canned, tmp_path)


def test_successful_authentications_count_by_flow(tenant: Tenant) -> None:
    """Sums over applications and countries, in one spelling; rows without a flow are in the total."""
    month = days(date(2026, 10, 21), date(2026, 11, 19))
    newest = [
        logins(month[-1], 5, authFlow="SIGNIN", country="UK"),
        logins(month[-1], 4, appid=CLUB, authFlow="signIn", os="WINDOWS"),
        row(month[-1], attemptsCount=9, successCount=3),
    ]
    answer(
        tenant, "authentications", [logins(day, 10) for day in month[:-1]], [*newest, logins(month[-2], 2, os="MacOs")]
    )
    assert tenant.run(LOGINS) is None
    assert "" == tenant.warnings(LOGINS)
    samples, name = tenant.scrape(), "azure_b2c_authentications"
    assert {"signIn": 9, "unattributed": 3} == by(samples, f"{name}_daily", "flow")
    assert {"signIn": 18 * 10 + 2 + 9, "unattributed": 3} == by(samples, f"{name}_month_to_date", "flow")
    assert {"signIn": 29 * 10 + 2 + 9, "unattributed": 3} == by(samples, f"{name}_trailing_30d", "flow")


def test_all_attempts_at_a_second_factor_count(tenant: Tenant) -> None:
    """A failed attempt is billed like any other."""
    span = days(date(2026, 10, 21), date(2026, 11, 19))
    rows = [attempts(day, 2) for day in span] + [attempts(day, 1, mfaMethod="PhoneAppNotification") for day in span]
    answer(tenant, "mfaCompletions", rows)
    assert tenant.run(MFA) is None
    expected = {"PhoneAppOTP": 60, "PhoneAppNotification": 30}
    assert expected == by(tenant.scrape(), "azure_b2c_mfa_requests_trailing_30d", "method")


def test_rows_with_the_same_id_and_content_are_different_parts(tenant: Tenant) -> None:
    """A documented sample repeats ids, and what differs between two rows may be missing in both."""
    span = days(date(2026, 10, 21), date(2026, 11, 19))
    rows = [logins(day, 1) for day in span]
    answer(tenant, "authentications", rows, [rows[-1], logins(span[-1], 1, country="DE")])
    assert tenant.run(LOGINS) is None
    assert {"SignIn": 3} == by(tenant.scrape(), "azure_b2c_authentications_daily", "flow")


def test_applications_are_summed_from_the_same_answer(tenant: Tenant) -> None:
    """Only the configured application, in any case of its id; the answer is shared by the reports of the account."""
    span = days(date(2026, 10, 21), date(2026, 11, 19))
    answer(
        tenant,
        "authentications",
        [logins(day, 3, appid=SHOP.upper()) for day in span],
        [logins(span[0], 5, appid=CLUB)],
    )
    answer(tenant, "mfaCompletions", [attempts(day, 1, appId=CLUB) for day in span])
    for report in (LOGINS, LOGIN, SECOND):
        assert tenant.run(report) is None
    samples, name = tenant.scrape(), "azure_b2c_application_authentications"
    assert [57] == list(series(samples, f"{name}_month_to_date", application="Shop", flow="SignIn").values())
    assert [90] == list(series(samples, f"{name}_trailing_30d", application="Shop", flow="SignIn").values())
    assert {} == series(samples, "azure_b2c_application_mfa_requests_month_to_date")
    assert "had no activity" in tenant.warnings(SECOND)
    assert 3 == len(tenant.canned.received)


def test_a_window_is_absent_until_it_is_known(tenant: Tenant) -> None:
    """A young tenant: neither the month nor 30 days, and when they will be; days without rows in between are zero."""
    answer(tenant, "authentications", [logins(date(2026, 11, 10), 3), logins(date(2026, 11, 19), 1)])
    assert tenant.run(LOGINS) is None
    samples, name = tenant.scrape(), "azure_b2c_authentications"
    assert {"SignIn": 1} == by(samples, f"{name}_daily", "flow")
    assert {} == series(samples, f"{name}_month_to_date") | series(samples, f"{name}_trailing_30d")
    text = "before 2026-11-10: the month to date is known from 2026-12-01, the last 30 days are known from 2026-12-10"
    assert text in tenant.warnings(LOGINS)


def test_a_month_of_31_days_is_known_from_stored_days(
    simulator: Simulator, canned: CannedService, tmp_path: Path
) -> None:
    """The report goes back 30 days; what it said before is still known after a restart, and may be corrected."""
    tenant = insights(simulator, canned, tmp_path)
    tenant.now = datetime(2026, 10, 15, 12, tzinfo=UTC)
    answer(tenant, "authentications", [logins(day, 1) for day in days(date(2026, 9, 15), date(2026, 10, 14))])
    assert tenant.run(LOGINS) is None
    tenant = insights(simulator, canned, tmp_path)
    tenant.now = datetime(2026, 11, 1, 1, tzinfo=UTC) - 2 * timedelta(hours=1)
    answer(tenant, "authentications", [logins(day, 2) for day in days(date(2026, 10, 2), date(2026, 10, 31))])
    assert tenant.run(LOGINS) is None
    assert {"SignIn": 61} == by(tenant.scrape(), "azure_b2c_authentications_month_to_date", "flow")


def test_a_day_with_a_row_that_cannot_be_read_is_not_known(tenant: Tenant) -> None:
    """A count that is missing, negative or too large is no zero."""
    span = days(date(2026, 10, 21), date(2026, 11, 19))
    bad = row(date(2026, 11, 5), appid=SHOP, attemptsCount=5, authFlow="SignIn")
    answer(tenant, "authentications", [logins(day, 1) for day in span], [bad, logins(date(2026, 11, 6), -1)])
    assert tenant.run(LOGINS) is None
    samples, name = tenant.scrape(), "azure_b2c_authentications"
    assert {"SignIn": 1} == by(samples, f"{name}_daily", "flow")
    assert {} == series(samples, f"{name}_month_to_date") | series(samples, f"{name}_trailing_30d")
    assert "a row of 2026-11-05 is skipped" in tenant.warnings(LOGINS)


UNDATED = [{}, {"factDate": None}, {"factDate": "yesterday"}, {"factDate": 20261119}]


@pytest.mark.parametrize("stated", UNDATED)
def test_nothing_but_a_row_without_a_date_is_malformed(tenant: Tenant, stated: Row) -> None:
    tenant.canned.answer(f"{DAILY}/authentications", Answer({"value": [{"successCount": 1, **stated}]}))
    assert "malformed" == tenant.failure(LOGINS).reason


@pytest.mark.parametrize("stated", UNDATED)
def test_a_row_without_a_date_makes_sums_unknown(tenant: Tenant, stated: Row) -> None:
    """It may be of any day. The daily value is published, the row is counted in each run, and nothing is stored."""
    span = days(date(2026, 10, 21), date(2026, 11, 19))
    rows = [logins(day, 1) for day in span]
    answer(tenant, "authentications", [*rows, {"successCount": 1, **stated}])
    for _ in range(2):
        assert tenant.run(LOGINS) is None
        samples, name = tenant.scrape(), "azure_b2c_authentications"
        assert {"SignIn": 1} == by(samples, f"{name}_daily", "flow")
        assert {} == series(samples, f"{name}_month_to_date") | series(samples, f"{name}_trailing_30d")
        assert "a row without a date is skipped" in tenant.warnings(LOGINS)
        assert 1 == tenant.collection(LOGINS).dropped
    assert tenant.run(LOGIN) is None
    assert {} == series(tenant.scrape(), "azure_b2c_application_authentications_month_to_date")
    assert "no figures for this month: a row without a date may be of one of its days" in tenant.warnings(LOGIN)
    tenant.now += timedelta(hours=2)
    answer(tenant, "authentications", rows)
    assert tenant.run(LOGINS) is None
    assert {"SignIn": 30} == by(tenant.scrape(), "azure_b2c_authentications_trailing_30d", "flow")


def test_the_newest_day_is_complete_unless_it_is_today(tenant: Tenant) -> None:
    """Only days that are over are reported; a row of today still grows."""
    span = days(date(2026, 10, 21), date(2026, 11, 19))
    for newest, expected in ((date(2026, 11, 19), 19), (date(2026, 11, 20), 19)):
        rows = [logins(day, day.day) for day in dict.fromkeys([*span, newest])]
        answer(tenant, "authentications", rows)
        assert tenant.run(LOGINS) is None
        assert {"SignIn": expected} == by(tenant.scrape(), "azure_b2c_authentications_daily", "flow")
        tenant.now += timedelta(hours=2)


def test_a_b2c_tenant_is_sent_to_the_other_source(tenant: Tenant) -> None:
    """User insights are not served to B2C tenants, with a code that also means other things."""
    error = {
        "code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "message": "Neither tenant is B2C or tenant doesn't have premium license",
    }
    tenant.canned.answer(f"{DAILY}/authentications", Answer({"error": error}, 403))
    failure = tenant.failure(LOGINS)
    assert "forbidden" == failure.reason
    text = "(this tenant has no user insights: they exist for Entra External ID: for a B2C tenant set "
    text += "`source: microsoft_graph`)"
    assert str(failure).endswith(text)


def test_the_missing_permission_is_named(tenant: Tenant) -> None:
    error = {"code": "Authentication_MSGraphPermissionMissing", "message": "Calling principal lacks permissions"}
    tenant.canned.answer(f"{MONTHLY}/activeUsers", Answer({"error": error}, 403))
    text = str(tenant.failure(ACTIVE))
    assert "the application permission Insights-UserMetric.Read.All of Microsoft Graph" in text
    assert "--api-permissions 34cbd96c-d824-4755-90d3-1008ef47efc1=Role; " in text


def test_requests_are_spaced_out(simulator: Simulator, canned: CannedService, tmp_path: Path) -> None:
    """No more than 5 in 10 s, pages included."""
    tenant = insights(simulator, canned, tmp_path)
    answer(tenant, "authentications", *[[logins(date(2026, 11, 19), number)] for number in range(1, 7)])
    assert tenant.run(LOGINS) is None
    assert 6 == len(canned.received)
    assert sum(tenant.stopped.waits) > 10


def test_a_flow_that_may_be_about_a_user_is_no_label(tenant: Tenant) -> None:
    """An answer is a claim; the authentications are in the total."""
    flows = ["SignIn", "anna@mail.example", SHOP, "+49 171 0000001", "x1" * 12]
    answer(tenant, "authentications", [logins(date(2026, 11, 19), 1, authFlow=flow) for flow in flows])
    assert tenant.run(LOGINS) is None
    assert {"SignIn": 1, "unattributed": 4} == by(tenant.scrape(), "azure_b2c_authentications_daily", "flow")
