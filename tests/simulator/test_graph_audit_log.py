"""The audit log of the B2C tenant, and the ledger of what it is about."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from exporter.simulator.world import B2cSize, World
from exporter.simulator.world.audit_log import minute_of

from .conftest import NOON, Browser, Clock
from .graph import AUDIT_LOG, B2C_ENTRIES, rows

TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)
ISSUED = (
    "issue an authorization code to the application",
    "issue an id_token to the application",
    "issue an access token to the application",
    "exchange token",
)
PERSONAL = ("ClientIpAddress", "PhoneNumber", "Email", "LocalAccountUsername")
PHONE = {"send sms to verify phone number": "SmsMfa", "make phone call to verify phone number": "VoiceMfa"}


@pytest.fixture(scope="module")
def world() -> World:
    return World(7, Clock())


def within(day: date, more: str = "") -> str:
    """A filter for the entries around a day: a sign-in can begin before midnight and end after it."""
    first, last = day - timedelta(days=1), day + timedelta(days=1)
    return f"{B2C_ENTRIES} and activityDateTime ge {first}T23:55:00Z and activityDateTime le {last}T00:05:00Z{more}"


def details(entry: dict[str, Any]) -> dict[str, str]:
    return {one["key"]: one["value"] for one in entry["additionalDetails"]}


def day_of(entry: dict[str, Any]) -> date:
    return date.fromisoformat(entry["activityDateTime"][:10])


def sign_ins(entries: list[dict[str, Any]]) -> Counter[tuple[date, str, str]]:
    """Sign-ins by day, application and policy, where events of one sign-in share their correlation id."""
    events: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        if entry["result"] == "success" and entry["activityDisplayName"].lower() in ISSUED:
            events[entry["correlationId"]].append(entry)
    first = [min(found, key=lambda entry: str(entry["activityDateTime"])) for found in events.values()]
    return Counter((day_of(one), details(one)["ApplicationId"], details(one)["PolicyId"].lower()) for one in first)


def test_sign_ins_are_those_of_the_ledger(browser: Browser) -> None:
    """Several events each, counted once; by day, application and policy, whose case differs."""
    browser.sim.switches.audit_correlation = "sign_in"
    entries = rows(browser, AUDIT_LOG, filter=within(YESTERDAY))
    counted = {key: count for key, count in sign_ins(entries).items() if key[0] == YESTERDAY}
    ledger = browser.sim.world.b2c.ledger
    assert counted == ledger.sign_ins_by(
        lambda one: (one.day, one.application, one.policy.lower()), YESTERDAY, YESTERDAY
    )
    issued = [one for one in entries if one["activityDisplayName"].lower() in ISSUED]
    assert len(issued) > 1.5 * sum(counted.values())


def test_second_factors_are_those_of_the_ledger(browser: Browser) -> None:
    """Failed attempts are billed; codes by e-mail and authenticator apps are none."""
    names = " or ".join(f"activityDisplayName eq '{name}'" for name in PHONE)
    entries = rows(browser, AUDIT_LOG, filter=within(YESTERDAY, f" and ({names})"), top=999)
    counted = Counter(PHONE[one["activityDisplayName"].lower()] for one in entries if day_of(one) == YESTERDAY)
    assert counted == browser.sim.world.b2c.ledger.mfa_attempts_by(lambda one: one.kind, YESTERDAY, YESTERDAY)
    assert {"success", "failure"} == {one["result"] for one in entries}
    assert all("PhoneNumber" in details(one) for one in entries)


def test_the_ledger_agrees_with_the_old_reports(world: World) -> None:
    """By day, application, flow and method; today's by full hours."""
    tenant, hour = world.b2c, NOON.replace(minute=0)
    for day in (date(2026, 11, 1), YESTERDAY, TODAY):
        for application in tenant.applications:
            by_flow = tenant.ledger.sign_ins_by(lambda one: (one.application, one.kind), day, day, hour)
            of_this = {flow: count for (name, flow), count in by_flow.items() if name == application.id}
            assert tenant.authentications(day, application.id) == of_this
        assert tenant.mfa_requests(day) == tenant.ledger.mfa_attempts_by(lambda one: one.kind, day, day, hour)
    assert sum(tenant.ledger.users().values()) == tenant.users(TODAY).total


def test_active_users_are_those_whom_the_log_names(browser: Browser) -> None:
    """Successful events that issue something; a user of several days is one of the month."""
    browser.sim.switches.audit_correlation = "sign_in"
    entries = rows(browser, AUDIT_LOG, filter=within(YESTERDAY))
    found = {
        one["targetResources"][0]["id"]
        for one in entries
        if one["result"] == "success" and one["activityDisplayName"].lower() in ISSUED and one["targetResources"]
        if day_of(one) == YESTERDAY
    }
    ledger = browser.sim.world.b2c.ledger
    # Who redeems a code after midnight has signed in before it.
    assert len(found - ledger.active_user_ids(YESTERDAY, YESTERDAY)) < 3
    assert ledger.active_user_ids(YESTERDAY, YESTERDAY) <= found
    week = [YESTERDAY - timedelta(days=back) for back in range(7)]
    assert ledger.active_users(week[-1], YESTERDAY) < sum(ledger.active_users(day, day) for day in week)


def test_entries_have_the_documented_shape(browser: Browser) -> None:
    """Names, categories, seven fraction digits, applications in the initiator, users in the targets."""
    entries = rows(browser, AUDIT_LOG, filter=f"activityDateTime ge {YESTERDAY}T00:00:00Z")
    one = next(one for one in entries if one["activityDisplayName"] == "Issue an id_token to the application")
    assert set(one) == {
        "id", "category", "correlationId", "result", "resultReason", "activityDisplayName", "activityDateTime",
        "loggedByService", "operationType", "initiatedBy", "targetResources", "additionalDetails",
    }  # fmt: skip
    assert one["initiatedBy"]["app"]["servicePrincipalName"] == details(one)["ApplicationId"]
    assert {"TenantId", "PolicyId", "ApplicationId", "Client", "ClientIpAddress"} <= set(details(one))
    assert {"Authentication", "Other", "UserManagement"} == {one["category"] for one in entries}
    assert {"B2C", "Core Directory"} == {one["loggedByService"] for one in entries}
    assert {28} == {len(one["activityDateTime"]) for one in entries}
    assert len(entries) == len({one["id"] for one in entries})
    assert any(not one["targetResources"] for one in entries if one["activityDisplayName"].lower() in ISSUED)
    assert any(one["activityDisplayName"][0].islower() for one in entries)


def test_entries_are_about_persons(browser: Browser) -> None:
    """Whoever searches for what must not be shown has all of it."""
    personal = browser.sim.world.b2c.audit_log.personal_data(NOON - timedelta(hours=2), NOON)
    found = {
        value
        for entry in rows(browser, AUDIT_LOG, filter=f"activityDateTime ge {TODAY}T10:31:00Z")
        for value in (
            *(target["id"] for target in entry["targetResources"]),
            *(details(entry)[key] for key in PERSONAL if key in details(entry)),
        )
    }
    assert found <= personal
    assert {"@mail.example", "+49"} <= {mark for mark in ("@mail.example", "+49") for text in found if mark in text}


@pytest.mark.parametrize(("mode", "ids"), [("sign_in", 1), ("request", 2), ("event", 4)])
def test_events_are_correlated_in_three_ways(browser: Browser, mode: Any, ids: int) -> None:
    """The events of a code flow share one id, one for each request, or none."""
    chosen = f"{B2C_ENTRIES} and activityDateTime ge {TODAY}T00:00:00Z and startswith(activityDisplayName,'')"
    browser.sim.switches.audit_correlation = "sign_in"
    by_id: dict[str, list[str]] = defaultdict(list)
    for one in rows(browser, AUDIT_LOG, filter=chosen):
        if one["activityDisplayName"].lower() in ISSUED:
            by_id[one["correlationId"]].append(one["id"])
    group = set(next(found for found in by_id.values() if len(found) == 4))
    browser.sim.switches.audit_correlation = mode
    entries = [one for one in rows(browser, AUDIT_LOG, filter=chosen) if one["id"] in group]
    assert ids == len({one["correlationId"] for one in entries})


def test_sign_ins_lie_across_midnight(world: World) -> None:
    """Some begin on one day and end on the next; the ledger counts them on the first."""
    day = next(
        day
        for day in (date(2026, 11, 1) + timedelta(days=number) for number in range(400))
        if any(
            event.attempt.day < event.time.date()
            for event in world.b2c.audit_log.minute(minute_of(datetime(day.year, day.month, day.day, tzinfo=UTC)))
        )
    )
    assert day


def test_a_large_tenant_is_made_when_it_is_read() -> None:
    """200,000 sign-ins a day, by a million users: a minute of it takes no longer for being in the past."""
    tenant = World(7, Clock(), B2cSize(users=70, sign_ins=130)).b2c
    assert 200_000 < sum(tenant.ledger.sign_ins_by(lambda one: one.kind, YESTERDAY, YESTERDAY).values())
    assert len(tenant.audit_log.minute(minute_of(NOON - timedelta(days=6)))) > 300
