"""The user insights of the External ID tenant."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import pytest

from .conftest import NOON, Browser, Clock
from .graph import ask, error, pages, rows

ROOT = "/beta/reports/userInsights"
YESTERDAY = NOON.date() - timedelta(days=1)
FIRST = YESTERDAY - timedelta(days=29)
NAMES = ("activeUsers", "authentications", "mfaCompletions", "signUps", "summary")


def report(browser: Browser, name: str, **query: Any) -> list[dict[str, Any]]:
    return rows(browser, f"{ROOT}/{name}", external=True, **query)


def test_daily_rows_sum_to_the_ledger(browser: Browser) -> None:
    """Authentications and second factors of thirty days, by day and application."""
    ledger = browser.sim.world.external_id.ledger
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in report(browser, "daily/authentications"):
        sums[row["factDate"], row["appid"]][0] += row["attemptsCount"]
        sums[row["factDate"], row["appid"]][1] += row["successCount"]
    expected = ledger.authentications_by(lambda cell: (f"{cell.day}", cell.application.id), FIRST, YESTERDAY)
    assert {key: tuple(found) for key, found in sums.items()} == expected
    attempts = sum(row["attemptsCount"] for row in report(browser, "daily/mfaCompletions"))
    assert attempts == ledger.mfa_by(lambda _: "", FIRST, YESTERDAY)[""][0]
    assert ledger.sign_ups(FIRST, YESTERDAY) == sum(row["count"] for row in report(browser, "daily/signUps"))


def test_the_summary_has_texts_and_calls(browser: Browser) -> None:
    """The requests of both methods, and the authentications again."""
    ledger = browser.sim.world.external_id.ledger
    found = report(browser, "daily/summary")
    by_method = ledger.mfa_by(lambda cell: cell.method, FIRST, YESTERDAY)
    for name, method in (("securityText", "SMS"), ("securityVoice", "Voice")):
        counts = sum(row[f"{name}Requests"] for row in found), sum(row[f"{name}Completions"] for row in found)
        assert by_method[method] == counts
    whole = ledger.authentications_by(lambda _: "", FIRST, YESTERDAY)[""]
    assert whole == tuple(sum(row[f"authentication{name}"] for row in found) for name in ("Requests", "Completions"))


def test_months_are_those_that_are_over(browser: Browser) -> None:
    """Twelve, on their first days; the current one by switch, until yesterday."""
    found = report(browser, "monthly/authentications")
    # The tenant is not older than a year and a half.
    assert {date(2025 + month // 12, month % 12 + 1, 1).isoformat() for month in range(10, 22)} == {
        row["factDate"] for row in found
    }
    ledger = browser.sim.world.external_id.ledger
    october = ledger.authentications_by(lambda _: "", date(2026, 10, 1), date(2026, 10, 31))[""][0]
    assert october == sum(row["attemptsCount"] for row in found if row["factDate"] == "2026-10-01")
    browser.sim.switches.insights_current_month = True
    november = ledger.authentications_by(lambda _: "", date(2026, 11, 1), YESTERDAY)[""][0]
    found = report(browser, "monthly/authentications")
    assert november == sum(row["attemptsCount"] for row in found if row["factDate"] == "2026-11-01")


def test_user_counts_are_those_of_the_directory(browser: Browser) -> None:
    """One row a day, whose language is null or missing."""
    tenant = browser.sim.world.external_id
    found = report(browser, "daily/userCount")
    assert {f"{YESTERDAY - timedelta(days=back)}" for back in range(30)} == {row["factDate"] for row in found}
    assert all(row["count"] == tenant.users(date.fromisoformat(row["factDate"])) for row in found)
    assert tenant.users(NOON.date()) == len(rows(browser, "/v1.0/users", external=True, top=999))
    assert {True, False} == {"language" in row for row in found}
    assert 400 == ask(browser, f"{ROOT}/monthly/userCount", external=True).status_code


def test_rows_have_their_quirks(browser: Browser) -> None:
    """Repeated ids, missing dimensions, no order, two spellings, one application id with a small d."""
    for name in NAMES:
        found = report(browser, f"daily/{name}")
        days = [row["factDate"] for row in found]
        assert sorted(days) != days
        assert sorted(days, reverse=True) != days
        assert max(Counter(row["id"] for row in found).values()) > 1
        assert all(row["@odata.type"].startswith("#microsoft.graph.") for row in found)
        assert {True, False} == {"os" in row for row in found}
        assert {True} == {("appid" if name == "authentications" else "appId") in row for row in found}
    systems = {row["os"] for row in report(browser, "daily/authentications") if "os" in row}
    assert {"MacOs", "MACOS", "Windows", "WINDOWS"} <= systems


def test_pages_follow_each_other(browser: Browser) -> None:
    """Whatever the page size; the next link has a token alone."""
    whole = report(browser, "daily/authentications", top=1000)
    browser.sim.switches.insights_page_size = 17
    listed = list(pages(browser, f"{ROOT}/daily/authentications", external=True))
    assert whole == [row for page in listed for row in page["value"]]
    assert listed[0]["@odata.nextLink"].startswith(f"{browser.sim.url}{ROOT}/daily/authentications?$skiptoken=")


def test_filters_are_for_the_documented_reports(browser: Browser) -> None:
    """By date and by the dimensions of the report; active users and user counts have none."""
    application = browser.sim.world.external_id.applications[0].id
    chosen = f"factDate ge 2026-11-10 and factDate le 2026-11-12 and appid eq '{application}'"
    found = report(browser, "daily/authentications", filter=chosen)
    assert found
    assert {"2026-11-10", "2026-11-11", "2026-11-12"} == {row["factDate"] for row in found}
    assert {application} == {row["appid"] for row in found}
    for name in ("activeUsers", "userCount"):
        refused = ask(browser, f"{ROOT}/daily/{name}", external=True, filter="factDate ge 2026-11-10")
        assert (400, "BadRequest") == error(refused)[:2]
    assert 400 == ask(browser, f"{ROOT}/daily/summary", external=True, filter="shoe eq 'x'").status_code


def test_a_b2c_tenant_is_refused(browser: Browser) -> None:
    """As a tenant without a premium licence."""
    text = "Neither tenant is B2C or tenant doesn't have premium license"
    code = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
    assert (403, code, text) == error(ask(browser, f"{ROOT}/daily/summary"))


def test_the_missing_permission_is_named(browser: Browser) -> None:
    """In the text of the refusal."""
    browser.sim.switches.graph_roles -= {"Insights-UserMetric.Read.All"}
    refused = error(ask(browser, f"{ROOT}/daily/summary", external=True))
    assert refused[1] == "Authentication_MSGraphPermissionMissing"
    assert refused[2].endswith("Insights-UserMetric.Read.All")


@pytest.mark.parametrize(
    "path", ["/v1.0/reports/userInsights/daily/summary", f"{ROOT}/weekly/summary", f"{ROOT}/daily/x"]
)
def test_other_paths_are_refused(browser: Browser, path: str) -> None:
    """The beta version alone has the reports."""
    assert (400, "BadRequest") == error(ask(browser, path, external=True))[:2]


def test_five_requests_in_ten_seconds_by_switch(browser: Browser, clock: Clock) -> None:
    """As for the audit log."""
    browser.sim.switches.graph_report_limit = True
    answers = [ask(browser, f"{ROOT}/daily/summary", external=True) for _ in range(6)]
    assert [200] * 5 + [429] == [answer.status_code for answer in answers]
    clock.now += timedelta(seconds=int(answers[-1].headers["Retry-After"]))
    assert 200 == ask(browser, f"{ROOT}/daily/summary", external=True).status_code
