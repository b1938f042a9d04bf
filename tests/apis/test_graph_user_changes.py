"""Users counted by what has changed, where the tenant lists changes; and what is stored about users."""

from datetime import timedelta
from pathlib import Path

import pytest

from exporter.errors import Malformed, Transient
from exporter.simulator import Simulator
from tests.apis.b2c_tenant import USERS as USER_COUNT
from tests.apis.b2c_tenant import Tenant, by
from tests.apis.graph_tenant import (
    DATABASE,
    DELTA,
    TENANT,
    UNSUPPORTED,
    USERS,
    Fields,
    GraphTenant,
    local,
    social,
    user,
)
from tests.harness import Answer, CannedService

DAY = timedelta(days=1)
GONE = Answer({"error": {"code": "syncStateNotFound", "message": "Please perform a full synchronization."}}, 410)


@pytest.fixture
def tenant(canned: CannedService, tmp_path: Path) -> GraphTenant:
    """A tenant that is asked for changes."""
    return GraphTenant(canned, tmp_path, delta=True)


def removed(number: int, reason: str) -> Fields:
    return {"id": local(number)["id"], "@removed": {"reason": reason}}


def changed(number: int, **fields: object) -> Fields:
    return {"id": local(number)["id"], **fields}


def test_a_tenant_that_lists_no_changes_is_asked_again_after_a_week(tenant: GraphTenant, canned: CannedService) -> None:
    canned.answer(DELTA, UNSUPPORTED)
    tenant.pages(USERS, [local(1)])
    for _ in range(9):
        assert {"local": 1} == tenant.today()
        tenant = tenant.restarted()
        tenant.advance(DAY)
    assert [DELTA, *[USERS] * 7, DELTA, USERS, USERS] == tenant.requested


def test_changes_are_applied_to_the_last_count(tenant: GraphTenant) -> None:
    """New users, removed users of both kinds, other providers, and entries without what has not changed."""
    tenant.pages(DELTA, [local(1), social(2), social(3)], [user(4, ("emailAddress", TENANT)), local(5)], delta="first")
    assert {"local": 3, "facebook.com": 2} == tenant.today()
    tenant.advance(DAY)
    tenant.pages(
        f"{DELTA}/first",
        [
            removed(1, "deleted"),
            removed(2, "changed"),
            changed(3),
            changed(4, userType="Guest"),
            social(6, "google.com"),
        ],
        [changed(5, identities=[{"signInType": "federated", "issuer": "google.com"}]), removed(9, "deleted")],
        delta="second",
    )
    assert {"facebook.com": 1, "google.com": 2, "guest": 1} == tenant.restarted().today()
    tenant.advance(DAY)
    tenant.pages(f"{DELTA}/first/second", [changed(4, userType="Member"), changed(6), social(6), changed(6)], delta="x")
    assert {"facebook.com": 2, "google.com": 1, "local": 1} == tenant.restarted().today()
    assert USERS not in tenant.requested


@pytest.mark.parametrize("answer", [GONE, Answer(status=400), Answer(status=404)])
def test_an_expired_link_to_changes_starts_over(tenant: GraphTenant, canned: CannedService, answer: Answer) -> None:
    tenant.pages(DELTA, [local(1), local(2)], delta="first")
    tenant.rows()
    tenant.advance(DAY)
    canned.answer(f"{DELTA}/first", answer)
    tenant.pages(DELTA, [local(2), social(3)], delta="second")
    assert {"local": 1, "facebook.com": 1} == tenant.restarted().today()
    assert [DELTA, f"{DELTA}/first", DELTA] == tenant.requested


def test_an_interrupted_list_of_changes_continues(tenant: GraphTenant, canned: CannedService) -> None:
    """A resumed link that has expired leads back to the link to the changes, whose changes may be applied twice."""
    tenant.pages(DELTA, [local(1)], delta="first")
    tenant.rows()
    tenant.advance(DAY)
    tenant.pages(f"{DELTA}/first", [local(2), removed(1, "deleted")], [social(3)], delta="second")
    good = canned.answers[f"{DELTA}/first/2"]
    canned.answer(f"{DELTA}/first/2", Answer(status=503))
    with pytest.raises(Transient):
        tenant.rows()
    canned.answer(f"{DELTA}/first/2", GONE, *good)
    canned.received.clear()
    again = tenant.restarted()
    assert {"local": 1, "facebook.com": 1} == again.today()
    assert [f"{DELTA}/first/2", f"{DELTA}/first", f"{DELTA}/first/2"] == again.requested


def test_changes_that_expire_in_the_middle_fall_back_to_all_users(tenant: GraphTenant, canned: CannedService) -> None:
    """The tenant does list changes, so they are asked for again on the next day."""
    tenant.pages(DELTA, [local(1)], [], delta="first")
    canned.answer(f"{DELTA}/2", GONE)
    tenant.pages(USERS, [local(1), local(2)])
    assert {"local": 2} == tenant.today()
    tenant.advance(DAY)
    tenant.pages(DELTA, [local(1)], delta="first")
    assert {"local": 1} == tenant.today()


def test_a_last_page_without_a_link_to_changes_is_malformed(tenant: GraphTenant) -> None:
    tenant.pages(DELTA, [local(1)])
    with pytest.raises(Malformed, match="no link to later ones"):
        tenant.rows()


def test_changes_that_remove_everyone_are_no_count(tenant: GraphTenant) -> None:
    tenant.pages(DELTA, [local(1)], delta="first")
    tenant.rows()
    tenant.advance(DAY)
    tenant.pages(f"{DELTA}/first", [removed(1, "deleted")], delta="second")
    with pytest.raises(Malformed, match="no user at all"):
        tenant.rows()
    tenant.pages(DELTA, [local(1), local(2)], delta="first")
    assert {"local": 2} == tenant.today()


@pytest.mark.parametrize("delta", [True, False])
def test_nothing_personal_is_stored(canned: CannedService, tmp_path: Path, delta: bool) -> None:
    """Neither ids nor addresses, before and after a count; without changes not even hashes, after it."""
    tenant = GraphTenant(canned, tmp_path, delta=delta)
    path = DELTA if delta else USERS
    tenant.pages(path, [local(1), social(2)], [social(3, "person3@mail.example")], delta="first" if delta else "")
    good = canned.answers[f"{path}/2"]
    canned.answer(f"{path}/2", Answer(status=503))
    with pytest.raises(Transient):
        tenant.rows()
    stored = content(tmp_path)
    canned.answers[f"{path}/2"] = good
    assert {"local": 1, "facebook.com": 1, "other": 1} == tenant.today()
    with tenant.counts.transaction() as connection:
        (hashes,) = connection.execute("SELECT count(*) FROM user").fetchone()
    assert (3 if delta else 0) == hashes
    tenant.counts.close()
    for found in (stored, content(tmp_path)):
        assert b"facebook.com" in found
        for personal in (b"person", b"eeee0002", b"mail.example"):
            assert personal not in found.lower()


def test_nothing_personal_is_published(
    simulator: Simulator, canned: CannedService, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither metrics, stored files, warnings nor logs of an account name a user."""
    settings = (
        'source: microsoft_graph, resource: "https://graph.windows.net", reports: {tenantUserCount: {every: 1h}},'
    )
    tenant = Tenant(simulator, canned, tmp_path, settings)
    canned.answer(DELTA, UNSUPPORTED)
    issuer = "https://idp.example/eeee0002-0000-4000-8000-000000000005/person6@mail.example"
    users = [local(1), social(2), social(3, "person3@mail.example"), {**local(4), "identities": "person4"}]
    users += [social(5, issuer), {**local(6), "id": None, "creationType": "person6"}]
    canned.answer(USERS, Answer({"value": users[:5]}), Answer({"value": users}))
    assert tenant.run(USER_COUNT) is None
    expected = {"local": 1, "facebook.com": 1, "other": 1, "unattributed": 1, "https://idp.example/*/*": 1}
    assert expected == by(tenant.scrape(), "azure_b2c_users", "identity_provider")
    tenant.now += timedelta(hours=2)
    failure = tenant.failure(USER_COUNT)
    assert "malformed" == failure.reason
    surfaces = [str(failure), repr(failure), tenant.warnings(USER_COUNT), caplog.text, repr(tenant.scrape())]
    stored = b"".join(file.read_bytes() for file in (tmp_path / "storage").rglob("*") if file.is_file())
    for personal in ("person", "eeee0002", "mail.example"):
        assert [] == [text for text in (*surfaces, stored.decode("latin-1")) if personal in text]


def content(directory: Path) -> bytes:
    """The bytes of the database and its side files."""
    return b"".join(file.read_bytes() for file in directory.glob(f"{DATABASE}*"))
