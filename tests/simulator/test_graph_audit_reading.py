"""How the audit log is read: filters, pages, limits, and entries that are late, repeated or out of order."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from .conftest import NOON, Browser, Clock
from .graph import AUDIT_LOG, B2C_ENTRIES, ask, error, pages, rows, token

TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)


def test_the_log_has_seven_days(browser: Browser) -> None:
    """What is older is gone, whatever the filter says; a year ago there is nothing, and no error."""
    browser.sim.switches.audit_order = "oldest"
    page = next(pages(browser, AUDIT_LOG, filter="activityDateTime ge 2026-01-01T00:00:00Z", top=1))
    oldest = datetime.fromisoformat(page["value"][0]["activityDateTime"])
    assert timedelta() <= oldest - (NOON - timedelta(days=7)) < timedelta(minutes=5)
    assert [] == rows(browser, AUDIT_LOG, filter="activityDateTime le 2025-11-01T00:00:00Z")


def test_pages_are_one_list(browser: Browser, clock: Clock) -> None:
    """Of any size, in both orders, also while time passes and entries come in."""
    chosen = f"{B2C_ENTRIES} and activityDateTime ge {TODAY}T11:00:00Z"
    whole = rows(browser, AUDIT_LOG, filter=chosen)
    times = [one["activityDateTime"] for one in whole]
    assert sorted(times, reverse=True) == times
    found: list[dict[str, Any]] = []
    for page in pages(browser, AUDIT_LOG, filter=chosen, top=37):
        found += page["value"]
        clock.now += timedelta(seconds=20)
    clock.now = NOON
    assert whole == found
    assert whole[::-1] == rows(browser, AUDIT_LOG, filter=chosen, orderby="activityDateTime asc", top=50)
    link = next(pages(browser, AUDIT_LOG, filter=chosen, top=5))["@odata.nextLink"]
    assert link.startswith(f"{browser.sim.url}{AUDIT_LOG}?$filter=loggedByService%20eq%20%27B2C%27")


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("category eq 'Other'", lambda one: one["category"] == "Other"),
        ("result eq 'failure' and category eq 'authentication'",
         lambda one: one["result"] == "failure" and one["category"] == "Authentication"),
        ("startswith(activityDisplayName,'issue an') or activityDisplayName eq 'Exchange token'",
         lambda one: one["activityDisplayName"].lower().startswith(("issue an", "exchange token"))),
        ("(result eq 'failure' or category eq 'Other') and loggedByService eq 'B2C'",
         lambda one: one["result"] == "failure" or one["category"] == "Other"),
        ("activityDateTime gt 2026-11-18T11:00:00.1234567Z and activityDateTime le 2026-11-18T11:20:00Z",
         lambda one: "2026-11-18T11:00:00.1234567Z" < one["activityDateTime"] <= "2026-11-18T11:20:00Z"),
    ],
)  # fmt: skip
def test_filters_choose_entries(browser: Browser, chosen: str, expected: Any) -> None:
    """Comparisons, and, or, parentheses; the case of texts does not count."""
    recent = f" and activityDateTime ge {TODAY}T10:00:00Z"
    everything = rows(browser, AUDIT_LOG, filter=f"startswith(category,''){recent}")
    assert [one for one in everything if expected(one)] == rows(browser, AUDIT_LOG, filter=f"({chosen}){recent}")


def test_the_case_can_count(browser: Browser) -> None:
    """By switch: entries in another case are not found."""
    chosen = f"activityDisplayName eq 'Exchange token' and activityDateTime ge {TODAY}T00:00:00Z"
    folded = len(rows(browser, AUDIT_LOG, filter=chosen))
    browser.sim.switches.audit_filter_case = True
    assert 0 < len(rows(browser, AUDIT_LOG, filter=chosen)) < folded


@pytest.mark.parametrize(
    "chosen",
    [
        "nonsense", "category ne 'Other'", "category eq Other", "contains(category,'O')", "category eq 'Other' and",
        "(category eq 'Other'", "activityDateTime lt 2026-11-18T00:00:00Z", "activityDateTime ge 'x'",
        "activityDateTime ge 2026-02-30T00:00:00Z", "id eq 'B2C_1'", "category eq 'Other') or (result eq 'x'", "'",
    ],
)  # fmt: skip
def test_other_filters_are_refused(browser: Browser, chosen: str) -> None:
    """What the pages do not list."""
    assert (400, "BadRequest") == error(ask(browser, AUDIT_LOG, filter=chosen))[:2]


def test_other_options_are_refused(browser: Browser) -> None:
    """Page sizes, orders and tokens."""
    for query in ({"top": 1001}, {"top": 0}, {"orderby": "category"}, {"skiptoken": "abc"}, {"expand": "x"}):
        options: dict[str, Any] = query
        assert 400 == ask(browser, AUDIT_LOG, **options).status_code


@pytest.mark.parametrize("role", ["AuditLog.Read.All", "Directory.Read.All"])
def test_the_missing_permission_is_named(browser: Browser, role: str) -> None:
    """In the text of the refusal."""
    browser.sim.switches.graph_roles -= {role}
    text = f"Calling principal does not have required MSGraph permissions {role}"
    assert (403, "Authentication_MSGraphPermissionMissing", text) == error(ask(browser, AUDIT_LOG))


def test_five_requests_in_ten_seconds_by_switch(browser: Browser, clock: Clock) -> None:
    """The sixth is refused and says how long to wait; another tenant's application has a limit of its own."""
    browser.sim.switches.graph_report_limit = True
    answers = [ask(browser, AUDIT_LOG, top=1) for _ in range(6)]
    assert [200] * 5 + [429] == [answer.status_code for answer in answers]
    assert 200 == ask(browser, AUDIT_LOG, external=True).status_code
    clock.now += timedelta(seconds=int(answers[-1].headers["Retry-After"]))
    assert 200 == ask(browser, AUDIT_LOG, top=1).status_code


def test_an_external_tenant_has_no_such_entries(browser: Browser) -> None:
    """The list is empty."""
    assert [] == rows(browser, AUDIT_LOG, external=True, filter=B2C_ENTRIES)


def test_entries_can_arrive_late(browser: Browser, clock: Clock) -> None:
    """Hours after their time: a list that was read early lacks them, a later one has them all."""
    chosen = f"{B2C_ENTRIES} and activityDateTime le {TODAY}T12:00:00Z and activityDateTime ge {TODAY}T06:00:00Z"
    punctual = rows(browser, AUDIT_LOG, filter=chosen)
    browser.sim.switches.audit_late_hours = 5
    clock.now = NOON
    early = rows(browser, AUDIT_LOG, filter=chosen)
    clock.now = NOON + timedelta(hours=5)
    assert len(early) < len(punctual)
    assert punctual == rows(browser, AUDIT_LOG, filter=chosen)


@pytest.mark.parametrize("spelling", ["same", "respelled"])
def test_entries_can_be_listed_twice(browser: Browser, spelling: Any) -> None:
    """With one id; the second one can be spelled in another case."""
    chosen = f"{B2C_ENTRIES} and activityDateTime ge {TODAY}T08:00:00Z"
    once = {one["id"]: one for one in rows(browser, AUDIT_LOG, filter=chosen)}
    browser.sim.switches.audit_duplicates = spelling
    twice = rows(browser, AUDIT_LOG, filter=chosen, top=50)
    assert len(once) < len(twice) < 1.3 * len(once)
    assert set(once) == {one["id"] for one in twice}
    others = [one for one in twice if one != once[one["id"]]]
    assert (spelling == "respelled") == bool(others)
    assert all(str(one).lower() == str(once[one["id"]]).lower() for one in others)


def test_entries_can_be_out_of_order(browser: Browser) -> None:
    """The same ones, shuffled within an hour."""
    chosen = f"{B2C_ENTRIES} and activityDateTime ge {YESTERDAY}T08:10:00Z and activityDateTime le {TODAY}T07:05:00Z"
    sorted_ids = [one["id"] for one in rows(browser, AUDIT_LOG, filter=chosen)]
    browser.sim.switches.audit_order = "shuffled"
    shuffled = [one["id"] for one in rows(browser, AUDIT_LOG, filter=chosen, top=300)]
    assert sorted_ids != shuffled
    assert sorted_ids[::-1] != shuffled
    assert sorted(sorted_ids) == sorted(shuffled)


def test_tokens_of_pages_are_opaque_and_checked(browser: Browser) -> None:
    """A token of another list, or one that was changed, is refused."""
    users = browser.get("/v1.0/users?$top=5", token(browser)).json()["@odata.nextLink"].partition("$skiptoken=")[2]
    assert 400 == browser.get(f"{AUDIT_LOG}?$skiptoken={users}", token(browser)).status_code
