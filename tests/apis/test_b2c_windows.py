"""Windows of days: a figure is the sum of its days' rows, or absent with a reason."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from exporter.simulator import Simulator
from tests.apis import b2c_tenant as b2c
from tests.apis.b2c_tenant import LOGINS, MFA, Tenant, by, logins, mfa, span, users
from tests.harness import NOON, CannedService, series

TODAY = NOON.date()
ONE_DAY = timedelta(days=1)
NAME = "azure_b2c_authentications"
GROWTH = "azure_b2c_users_registered_trailing_10d"


@pytest.fixture
def tenant(simulator: Simulator, canned: CannedService, tmp_path: Path) -> Tenant:
    return Tenant(simulator, canned, tmp_path)


def sums(tenant: Tenant, name: str = NAME) -> dict[str, float | None]:
    samples = tenant.scrape()
    found = {window: series(samples, f"{name}_{window}") for window in ("daily", "month_to_date", "trailing_30d")}
    return {window: sum(values.values()) if values else None for window, values in found.items()}


def test_the_newest_day_is_incomplete_and_windows_begin_at_their_day(tenant: Tenant) -> None:
    """The daily value is the day before; the month begins on its first; thirty days end at the newest."""
    rows = [logins(day, 2 ** ((TODAY - day).days)) for day in span(TODAY, 45)]
    tenant.read(LOGINS, rows)
    assert {"daily": 2, "month_to_date": 2**20 - 1, "trailing_30d": 2**30 - 1} == sums(tenant)
    assert "" == tenant.warnings(LOGINS)


def test_late_rows_are_summed_over_thirty_days_that_were_requested(tenant: Tenant) -> None:
    """Three days late: the request reaches back far enough for 30 days before the newest row."""
    tenant.read(LOGINS, [logins(day, 1) for day in span(TODAY - 3 * ONE_DAY, 42)])
    assert {"daily": 1, "month_to_date": 17, "trailing_30d": 30} == sums(tenant)
    (requested,) = [path for path, _ in tenant.canned.received]
    assert "TimeStamp+gt+2026-10-06" in requested


def test_three_rows_from_the_second_of_a_month_are_summed(tenant: Tenant) -> None:
    """In the form of the published samples: the days without a row had no activity."""
    rows = [
        logins("2016-10-02T00:00:00Z", 431, {"implicit": 300, "confclient-authcode": 131}),
        logins("2016-10-03T00:00:00Z", 512, {"implicit": 312, "hybrid": 200}),
        logins("2016-10-04T00:00:00Z", 7, {"implicit": 7}),
    ]
    samples = tenant.read(LOGINS, rows, at=datetime(2016, 10, 5, 12, tzinfo=UTC))
    assert {"daily": 512, "month_to_date": 950, "trailing_30d": 950} == sums(tenant)
    assert {"implicit": 312, "hybrid": 200, "confclient-authcode": 0} == by(samples, f"{NAME}_daily", "flow")
    month = {"implicit": 619, "hybrid": 200, "confclient-authcode": 131}
    assert [month] * 2 == [by(samples, f"{NAME}_{window}", "flow") for window in ("month_to_date", "trailing_30d")]
    assert "" == tenant.warnings(LOGINS)


def test_days_without_a_row_are_days_without_activity(tenant: Tenant) -> None:
    """The windows are the sums of the rows there are; a daily value without a row is zero for the known flows."""
    absent = date(2026, 10, 25), date(2026, 11, 1), TODAY - ONE_DAY
    samples = tenant.read(LOGINS, [logins(day, 1) for day in span(TODAY, 45) if day not in absent])
    assert {"daily": 0, "month_to_date": 18, "trailing_30d": 27} == sums(tenant)
    assert {"a": 0} == by(samples, f"{NAME}_daily", "flow")
    assert "" == tenant.warnings(LOGINS)


def test_after_a_month_without_activity_thirty_days_end_at_the_newest_row(tenant: Tenant) -> None:
    """The newest row is the anchor; a single one is all that it needs."""
    tenant.read(LOGINS, [logins(TODAY - 25 * ONE_DAY, 4)])
    assert {"daily": 0, "month_to_date": None, "trailing_30d": 4} == sums(tenant)
    assert f"{LOGINS}: no figures for the month to date: no row since 2026-11-01" == tenant.warnings(LOGINS)


OF_ITS_DAY, OF_ANY_DAY = "the row of 2026-11-05 can't be used", "a row without a readable day may be one of its days"
BAD = [
    ({"AuthenticationCount": -1}, OF_ITS_DAY),
    ({"AuthenticationCount": 5, "AuthFlowTypeBreakDown": {"a": -1}}, OF_ITS_DAY),
    ({"AuthenticationCount": None, "AuthFlowTypeBreakDown": None}, OF_ITS_DAY),
    ({"Date": "20th of November"}, OF_ANY_DAY),
    ({"Date": "2026-11-05", "AuthenticationCount": "many"}, OF_ITS_DAY),
    ({"Date": None}, OF_ANY_DAY),
    ({"Date": 7}, OF_ANY_DAY),
    ({"Date": 20261105}, OF_ANY_DAY),
    ({"Date": {"day": 5}}, OF_ANY_DAY),
]


@pytest.mark.parametrize(("bad", "reason"), BAD, ids=str)
def test_one_bad_row_takes_no_independent_figure_along(tenant: Tenant, bad: dict[str, object], reason: str) -> None:
    """It is skipped, counted and named; only windows that it may belong to are absent."""
    rows = [logins(day, 1) for day in span(TODAY, 45)]
    rows[-16] |= bad
    samples = tenant.read(LOGINS, rows)
    assert {"daily": 1, "month_to_date": None, "trailing_30d": None} == sums(tenant)
    dropped = series(samples, "azure_billing_exporter_collector_dropped_records", collector=LOGINS)
    assert [1] == list(dropped.values())
    warnings = tenant.warnings(LOGINS)
    assert " is skipped: " in warnings
    for window in ("the month to date", "the last 30 days"):
        assert f"{LOGINS}: no figures for {window}: {reason}" in warnings


def test_an_unusable_row_leaves_the_windows_without_its_day(tenant: Tenant) -> None:
    """A day of the last month is in the 30 days alone."""
    rows = [logins(day, -1 if day == date(2026, 10, 25) else 1) for day in span(TODAY, 45)]
    tenant.read(LOGINS, rows)
    assert {"daily": 1, "month_to_date": 20, "trailing_30d": None} == sums(tenant)
    text = f"{LOGINS}: no figures for the last 30 days: the row of 2026-10-25 can't be used"
    assert text in tenant.warnings(LOGINS)


def test_a_daily_value_that_is_unusable_or_may_be_is_absent(tenant: Tenant) -> None:
    """The row of the day before the newest is unreadable, or its day is."""
    for bad in ({"AuthenticationCount": -1}, {"Date": "yesterday"}):
        rows = [logins(day, 1) for day in span(TODAY, 45)]
        rows[-2] |= bad
        tenant.read(LOGINS, rows)
        assert {"daily": None, "month_to_date": None, "trailing_30d": None} == sums(tenant)
        assert f"{LOGINS}: no figures for the daily value: " in tenant.warnings(LOGINS)


def test_a_row_without_a_readable_day_leaves_growth(tenant: Tenant) -> None:
    """Growth takes two rows and no sum."""
    rows = [users("2026-11-19", 9, 9, 0), users("2026-11-09", 1, 1, 0), users("soon", 5, 5, 0)]
    assert {"local": 8, "directory": 0} == by(tenant.read(b2c.USERS, rows), GROWTH, "identity_provider")


def test_a_day_with_another_row_that_can_be_used_is_known(tenant: Tenant) -> None:
    """The unreadable one is skipped."""
    tenant.read(LOGINS, [logins(day, 1) for day in span(TODAY, 45)] + [logins(TODAY - ONE_DAY, -1)])
    assert {"daily": 1, "month_to_date": 20, "trailing_30d": 30} == sums(tenant)


@pytest.mark.parametrize("zone", ["Z", "", "+02:00", "-08:00"])
def test_a_row_is_about_the_day_that_it_states(tenant: Tenant, zone: str) -> None:
    """Midnight of 1 November is November's in every offset."""
    tenant.read(LOGINS, [logins(f"{day}T00:00:00{zone}", 2 ** ((TODAY - day).days)) for day in span(TODAY, 45)])
    assert {"daily": 2, "month_to_date": 2**20 - 1, "trailing_30d": 2**30 - 1} == sums(tenant)


def test_a_row_of_tomorrows_date_is_not_of_this_month(tenant: Tenant) -> None:
    """In another offset the new month has begun; a row of the far future is dropped."""
    last = date(2026, 12, 1)
    rows = [logins(f"{day}T00:00:00+02:00", 1) for day in span(last, 45)] + [logins("2027-06-01", 1)]
    tenant.read(LOGINS, rows, at=datetime(2026, 11, 30, 23, tzinfo=UTC))
    assert {"daily": 1, "month_to_date": 30, "trailing_30d": 30} == sums(tenant)
    assert "the row of 2027-06-01 is skipped: that day is in the future" in tenant.warnings(LOGINS)


def test_before_the_first_row_of_a_month_there_is_no_month_to_date(tenant: Tenant) -> None:
    """And a warning gives the reason; the 30 days and the newest complete day are as before."""
    rows = [logins(day, 1) for day in span(date(2026, 11, 30), 45)]
    tenant.read(LOGINS, rows, at=datetime(2026, 12, 1, 0, 30, tzinfo=UTC))
    assert {"daily": 1, "month_to_date": None, "trailing_30d": 30} == sums(tenant)
    assert "no figures for the month to date: no row since 2026-12-01" in tenant.warnings(LOGINS)


def test_of_several_rows_of_a_day_the_newest_counts(tenant: Tenant) -> None:
    """One row per day is what the service documents, so a second one is not added."""
    rows = [logins(f"{day}T00:00:00Z", 1) for day in span(TODAY, 45)]
    newer = [logins("2026-11-19T12:00:00Z", 7), logins("2026-11-19T06:00:00Z", 5)]
    tenant.read(LOGINS, newer + rows)
    assert {"daily": 7, "month_to_date": 26, "trailing_30d": 36} == sums(tenant)
    assert f"{LOGINS}: 2026-11-19 has several rows" in tenant.warnings(LOGINS)


def test_a_stated_zero_is_zero(tenant: Tenant) -> None:
    """For every known method of the answer: the four-week mean then has that day."""
    counts = {TODAY: 3, TODAY - ONE_DAY: 0}
    rows = [mfa(day, counts.get(day, 2), {} if day in counts and not counts[day] else None) for day in span(TODAY, 45)]
    samples = tenant.read(MFA, rows)
    assert {"SmsMfa": 0} == by(samples, "azure_b2c_mfa_requests_daily", "method")
    assert {"SmsMfa": 39} == by(samples, "azure_b2c_mfa_requests_month_to_date", "method")


def test_nothing_but_zeros_is_zero(tenant: Tenant) -> None:
    """Without any known method there is still a series."""
    samples = tenant.read(MFA, [mfa(day, 0, {}) for day in span(TODAY, 45)])
    for window in ("daily", "month_to_date", "trailing_30d"):
        assert {"unattributed": 0} == by(samples, f"azure_b2c_mfa_requests_{window}", "method")


def test_a_flow_is_not_zero_where_it_may_be_in_the_rest(tenant: Tenant) -> None:
    """A total without its breakdown does not determine one flow."""
    rows = [logins(day, 5, {} if day == TODAY - ONE_DAY else {"a": 5}) for day in span(TODAY, 45)]
    assert {"unattributed": 5} == by(tenant.read(LOGINS, rows), f"{NAME}_daily", "flow")


def test_parts_beyond_the_total_leave_a_negative_rest(tenant: Tenant) -> None:
    """Sums stay the stated total, and the warning names the day."""
    rows = [logins(day, 5, {"a": 9} if day == date(2026, 11, 19) else {"a": 5}) for day in span(TODAY, 45)]
    samples = tenant.read(LOGINS, rows)
    assert {"a": 9, "unattributed": -4} == by(samples, f"{NAME}_daily", "flow")
    assert {"daily": 5, "month_to_date": 100, "trailing_30d": 150} == sums(tenant)
    text = "2026-11-19: the parts sum to 9, the stated total is 5; the difference is published as a negative"
    assert text in tenant.warnings(LOGINS)


def test_a_user_of_two_providers_is_counted_under_both(tenant: Tenant) -> None:
    """The run succeeds."""
    samples = tenant.read(b2c.USERS, [users("2026-11-19", 10, 4, 1, facebook_com=5, amazon_com=1)])
    assert {"local": 4, "directory": 1, "facebook_com": 5, "amazon_com": 1, "unattributed": -1} == by(
        samples, "azure_b2c_users", "identity_provider"
    )
    assert "2026-11-19: the parts sum to 11, the stated total is 10" in tenant.warnings(b2c.USERS)


def test_a_provider_is_never_taken_for_a_bucket(tenant: Tenant) -> None:
    """Keys that are spelled like the exporter's own values are prefixed with their kind; a blank one has a name."""
    names = {"local": 1, "unattributed": 2, "__other__": 3, "  ": 4, " x ": 5, "provider:local": 6}
    row = users("2026-11-19", 100, 70, 9) | {"AlternateIdUserBreakDown": names}
    assert {
        "local": 70, "directory": 9, "provider:local": 1, "provider:unattributed": 2, "provider:__other__": 3,
        "(empty)": 4, "x": 5, "provider:provider:local": 6,
    } == by(tenant.read(b2c.USERS, [row]), "azure_b2c_users", "identity_provider")  # fmt: skip


def test_growth_is_that_of_ten_days(tenant: Tenant) -> None:
    """Rows of other days, such as 25 days before, are not used."""
    samples = tenant.read(b2c.USERS, [users("2026-11-19", 9, 9, 0), users("2026-10-25", 1, 1, 0)])
    assert {} == series(samples, GROWTH)
    assert f"{b2c.USERS}: no growth over ten days: no row of 2026-11-09" == tenant.warnings(b2c.USERS)


def test_a_row_without_counts_is_no_newest_row(tenant: Tenant) -> None:
    """It does not mean that no user is left."""
    rows = [users("2026-11-19", None), users("2026-11-18", 125, 125), users("2026-11-09", 121, 121)]
    rows[0]["AlternateIdUserBreakDown"] = None
    samples = tenant.read(b2c.USERS, rows)
    assert {"local": 125} == by(samples, "azure_b2c_users", "identity_provider")
    assert {} == series(samples, GROWTH)


def test_without_totals_only_what_both_days_state_has_grown(tenant: Tenant) -> None:
    """A provider that only one of the days states is neither new nor removed."""
    rows = [users("2026-11-19", None, 7), users("2026-11-09", 9, 5, 1, facebook_com=3)]
    assert {"local": 2} == by(tenant.read(b2c.USERS, rows), GROWTH, "identity_provider")
