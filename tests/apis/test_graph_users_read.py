"""Users of Microsoft Graph who can't be read, and those who registered recently."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from exporter.errors import Malformed, Transient
from exporter.model.collection import Run
from tests.apis.graph_tenant import DELTA, USERS, Fields, GraphTenant, local, social
from tests.harness import Answer, CannedService

DAY = timedelta(days=1)


@pytest.fixture
def tenant(canned: CannedService, tmp_path: Path) -> GraphTenant:
    """A tenant that lists no changes."""
    return GraphTenant(canned, tmp_path)


def test_a_user_who_cannot_be_read_hides_no_other(tenant: GraphTenant) -> None:
    """With an id the user counts, without a provider; without one the entry is dropped, in every run of the day."""
    users = [local(number) for number in range(1, 301)]
    bad = [{**local(301), "identities": [None]}, {**local(302), "id": None}, {**local(301), "createdDateTime": "soon"}]
    tenant.pages(USERS, users, [*bad, local(1)])
    for _ in range(2):
        assert {"local": 300, "unattributed": 1} == tenant.today()
        assert 1 == tenant.run.dropped
        assert "users: 1 users can't be read in full, and count as unattributed" in tenant.run.warnings
        assert any("1 entries of the list are skipped" in text for text in tenant.run.warnings)
    assert [USERS, f"{USERS}/2"] == tenant.requested


def test_many_users_who_cannot_be_read_are_no_count(tenant: GraphTenant) -> None:
    """More than one in a hundred: the answer is not what is documented."""
    tenant.pages(USERS, [local(number) for number in range(1, 200)], [{"id": None}, {}, {"id": "7", "userType": 1}])
    with pytest.raises(Malformed, match="3 of 202 users that Microsoft Graph lists can't be read"):
        tenant.rows()


def test_an_interrupted_count_remembers_what_it_dropped(tenant: GraphTenant, canned: CannedService) -> None:
    tenant.pages(USERS, [local(1), {"id": None}], [local(2)])
    good = canned.answers[f"{USERS}/2"]
    canned.answer(f"{USERS}/2", Answer(status=503))
    with pytest.raises(Transient):
        tenant.rows()
    canned.answers[f"{USERS}/2"] = good
    again = tenant.restarted()
    assert {"local": 2} == again.today()
    assert 1 == again.run.dropped


def created(fields: Fields, at: str | None) -> Fields:
    """The same user, created at `at`."""
    return {**fields, "createdDateTime": at}


def test_registrations_of_ten_days_are_known_from_the_first_count_on(tenant: GraphTenant) -> None:
    """By the day of creation; users of whom it is not known, such as those of before 2018, are old."""
    users = [
        created(local(1), "2026-11-20T11:59:00Z"),
        created(social(2), "2026-11-11T00:00:00Z"),
        created(social(3), "2026-11-10T23:59:59Z"),
        created(social(4), None),
        created(local(5), "0001-01-01T00:00:00Z"),
        local(6),
    ]
    tenant.pages(USERS, users)
    run = Run(tenant.now)
    (row,) = tenant.reader.rows(date(2026, 10, 1), run)
    assert {"local": 1, "facebook.com": 1} == row.registered
    assert [] == run.warnings
    (again,) = tenant.restarted().reader.rows(date(2026, 10, 1), run)
    assert row.registered == again.registered


def test_registrations_follow_the_changes(canned: CannedService, tmp_path: Path) -> None:
    """Who is new counts for ten days, and who is deleted no longer."""
    tenant = GraphTenant(canned, tmp_path, delta=True)
    old, new = "2026-01-01T00:00:00Z", "2026-11-19T00:00:00Z"
    tenant.pages(DELTA, [created(local(1), old), created(social(2), new), created(social(3), new)], delta="a")
    tenant.pages(f"{DELTA}/a", [{"id": social(3)["id"], "@removed": {}}, created(local(4), new)], delta="b")
    found = []
    for days in (0, 1, 9):
        tenant.advance(days * DAY)
        if days == 9:
            tenant.pages(f"{DELTA}/b", [], delta="c")
        *_, row = tenant.reader.rows(date(2026, 10, 1), Run(tenant.now))
        found.append(row.registered)
    assert [{"facebook.com": 2}, {"facebook.com": 1, "local": 1}, {}] == found


def test_a_service_that_does_not_state_when_users_were_created(tenant: GraphTenant, canned: CannedService) -> None:
    """Its refusal of the property is no failure; growth is then known after ten days."""
    canned.answer(
        USERS,
        Answer({"error": {"code": "BadRequest", "message": "No property"}}, 400),
        *[Answer({"value": [local(1)]})] * 2,
    )
    for number in range(2):
        run = Run(tenant.now)
        *_, row = tenant.reader.rows(date(2026, 10, 1), run)
        assert ({"local": 1}, None) == (dict(row.parts()), row.registered)
        assert any("is known from 2026-11-30" in text for text in run.warnings)
        assert (number == 0) == ("createdDateTime" not in canned.received[-1][0])
        tenant.advance(DAY)
