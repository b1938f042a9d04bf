"""The user objects of the customer directories."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from exporter.simulator import Simulator
from exporter.simulator.world import B2cSize, World

from .conftest import AAD_GRAPH, NOON, Browser, Clock
from .graph import ask, error, pages, rows, token

USERS = "/v1.0/users"
SELECT = "id,identities,creationType,userType"
DENIED = (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


@pytest.fixture(scope="module")
def small_clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def small_tenant(small_clock: Clock) -> Iterator[Simulator]:
    with Simulator(seed=7, clock=small_clock, b2c_size=B2cSize(users=0.05)) as sim:
        yield sim


@pytest.fixture
def small(small_tenant: Simulator, small_clock: Clock) -> Browser:
    """A tenant of 800 users, which allows changes to be enumerated."""
    small_clock.now = NOON
    small_tenant.switches.graph_delta, small_tenant.switches.graph_delta_lost = True, False
    return Browser(small_tenant)


def provider(user: dict[str, Any], domain: str) -> str:
    """The one provider of a user, by an own reading of the identities."""
    identities = [one for one in user["identities"] if one["signInType"] != "userPrincipalName"]
    names = {"local" if one["issuer"] == domain else one["issuer"] for one in identities}
    return "multiple" if len(names) > 1 else next(iter(names), "none")


def test_users_count_once_and_sum_to_the_old_report(browser: Browser) -> None:
    """The ledger has each user once; users of two providers are among the local and federated ones of old."""
    tenant = browser.sim.world.b2c
    found = rows(browser, USERS, select=SELECT, top=999)
    assert len(found) == len({user["id"] for user in found}) == tenant.users(NOON.date()).total
    counted = Counter(provider(user, tenant.tenant) for user in found)
    assert tenant.directory.providers(NOON) == counted
    old, none_of_old = (
        tenant.users(NOON.date()),
        {"none", "ExternalAzureAD", "https://login.radverband.example/members/v2.0"},
    )
    assert old.directory == sum(counted[name] for name in none_of_old)
    local = [
        user
        for user in found
        if any(
            one["issuer"] == tenant.tenant and one["signInType"] != "userPrincipalName" for one in user["identities"]
        )
    ]
    assert old.local == len(local)


def test_identities_have_every_form(browser: Browser) -> None:
    """Local ones of several types, federated ones, guests without a name, users without any identity."""
    found = rows(browser, USERS, select=SELECT, top=999)
    kinds = {one["signInType"] for user in found for one in user["identities"]}
    assert kinds == {
        "emailAddress",
        "emailAddress1",
        "userName",
        "phoneNumber",
        "loyaltyId",
        "federated",
        "userPrincipalName",
    }
    assert {user["creationType"] for user in found} == {"LocalAccount", "nameCoexistence", "Invitation", None}
    assert {user["userType"] for user in found} == {"Member", "Guest", None}
    assert any(not user["identities"] for user in found)
    assert any(one["issuerAssignedId"] is None for user in found for one in user["identities"])


def test_pages_have_the_documented_sizes(browser: Browser) -> None:
    """100 by default, 999 at most; the next link is absolute and repeats the query."""
    first = ask(browser, USERS).json()
    assert 100 == len(first["value"])
    assert {"id", "displayName", "mail", "mobilePhone", "userPrincipalName"} == set(first["value"][0])
    [*_, last] = listed = list(pages(browser, USERS, select="id,identities", top=999))
    assert {999} == {len(page["value"]) for page in listed[:-1]}
    assert "@odata.nextLink" not in last
    assert listed[0]["@odata.nextLink"].startswith(
        f"{browser.sim.url}/v1.0/users?$select=id%2Cidentities&$top=999&$skiptoken="
    )
    assert 400 == ask(browser, USERS, top=1000).status_code
    assert 400 == browser.get(f"{USERS}?$skiptoken=abc", token(browser)).status_code


@pytest.mark.parametrize("query", [{"count": "true"}, {"search": '"mail:a"'}])
def test_there_are_no_advanced_queries(browser: Browser, query: dict[str, Any]) -> None:
    """Customer directories refuse them, whatever the header says."""
    name = f"${next(iter(query))}"
    assert (400, "Request_BadRequest", f"{name} is not currently supported.") == error(ask(browser, USERS, **query))


def test_other_queries_are_refused(browser: Browser) -> None:
    """A path that counts, operators, unknown properties and paths."""
    assert "Request_BadRequest" == error(ask(browser, f"{USERS}/$count"))[1]
    assert "Request_BadRequest" == error(ask(browser, USERS, filter="userType ne 'Guest'"))[1]
    assert "Request_UnsupportedQuery" == error(ask(browser, USERS, orderby="id"))[1]
    assert "BadRequest" == error(ask(browser, USERS, select="shoeSize"))[1]
    assert "BadRequest" == error(ask(browser, "/v1.0/riders"))[1]


def test_tokens_and_permissions_are_checked(browser: Browser, clock: Clock) -> None:
    """Audience, lifetime, tenant and role."""
    good = token(browser)
    assert (401, "InvalidAuthenticationToken") == error(browser.get(USERS))[:2]
    assert (401, "InvalidAuthenticationToken") == error(browser.get(USERS, "not.a.token"))[:2]
    assert (401, "InvalidAuthenticationToken") == error(browser.get(USERS, token(browser, AAD_GRAPH)))[:2]
    partner = browser.exchange(scope="https://graph.microsoft.com/.default").json()["access_token"]
    assert DENIED == error(browser.get(USERS, partner))
    browser.sim.switches.graph_roles -= {"User.Read.All"}
    assert DENIED == error(browser.get(USERS, good))
    clock.now += timedelta(hours=1)
    assert "expired" in error(browser.get(USERS, good))[2]


def test_resource_units_are_limited_by_switch(browser: Browser, clock: Clock) -> None:
    """A request takes two, one with a selection; the answer says how long to wait."""
    browser.sim.switches.graph_resource_units = 3
    units: tuple[dict[str, Any], ...] = ({}, {"select": "id"}, {})
    assert [200, 200, 429] == [ask(browser, USERS, **query).status_code for query in units]
    refused = ask(browser, USERS, select="id")
    assert 429 == refused.status_code
    assert refused.headers["x-ms-throttle-scope"].startswith("Tenant_Application/")
    assert "ResourceUnitLimitExceeded" == refused.headers["x-ms-throttle-information"]
    clock.now += timedelta(seconds=int(refused.headers["Retry-After"]))
    assert 200 == ask(browser, USERS).status_code


def test_the_quota_counts_objects(browser: Browser) -> None:
    """More than there are users; the beta version alone has it."""
    [row] = ask(browser, "/beta/organization", select="directorySizeQuota").json()["value"]
    assert browser.sim.world.b2c.users(NOON.date()).total < row["directorySizeQuota"]["used"] < 300_000
    assert 400 == ask(browser, "/v1.0/organization", select="directorySizeQuota").status_code
    browser.sim.switches.graph_roles -= {"Organization.Read.All"}
    assert DENIED == error(ask(browser, "/beta/organization"))


def test_delta_is_refused_by_default(browser: Browser) -> None:
    """A B2C tenant does not enumerate changes; an external one does."""
    text = "Change enumeration is not supported for requested tenant."
    assert (400, "Request_UnsupportedQuery", text) == error(ask(browser, f"{USERS}/delta", select="id,identities"))
    assert 200 == ask(browser, f"{USERS}/delta", external=True, select="id,identities").status_code


def test_delta_gives_all_users_and_then_changes(small: Browser, small_clock: Clock) -> None:
    """Whoever applies the changes has what a full list has; unchanged properties are absent."""
    [*_, last] = listed = list(pages(small, f"{USERS}/delta", select="id,identities,creationType", top=300))
    known = {row["id"]: row for page in listed for row in page["value"]}
    assert {row["id"]: row for row in rows(small, USERS, select="id,identities,creationType", top=999)} == known
    removed, partial = [], 0
    for _ in range(16):
        small_clock.now += timedelta(days=25)
        [*_, last] = listed = list(pages(small, last["@odata.deltaLink"]))
        for row in (row for page in listed for row in page["value"]):
            if "@removed" in row:
                removed.append(row["@removed"]["reason"])
                known.pop(row["id"], None)
            else:
                partial += "creationType" not in row
                known[row["id"]] = {**known.get(row["id"], {}), **row}
    assert {row["id"]: row for row in rows(small, USERS, select="id,identities,creationType", top=999)} == known
    assert {"changed", "deleted"} == set(removed)
    assert partial


def test_delta_state_can_be_lost(small: Browser, small_clock: Clock) -> None:
    """410, by switch or after a month: the client begins from the start."""
    link = list(pages(small, f"{USERS}/delta", select="id", top=999))[-1]["@odata.deltaLink"]
    small_clock.now += timedelta(days=1)
    small.sim.switches.graph_delta_lost = True
    assert (410, "syncStateNotFound") == error(ask(small, link))[:2]
    small.sim.switches.graph_delta_lost = False
    assert 200 == ask(small, link).status_code
    small_clock.now += timedelta(days=30)
    assert 410 == ask(small, link).status_code
    assert 400 == ask(small, f"{USERS}/delta?$deltatoken=made-up").status_code


def test_users_appear_and_vanish() -> None:
    """By the clock alone, the same for the same instant."""
    directory = World(7, Clock()).b2c.directory
    before, after = ({person.id for _, person in directory.persons(at)} for at in (NOON - timedelta(days=90), NOON))
    assert before - after
    assert after - before
    assert after == {person.id for _, person in World(7, Clock()).b2c.directory.persons(NOON)}


def test_a_large_tenant_is_made_when_it_is_read() -> None:
    """A million users, of whom a page in the middle costs no more than the first."""
    directory = World(7, Clock(), B2cSize(users=70)).b2c.directory
    assert sum(directory.counts(NOON).values()) > 1_000_000
    position, person = next(directory.persons(NOON, 900_000))
    assert position >= 900_000
    assert directory.identities(person)
