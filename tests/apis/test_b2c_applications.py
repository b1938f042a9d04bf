"""Per-application counts, the limit on keys, and what a run notes."""

import logging
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from exporter.apis.b2c.metrics import APPLICATION_AUTHENTICATIONS, AUTHENTICATIONS, USERS
from exporter.apis.b2c.records import DailyAuthentications, UserCount
from exporter.apis.b2c.windows import OTHER, growth, largest, windows
from exporter.model.families import fold
from exporter.simulator import Simulator
from exporter.web.index import page
from tests.conftest import NOON, House
from tests.support import Answer, CannedService, series, value

LOGINS, MFA = "b2cAuthenticationCount", "b2cMfaRequestCount"
SHOP, APP = "11111111-2222-4333-8444-00000000000a", "11111111-2222-4333-8444-00000000000b"
Build = Callable[..., House]


@pytest.fixture
def tenant(simulator: Simulator, canned: CannedService, house_of: Build) -> House:
    """A house that signs in at the simulator and reads canned answers about two applications."""
    world = simulator.world.b2c
    return house_of(
        f"""
b2c:
  - {{tenant: t.example, client_id: {world.client_id}, client_secret: "{world.client_secret}", max_keys: 2,
     base_url: "{canned.url}", authority: "{simulator.url}/{world.tenant}", ca_file: "{simulator.ca_file}",
     applications: [{{id: {SHOP}, name: Shop}}, {{id: {APP}}}]}}"""
    )


def row(total: int, start: str = "2026-11-01T03:12:44Z", **flows: int) -> dict[str, object]:
    return {
        "StartTimeStamp": start,
        "EndTimeStamp": "2026-11-20T11:51:09Z",
        "AuthenticationCount": total,
        "AuthFlowTypeBreakDown": flows,
    }


def asked(canned: CannedService) -> list[str]:
    return [path.partition("filter=")[2].removesuffix("&api-version=beta") for path, _ in canned.received]


def answer(canned: CannedService, *rows: list[dict[str, object]], report: str = LOGINS) -> None:
    canned.answer(f"/t.example/reports/{report}", *(Answer({"value": found}) for found in rows))


def test_each_application_is_asked_for_the_month_and_for_thirty_days(canned: CannedService, tenant: House) -> None:
    """Documented comparisons alone, joined by the documented `and`; the default period is the 30 days."""
    answer(canned, [row(5, implicit=5)], [row(9, implicit=6)], [row(3, hybrid=3)], [row(4, hybrid=4)])
    assert [None] == tenant.run(LOGINS)
    since = "+and+TimeStamp+gt+2026-10-31"
    assert [f"ApplicationId+eq+{one}{filtered}" for one in (SHOP, APP) for filtered in (since, "")] == asked(canned)
    samples, name = tenant.scrape(), "azure_b2c_application_authentications"
    assert [5, 6, 3, 3, 4] == [
        value(samples, f"{name}_month_to_date", application="Shop", application_id=SHOP, flow="implicit"),
        value(samples, f"{name}_trailing_30d", application="Shop", application_id=SHOP, flow="implicit"),
        value(samples, f"{name}_trailing_30d", application="Shop", application_id=SHOP, flow="unattributed"),
        value(samples, f"{name}_month_to_date", application=APP, application_id=APP, flow="hybrid"),
        value(samples, f"{name}_trailing_30d", application=APP, application_id=APP, flow="hybrid"),
    ]


def notes(house: House) -> tuple[str, ...]:
    (found,) = [c.warnings for job in house.exporter.jobs if (c := house.exporter.store.collection(job))]
    return found


def test_an_empty_answer_is_no_failure_and_names_its_two_causes(
    canned: CannedService, tenant: House, caplog: pytest.LogCaptureFixture
) -> None:
    """No series, one line in the log however often it is read, and a word on the status page."""
    answer(canned, [], [], [], [row(4, hybrid=4)])
    caplog.set_level(logging.WARNING)
    assert [None] == tenant.run(LOGINS)
    answer(canned, [], [], [], [row(4, hybrid=4)])
    assert [None] == tenant.run(LOGINS)
    text = "either the tenant has no such application, or it had no activity in the period"
    expected = (
        f"application Shop ({SHOP}): empty answer for this month and the last 30 days: {text}",
        f"application {APP}: empty answer for this month: {text}",
    )
    assert expected == notes(tenant)
    assert list(expected) == [record.warning for record in caplog.records if hasattr(record, "warning")]
    assert {} == series(tenant.scrape(), "azure_b2c_application_authentications_month_to_date")
    assert 1 == len(series(tenant.scrape(), "azure_b2c_application_authentications_trailing_30d"))
    (job,) = [job for job in tenant.exporter.jobs if job.collector.name == LOGINS]
    html = page([(job, tenant.exporter.scheduler.plans[job], tenant.exporter.store.collection(job))], NOON, "/metrics")
    assert (True, True) == (">ok<" in html, text in html)


def test_an_answer_that_begins_before_the_month_is_noted(canned: CannedService, tenant: House) -> None:
    """Whether `gt` takes its own day in is not documented, and one row can't be filtered here."""
    early = row(5, "2026-10-31T23:10:00Z", implicit=5)
    answer(canned, [early], [early], [row(5, implicit=5)], [early])
    assert [None] == tenant.run(LOGINS)
    text = "the answer for this month begins on 2026-10-31, and may count more than the month"
    assert (f"application Shop ({SHOP}): {text}",) == notes(tenant)


def test_the_simulated_boundary_day_is_noted_too(simulator: Simulator, house: House) -> None:
    """A service that takes `gt` for `ge` counts the last day of October in."""
    simulator.switches.b2c_bounds_included = True
    assert [None] == house.run(LOGINS)
    assert 3 == sum("begins on 2026-10-31" in note for note in notes(house))


def test_without_applications_their_reports_are_not_read(simulator: Simulator, house_of: Build) -> None:
    """Nor waited for by readiness."""
    house = house_of("b2c: [{tenant: t, client_id: 00000000-0000-0000-0000-000000000000, client_secret: s}]")
    names = [job.collector.name for job in house.exporter.jobs]
    assert ["tenantUserCount", "b2cAuthenticationCountSummary", "b2cMfaRequestCountSummary"] == names


def test_keys_beyond_the_limit_are_folded_over_all_applications(canned: CannedService, tenant: House) -> None:
    """The largest two keep their names, and no authentication is lost."""
    answer(canned, [row(9, a=1, b=5, c=3)], [row(9, a=1, b=5, c=3)], [row(9, a=8, d=1)], [row(10, a=8, d=1)])
    assert [None] == tenant.run(LOGINS)
    shown = series(tenant.scrape(), "azure_b2c_application_authentications_trailing_30d")
    assert {("Shop", "a"): 1, ("Shop", "b"): 5, ("Shop", OTHER): 3, (APP, "a"): 8, (APP, OTHER): 1,
            (APP, "unattributed"): 1} == {
        (dict(labels)["application"], dict(labels)["flow"]): count for labels, count in shown.items()
    }  # fmt: skip


@pytest.mark.parametrize("months", [[{"StartTimeStamp": None, "MfaCount": "12"}], [{"MfaCount": 7}, {"MfaCount": 5}]])
def test_a_row_without_time_stamps_and_more_than_one_row_count(
    canned: CannedService, tenant: House, months: list[dict[str, object]]
) -> None:
    """What is not stated is not needed; numbers may be texts."""
    answer(canned, months, months, report=MFA)
    assert [None] == tenant.run(MFA)
    samples = tenant.scrape()
    name = "azure_b2c_application_mfa_requests_month_to_date"
    assert 12 == value(samples, name, application="Shop", method="unattributed")


KEYS = some.text(max_size=3)
BREAKDOWNS = some.none() | some.dictionaries(KEYS, some.none() | some.integers(0, 10**9), max_size=6)


@given(some.lists(some.tuples(some.integers(1, 20), BREAKDOWNS, some.integers(0, 99)), max_size=8), some.integers(1, 4))
def test_parts_sum_to_the_totals_for_any_breakdown(
    rows: list[tuple[int, dict[str, int | None] | None, int]], most: int
) -> None:
    """Whatever the keys, and however many are folded; and never more series than the limit allows."""
    stated = [(day, sum(filter(None, (parts or {}).values())) + rest, parts) for day, parts, rest in rows]
    days = [
        DailyAuthentications(date=f"2026-11-{day:02}", authentication_count=total, auth_flow_type_break_down=parts)
        for day, total, parts in stated
    ]
    samples = fold(windows(days, NOON, largest(days, most)), AUTHENTICATIONS)
    in_month = samples["azure_b2c_authentications_month_to_date"]
    assert sum(total for _, total, _ in stated) == sum(in_month.values())
    assert len(in_month) <= most + 2


@given(some.dictionaries(KEYS, some.integers(0, 10**9)), some.integers(0, 9), some.integers(0, 9), some.integers(0, 9))
def test_users_sum_to_the_total_for_any_breakdown(parts: dict[str, int], local: int, other: int, rest: int) -> None:
    """Local, directory, every provider, and what they leave."""
    total = sum(parts.values()) + local + other + rest
    row = UserCount(str(date(2026, 11, 19)), total, local, other, dict(parts))
    samples = fold(growth([row], largest([row], 3)), USERS)
    assert total == sum(samples["azure_b2c_users"].values())
    assert {} == samples["azure_b2c_users_registered_trailing_10d"]


def test_families_of_applications_carry_both_names() -> None:
    """The id finds the application in the portal, the name is for people."""
    assert {("application_id", "application", "flow")} == {f.labels.names for f in APPLICATION_AUTHENTICATIONS}
