"""The usage reports of the directory."""

from datetime import date, timedelta
from typing import Any

import pytest
import requests

from exporter.simulator import Simulator

from .conftest import NOON, PARTNER_CENTER, Browser, Clock

TODAY = NOON.date()
REPORTS = (
    "tenantUserCount", "b2cAuthenticationCountSummary", "b2cAuthenticationCount",
    "b2cMfaRequestCountSummary", "b2cMfaRequestCount",
)  # fmt: skip


def ask(browser: Browser, report: str, filtered: str | None = None, **more: str) -> requests.Response:
    query = {"api-version": "beta", **({"$filter": filtered} if filtered else {}), **more}
    return browser.get(f"/{browser.sim.world.b2c.tenant}/reports/{report}", browser.program_token(), params=query)


def rows(browser: Browser, report: str, filtered: str | None = None) -> list[dict[str, Any]]:
    answer = ask(browser, report, filtered)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


def error_code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["odata.error"]["code"]


@pytest.mark.parametrize("report", REPORTS)
def test_every_report_answers_an_odata_object(browser: Browser, report: str) -> None:
    """A report has a context, rows, and Azure AD Graph's content type."""
    answer = ask(browser, report)
    assert answer.json()["@odata.context"].endswith(f"/reports/$metadata#{report}")
    assert "application/json;odata=minimalmetadata;charset=utf-8" == answer.headers["Content-Type"]


def test_daily_rows_are_the_worlds_for_thirty_days(browser: Browser) -> None:
    """Without a filter a report is about thirty days, today included, and its parts sum to its total."""
    world = browser.sim.world.b2c
    found = rows(browser, "b2cAuthenticationCountSummary")
    days = [TODAY - timedelta(days=back) for back in reversed(range(30))]
    assert [f"{day}T00:00:00Z" for day in days] == [row["Date"] for row in found]
    assert [world.authentications(day) for day in days] == [row["AuthFlowTypeBreakDown"] for row in found]
    assert [sum(row["AuthFlowTypeBreakDown"].values()) for row in found] == [
        row["AuthenticationCount"] for row in found
    ]


def test_users_are_counted_by_provider(browser: Browser) -> None:
    """The total is local, directory and alternate users, and it grows."""
    found = rows(browser, "tenantUserCount")
    for row in found:
        assert row["TotalUserCount"] == row["LocalUserCount"] + row["OtherUserCount"] + row["AlternateIdUserCount"]
        assert row["AlternateIdUserCount"] == sum(row["AlternateIdUserBreakDown"].values())
    totals = [row["TotalUserCount"] for row in found]
    assert sorted(set(totals)) == totals
    assert browser.sim.world.b2c.users(TODAY - timedelta(days=1)).total == totals[-1]


def test_the_single_row_sums_the_days(browser: Browser) -> None:
    """A count report has one row, from the first activity to the newest update."""
    world = browser.sim.world.b2c
    [row] = rows(browser, "b2cMfaRequestCount", "TimeStamp gt 2026-11-14 and TimeStamp lt 2026-11-17")
    expected = sum(sum(world.mfa_requests(date(2026, 11, day)).values()) for day in (15, 16))
    assert expected == row["MfaCount"] == sum(row["MfaTypeBreakDown"].values())
    assert ("2026-11-15T", "2026-11-16T23:") == (row["StartTimeStamp"][:11], row["EndTimeStamp"][:14])


@pytest.mark.parametrize(
    ("filtered", "expected"),
    [
        ("TimeStamp gt 2026-11-14", [15, 16, 17, 18]),
        ("TimeStamp ge 2026-11-17", [17, 18]),
        ("TimeStamp ge 2026-11-01 and TimeStamp le 2026-11-03", [1, 2, 3]),
        ("TimeStamp gt 2026-11-01 and TimeStamp lt 2026-11-03", [2]),
        ("TimeStamp eq 2026-11-05", [5]),
        ("TimeStamp gt 2026-12-05", []),
    ],
)
def test_filters_choose_days(browser: Browser, filtered: str, expected: list[int]) -> None:
    """A bare day stands for its midnight, and comparisons mean what they say."""
    found = rows(browser, "b2cAuthenticationCountSummary", filtered)
    assert expected == [int(row["Date"][8:10]) for row in found]


def test_an_application_has_rows_of_its_own(browser: Browser) -> None:
    """Applications sum to the tenant; one that nobody knows has no rows, which is no failure."""
    world = browser.sim.world.b2c
    window = " and TimeStamp gt 2026-11-01"
    by_application = [
        rows(browser, "b2cAuthenticationCount", f"ApplicationId eq {one.id}{window}") for one in world.applications
    ]
    [whole] = rows(browser, "b2cAuthenticationCount", window[5:])
    parts = [row["AuthenticationCount"] for found in by_application for row in found]
    assert whole["AuthenticationCount"] - len(parts) * 90 < sum(parts) <= whole["AuthenticationCount"]
    unknown = "ApplicationId eq ada78934-a6da-4e69-b816-10de0d79db1d"
    assert [] == rows(browser, "b2cAuthenticationCount", unknown)
    assert [] == rows(browser, "b2cMfaRequestCountSummary", unknown)


@pytest.mark.parametrize(
    "filtered",
    [
        "TimeStamp gt '2026-11-14'", "TimeStamp gt datetime'2026-11-14'", "TimeStamp gt 2026-11-14T00:00:00Z",
        "TimeStamp ne 2026-11-14", "timestamp gt 2026-11-14", "TimeStamp gt 2026-11-14 or TimeStamp lt 2026-11-10",
        "(TimeStamp gt 2026-11-14)", "TimeStamp gt 2026-02-30", "ApplicationId gt ada78934-a6da-4e69-b816-10de0d79db1d",
        "ApplicationId eq web", "Date gt 2026-11-14", "nonsense",
    ],
)  # fmt: skip
def test_other_filters_are_refused(browser: Browser, filtered: str) -> None:
    """What the documentation never shows is an unsupported query."""
    assert (400, "Request_UnsupportedQuery") == error_code(ask(browser, "b2cAuthenticationCount", filtered))


def test_users_know_no_applications(browser: Browser) -> None:
    """The user count has no application to filter by."""
    filtered = f"ApplicationId eq {browser.sim.world.b2c.applications[0].id}"
    assert (400, "Request_UnsupportedQuery") == error_code(ask(browser, "tenantUserCount", filtered))


def test_names_and_versions_are_exact(browser: Browser) -> None:
    """Report names are case-sensitive, the version is beta, unknown query options are refused."""
    token, root = browser.program_token(), f"/{browser.sim.world.b2c.tenant}/reports"
    answers = {
        "/tenantusercount?api-version=beta": (404, "Request_ResourceNotFound"),
        "/tenantUserCount": (400, "Request_DataContractVersionMissing"),
        "/tenantUserCount?api-version=1.6": (400, "Request_DataContractVersionMissing"),
        "/tenantUserCount?api-version=beta&$orderby=Date": (400, "Request_UnsupportedQuery"),
        "/tenantUserCount?api-version=beta&$top=x": (400, "Request_BadRequest"),
        "/tenantUserCount?api-version=beta&$skiptoken=X'zz'": (400, "Request_BadRequest"),
    }
    assert answers == {path: error_code(browser.get(root + path, token)) for path in answers}


def test_tokens_are_checked(browser: Browser, clock: Clock) -> None:
    """A missing, foreign, expired or misdirected token is refused with the documented code."""
    path = f"/{browser.sim.world.b2c.tenant}/reports/tenantUserCount?api-version=beta"
    token, foreign = browser.program_token(), browser.program_token(PARTNER_CENTER)
    malformed = (401, "Authentication_MissingOrMalformed")
    assert malformed == error_code(browser.get(path))
    assert malformed == error_code(browser.get(path, "not.a.token"))
    assert malformed == error_code(browser.get(path, foreign))
    elsewhere = path.replace("pedalwerkekunden", "nobody")
    assert (404, "Request_ResourceNotFound") == error_code(browser.get(elsewhere, token))
    other_tenant = browser.exchange(scope="https://graph.windows.net/.default").json()["access_token"]
    assert (403, "Authorization_RequestDenied") == error_code(browser.get(path, other_tenant))
    clock.now += timedelta(hours=1)
    assert (401, "Authentication_ExpiredToken") == error_code(browser.get(path, token))


@pytest.mark.parametrize("envelope", ["@odata", "odata"])
@pytest.mark.parametrize("kind", ["absolute", "relative"])
@pytest.mark.parametrize("with_version", [True, False])
def test_pages_are_linked_in_every_spelling(browser: Browser, envelope: Any, kind: Any, with_version: bool) -> None:
    """Following the links, with the version added where it lacks, gives all rows once."""
    switches = browser.sim.switches
    whole = rows(browser, "tenantUserCount", "TimeStamp gt 2026-11-01")
    switches.b2c_envelope, switches.b2c_next_link, switches.b2c_page_size = envelope, kind, 7
    switches.b2c_next_link_api_version = with_version
    token, found = browser.program_token(), []
    url = f"{browser.sim.url}/{browser.sim.world.b2c.tenant}/reports/tenantUserCount"
    url += "?api-version=beta&$filter=TimeStamp+gt+2026-11-01"
    while url:
        page = browser.get(url, token).json()
        found += page["value"]
        url = page.get(f"{envelope}.nextLink", "")
        assert with_version == ("api-version=beta" in url) or not url
        if url and not with_version:
            url += "&api-version=beta"
        if url and kind == "relative":
            url = f"{browser.sim.url}/{browser.sim.world.b2c.tenant}/{url}"
    assert whole == found


def test_time_stamps_have_three_forms(browser: Browser) -> None:
    """Z, an offset or nothing, with up to seven fraction digits."""
    stamps = []
    for zone, digits in (("Z", 0), ("+00:00", 7), ("", 3)):
        browser.sim.switches.b2c_time_zone, browser.sim.switches.b2c_fraction_digits = zone, digits  # type: ignore[assignment]
        stamps.append(rows(browser, "tenantUserCount", "TimeStamp eq 2026-11-05")[0]["TimeStamp"])
    assert ["2026-11-05T00:00:00Z", "2026-11-05T00:00:00.0000000+00:00", "2026-11-05T00:00:00.000"] == stamps


def test_the_newest_row_is_small_and_grows(browser: Browser, clock: Clock) -> None:
    """Today begins with an empty map and grows by the hour, while yesterday stays."""
    counts = []
    for hour in (0, 8, 16, 23):
        clock.now = NOON.replace(hour=hour)
        newest = rows(browser, "b2cAuthenticationCountSummary")[-1]
        counts.append(newest["AuthenticationCount"])
        if not hour:
            assert {} == newest["AuthFlowTypeBreakDown"]
    assert sorted(set(counts)) == counts
    clock.now = NOON + timedelta(days=1)
    assert rows(browser, "b2cAuthenticationCountSummary")[-2]["AuthenticationCount"] > counts[-1]


@pytest.mark.parametrize("late", [0, 1, 2])
def test_users_are_known_up_to_a_late_day(browser: Browser, late: int) -> None:
    """The user count is refreshed every 24 to 48 hours, so its newest row lies back by days, and other reports' not."""
    browser.sim.switches.b2c_users_late_days = late
    assert f"{TODAY - timedelta(days=late)}T00:00:00Z" == rows(browser, "tenantUserCount")[-1]["TimeStamp"]
    assert f"{TODAY}T00:00:00Z" == rows(browser, "b2cAuthenticationCountSummary")[-1]["Date"]


def test_bounds_can_belong_to_the_answer(browser: Browser) -> None:
    """By switch, since the documentation does not say whether they do."""
    filtered = "TimeStamp gt 2026-11-14 and TimeStamp lt 2026-11-17"
    browser.sim.switches.b2c_bounds_included = True
    found = rows(browser, "b2cAuthenticationCountSummary", filtered)
    assert [14, 15, 16, 17] == [int(row["Date"][8:10]) for row in found]


def test_a_breakdown_can_be_empty_beside_a_total(browser: Browser) -> None:
    """By switch, some days state a total without its parts."""
    browser.sim.switches.b2c_empty_breakdown = True
    empty = [row for row in rows(browser, "tenantUserCount") if not row["AlternateIdUserBreakDown"]]
    assert 4 <= len(empty) <= 5
    assert all(row["AlternateIdUserCount"] for row in empty)


def test_a_blocked_program_is_told_so(browser: Browser) -> None:
    """The retired service's 403, in both error envelopes."""
    browser.sim.switches.b2c_blocked = True
    answer = ask(browser, "tenantUserCount")
    assert (403, "Authentication_Unauthorized") == error_code(answer)
    assert "Access blocked to AAD Graph API" in answer.json()["odata.error"]["message"]["value"]
    browser.sim.switches.b2c_error = "error"
    assert "Access blocked to AAD Graph API" in ask(browser, "tenantUserCount").json()["error"]["message"]


def test_the_same_seed_gives_the_same_directory(sim: Simulator) -> None:
    """Days gone by depend on the seed alone, not on when one looks."""
    later = Simulator(seed=7, clock=Clock(NOON + timedelta(days=400)))
    other = Simulator(seed=8, clock=Clock())
    day = TODAY - timedelta(days=3)
    assert sim.world.b2c.users(day) == later.world.b2c.users(day)
    assert sim.world.b2c.authentications(day) == later.world.b2c.authentications(day)
    assert sim.world.b2c.authentications(day) != other.world.b2c.authentications(day)
