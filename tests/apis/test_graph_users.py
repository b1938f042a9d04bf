"""Users of a tenant through Microsoft Graph: each counts once, whatever is listed twice, interrupted or refused."""

from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from exporter.errors import Malformed, RateLimited, Rejected, Transient
from tests.apis.graph_tenant import DENIED, TENANT, USERS, GraphTenant, local, social, user
from tests.harness import NOON, Answer, CannedService

DAY = timedelta(days=1)


@pytest.fixture
def tenant(canned: CannedService, tmp_path: Path) -> GraphTenant:
    """A tenant that lists no changes."""
    return GraphTenant(canned, tmp_path)


def test_each_user_counts_for_one_part(tenant: GraphTenant) -> None:
    """Local sign-in types, the one provider in any spelling, several, a principal name alone, guests, no identity."""
    users = [
        local(1),
        user(2, ("userName", TENANT), ("emailAddress1", TENANT), created="LocalAccount"),
        user(3, ("phoneNumber", TENANT)),
        user(4, ("loyaltyId", TENANT.upper())),
        user(5, ("badge", None)),
        social(6, "facebook.com"),
        user(7, ("federated", "Facebook.com"), ("federated", "facebook.com ")),
        social(8, "https://login.example.org/tenant/v2.0/"),
        social(9, "https://login.example.org/tenant/v2.0"),
        user(10, ("federated", "google.com"), ("emailAddress", TENANT), created="LocalAccount"),
        user(11, ("federated", "google.com"), ("federated", "facebook.com")),
        user(12),
        user(13, ("federated", "ExternalAzureAD"), created="Invitation", kind="Guest"),
        {"id": "14", "creationType": "Invitation", "userType": None, "identities": []},
        {"id": "15", "creationType": "nameCoexistence", "userType": None, "identities": []},
        {"id": "16", "creationType": None, "userType": "Member", "identities": None},
        social(17, "+491700000017"),
        social(18, "person18@mail.example"),
        social(19, "local"),
        social(20, "multiple"),
        user(21, ("federated", None)),
    ]
    tenant.pages(USERS, users)
    expected = {
        "local": 6,
        "facebook.com": 2,
        "https://login.example.org/tenant/v2.0": 2,
        "multiple": 2,
        "directory": 1,
        "guest": 2,
        "other": 3,
        "provider:local": 1,
        "provider:multiple": 1,
        "(empty)": 1,
    }
    assert expected == tenant.today()
    assert len(users) == sum(expected.values())


def test_the_first_page_has_the_documented_query(tenant: GraphTenant) -> None:
    """Only what is counted is selected, with the largest pages; no query that B2C refuses."""
    tenant.pages(USERS, [local(1)])
    tenant.rows()
    (path, _), *others = tenant.canned.received
    assert [] == others
    assert {"$select": ["id,identities,creationType,userType,createdDateTime"], "$top": ["999"]} == parse_qs(
        urlsplit(path).query
    )


def test_a_user_who_is_listed_twice_counts_once(tenant: GraphTenant) -> None:
    """Pages shift while users are added, and an id has no case; the newest entry counts."""
    shouted = {**social(1), "id": str(local(1)["id"]).upper()}
    tenant.pages(USERS, [local(1), local(2)], [local(2), shouted], [local(3), local(3)])
    assert {"local": 2, "facebook.com": 1} == tenant.today()


def test_links_are_followed_as_they_are(tenant: GraphTenant) -> None:
    tenant.pages(USERS, [local(1)], [local(2)], [])
    assert {"local": 2} == tenant.today()
    assert f"{USERS}/2?$skiptoken=made-up" == tenant.canned.received[1][0]


def test_a_link_to_another_host_is_not_followed(tenant: GraphTenant) -> None:
    tenant.canned.answer(USERS, Answer({"value": [local(1)], "@odata.nextLink": "https://elsewhere.example/users"}))
    with pytest.raises(Malformed, match="leads away"):
        tenant.rows()


def test_users_are_counted_once_a_day(tenant: GraphTenant, canned: CannedService) -> None:
    """Two runs of a day read once; the runs of another day read again."""
    tenant.pages(USERS, [local(1)])
    tenant.rows()
    tenant.advance(timedelta(hours=11))
    assert {"local": 1} == tenant.restarted().today()
    assert 1 == len(canned.received)
    tenant.advance(timedelta(hours=2))
    tenant.pages(USERS, [local(1), local(2)])
    assert {date(2026, 11, 20): {"local": 1}, date(2026, 11, 21): {"local": 2}} == tenant.restarted().rows()
    assert 2 == len(canned.received)


def test_an_interval_of_its_own_counts_more_often(canned: CannedService, tmp_path: Path) -> None:
    tenant = GraphTenant(canned, tmp_path, every=timedelta(hours=3))
    tenant.pages(USERS, [local(1)])
    for _ in range(4):
        tenant.rows()
        tenant.advance(timedelta(hours=1, minutes=30))
    assert 2 == len(canned.received)


def test_the_growth_over_ten_days_is_announced_until_it_is_known(tenant: GraphTenant) -> None:
    """The day on which it will be known is stated, and a day without a count has no row."""
    tenant.pages(USERS, [local(1)])
    tenant.rows()
    assert "is known from 2026-11-30: " in tenant.run.warnings[0]
    tenant.advance(10 * DAY)
    assert [date(2026, 11, 20), date(2026, 11, 30)] == list(tenant.rows())
    assert [] == tenant.run.warnings


def test_an_interrupted_count_continues(tenant: GraphTenant, canned: CannedService) -> None:
    """After a kill the pages that were read are not read again, and the result is the same."""
    tenant.pages(USERS, [local(1), social(2)], [local(3)], [local(4)])
    good = canned.answers[f"{USERS}/3"]
    canned.answer(f"{USERS}/3", Answer(status=503))
    with pytest.raises(Transient):
        tenant.rows()
    canned.answers[f"{USERS}/3"] = good
    canned.received.clear()
    again = tenant.restarted()
    assert {"local": 3, "facebook.com": 1} == again.today()
    assert [f"{USERS}/3"] == again.requested


@pytest.mark.parametrize("status", [400, 404, 410])
def test_an_expired_link_starts_over(tenant: GraphTenant, canned: CannedService, status: int) -> None:
    """What was counted before is forgotten: a user who has vanished since then is not counted."""
    tenant.pages(USERS, [local(1), local(2)], [local(3)])
    canned.answer(f"{USERS}/2", Answer(status=503))
    with pytest.raises(Transient):
        tenant.rows()
    canned.answer(f"{USERS}/2", Answer(status=status), Answer({"value": [local(3)]}))
    canned.answer(USERS, Answer({"value": [local(2)], "@odata.nextLink": tenant.link(USERS, "2")}))
    assert {"local": 2} == tenant.restarted().today()


def test_an_old_interrupted_count_is_not_continued(tenant: GraphTenant, canned: CannedService) -> None:
    tenant.pages(USERS, [local(1), local(2)], [local(3)])
    canned.answer(f"{USERS}/2", Answer(status=503))
    with pytest.raises(Transient):
        tenant.rows()
    tenant.advance(DAY)
    tenant.pages(USERS, [local(1)])
    assert {"local": 1} == tenant.today()


def test_a_loop_of_links_is_an_error_and_not_continued(tenant: GraphTenant, canned: CannedService) -> None:
    tenant.canned.answer(USERS, Answer({"value": [local(1)], "@odata.nextLink": tenant.link(USERS, "2")}))
    tenant.canned.answer(f"{USERS}/2", Answer({"value": [local(2)], "@odata.nextLink": tenant.link(USERS, "2")}))
    for _ in range(2):
        with pytest.raises(Malformed, match="back to an earlier one"):
            tenant.rows()
    tenant.pages(USERS, [local(1)])
    assert {"local": 1} == tenant.today()


def test_throttling_is_waited_for_or_left_to_the_schedule(tenant: GraphTenant, canned: CannedService) -> None:
    """A short wait happens within the run; after a long one the count continues where it was."""
    tenant.pages(USERS, [local(1)], [local(2)])
    body = {"error": {"code": "TooManyRequests", "message": "Too many requests."}}
    good = canned.answers[f"{USERS}/2"]
    canned.answer(f"{USERS}/2", Answer(body, 429, {"Retry-After": "3"}), Answer(body, 429, {"Retry-After": "300"}))
    with pytest.raises(RateLimited) as raised:
        tenant.rows()
    assert 300 == raised.value.retry_after
    canned.answers[f"{USERS}/2"] = good
    assert {"local": 2} == tenant.today()
    assert [USERS, *[f"{USERS}/2"] * 3] == tenant.requested


def test_a_missing_permission_is_named_with_the_commands_that_grant_it(tenant: GraphTenant) -> None:
    tenant.canned.answer(USERS, DENIED)
    with pytest.raises(Rejected) as raised:
        tenant.rows()
    text = str(raised.value)
    assert "the application permission User.Read.All of Microsoft Graph" in text
    assert "az ad app permission add --id <client id> --api 00000003-0000-0000-c000-000000000000" in text
    assert text.endswith("az ad app permission admin-consent --id <client id>)")


@pytest.mark.parametrize(
    "body",
    [
        {"value": []},
        {"value": [{"identities": []}]},
        {"value": [{"id": "1", "identities": [{"issuer": 5}]}]},
        {"value": None},
        b"<html>sign in to the network</html>",
    ],
)
def test_an_answer_that_is_not_documented_is_no_count(tenant: GraphTenant, body: object) -> None:
    """No tenant is without users; nothing is stored as a count."""
    tenant.canned.answer(USERS, Answer(body))
    with pytest.raises(Malformed):
        tenant.rows()
    assert {} == tenant.counts.days("tenantUserCount", date(2026, 1, 1), NOON.date())


def test_more_providers_than_a_tenant_has_are_folded(tenant: GraphTenant) -> None:
    """Their number is bounded, whatever is listed; the sum stays."""
    tenant.pages(USERS, [social(number, f"idp{number}.example") for number in range(2_010)] + [local(9_999)])
    parts = tenant.today()
    assert 2_011 == sum(parts.values())
    assert (2_001, 11) == (len(parts), parts["__other__"])
