"""Per-application counts, the limit on keys, and the warnings of a run."""

import logging
from collections.abc import Callable

import pytest

from exporter.apis.b2c.metrics import APPLICATION_AUTHENTICATIONS
from exporter.model.limits import OTHER
from exporter.runtime.job import Plan
from exporter.simulator import Simulator
from exporter.web.status.observed import Observed, Selection
from exporter.web.status.view import view
from tests.harness import NOON, Answer, CannedService, ExporterHarness, series, value

LOGINS, MFA = "b2cAuthenticationCount", "b2cMfaRequestCount"
SHOP, APP = "11111111-2222-4333-8444-00000000000a", "11111111-2222-4333-8444-00000000000b"
Build = Callable[..., ExporterHarness]


@pytest.fixture
def tenant(simulator: Simulator, canned: CannedService, harness_for: Build) -> ExporterHarness:
    """A harness that signs in at the simulator and reads canned answers about two applications."""
    world = simulator.world.b2c
    return harness_for(
        f"""
b2c:
  - {{tenant: t.example, client_id: {world.client_id}, client_secret: "{world.client_secret}", max_keys: 2,
     source: azure_ad_graph,
     base_url: "{canned.url}", authority: "{simulator.url}/{world.tenant}", ca_file: "{simulator.ca_file}",
     applications: [{{id: {SHOP}, name: Shop}}, {{id: {APP}}}]}}"""
    )


def row(total: int, start: str = "2026-11-01T03:12:44Z", /, **flows: int) -> dict[str, object]:
    return {
        "StartTimeStamp": start,
        "EndTimeStamp": "2026-11-20T11:51:09Z",
        "AuthenticationCount": total,
        "AuthFlowTypeBreakDown": flows,
    }


def filters(canned: CannedService) -> list[str]:
    return [path.partition("filter=")[2].removesuffix("&api-version=beta") for path, _ in canned.received]


def answer(canned: CannedService, *rows: list[dict[str, object]], report: str = LOGINS) -> None:
    canned.answer(f"/t.example/reports/{report}", *(Answer({"value": found}) for found in rows))


def test_each_application_is_read_for_the_month_and_for_thirty_days(
    canned: CannedService, tenant: ExporterHarness
) -> None:
    """Documented comparisons alone, joined by the documented `and`; the default period is the 30 days."""
    answer(canned, [row(5, implicit=5)], [row(9, implicit=6)], [row(3, hybrid=3)], [row(4, hybrid=4)])
    assert [None] == tenant.run(LOGINS)
    since = "+and+TimeStamp+gt+2026-10-31"
    assert [f"ApplicationId+eq+{one}{filtered}" for one in (SHOP, APP) for filtered in (since, "")] == filters(canned)
    samples, name = tenant.scrape(), "azure_b2c_application_authentications"
    assert [5, 6, 3, 3, 4] == [
        value(samples, f"{name}_month_to_date", application="Shop", application_id=SHOP, flow="implicit"),
        value(samples, f"{name}_trailing_30d", application="Shop", application_id=SHOP, flow="implicit"),
        value(samples, f"{name}_trailing_30d", application="Shop", application_id=SHOP, flow="unattributed"),
        value(samples, f"{name}_month_to_date", application=APP, application_id=APP, flow="hybrid"),
        value(samples, f"{name}_trailing_30d", application=APP, application_id=APP, flow="hybrid"),
    ]


def warnings(harness: ExporterHarness) -> tuple[str, ...]:
    (found,) = [c.warnings for job in harness.exporter.jobs if (c := harness.exporter.store.collection(job))]
    return found


def test_an_empty_answer_is_no_failure_and_names_its_two_causes(
    canned: CannedService, tenant: ExporterHarness, caplog: pytest.LogCaptureFixture
) -> None:
    """No series, one line in the log however often it is read, and the warning on the status page."""
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
    assert expected == warnings(tenant)
    assert list(expected) == [record.warning for record in caplog.records if hasattr(record, "warning")]
    assert {} == series(tenant.scrape(), "azure_b2c_application_authentications_month_to_date")
    assert 1 == len(series(tenant.scrape(), "azure_b2c_application_authentications_trailing_30d"))
    (job,) = [job for job in tenant.exporter.jobs if job.collector.name == LOGINS]
    observed = Observed([(job, Plan(NOON), tenant.exporter.store.collection(job))], NOON, NOON)
    assert expected == view(observed, Selection()).accounts[0].collectors[0].warnings


def test_an_answer_that_begins_before_the_month_is_requested_again(
    canned: CannedService, tenant: ExporterHarness
) -> None:
    """For a service that includes the bound, the first of the month is the bound of a second request."""
    early = row(9, "2026-10-31T23:10:00Z", implicit=9)
    answer(canned, [early], [row(5, implicit=5)], [row(7, implicit=7)], [early], [early], [row(7, implicit=7)])
    assert [None] == tenant.run(LOGINS)
    bounds = [text.partition("gt+")[2] for text in filters(canned)]
    assert ["2026-10-31", "2026-11-01", "", "2026-10-31", "2026-11-01", ""] == bounds
    samples = tenant.scrape()
    month = series(samples, "azure_b2c_application_authentications_month_to_date")
    assert [("Shop", 5)] == [(dict(labels)["application"], count) for labels, count in month.items()]
    assert 2 == len(series(samples, "azure_b2c_application_authentications_trailing_30d"))
    assert (f"application {APP}: no figures for this month: the answer begins on 2026-10-31",) == warnings(tenant)


def test_a_boundary_day_that_is_taken_in_changes_no_figure(simulator: Simulator, b2c: ExporterHarness) -> None:
    """A service that takes `gt` for `ge` yields the same month."""
    assert [None] == b2c.run(LOGINS)
    published = b2c.exporter.store.current.body
    simulator.switches.b2c_bounds_included = True
    assert [None] == b2c.run(LOGINS)
    assert published == b2c.exporter.store.current.body


def test_without_applications_their_reports_are_not_read(simulator: Simulator, harness_for: Build) -> None:
    """And readiness does not require them."""
    harness = harness_for("b2c: [{tenant: t, client_id: 00000000-0000-0000-0000-000000000000, client_secret: s}]")
    names = [job.collector.name for job in harness.exporter.jobs]
    summaries = ["b2cAuthenticationCountSummary", "b2cMfaRequestCountSummary"]
    assert ["tenantUserCount", *summaries, "monthlyActiveUsers"] == names


def test_keys_beyond_the_limit_are_folded_over_all_applications(canned: CannedService, tenant: ExporterHarness) -> None:
    """The largest two keep their names, and no authentication is lost."""
    answer(canned, [row(9, a=1, b=5, c=3)], [row(9, a=1, b=5, c=3)], [row(9, a=8, d=1)], [row(10, a=8, d=1)])
    assert [None] == tenant.run(LOGINS)
    shown = series(tenant.scrape(), "azure_b2c_application_authentications_trailing_30d")
    assert {("Shop", "a"): 1, ("Shop", "b"): 5, ("Shop", OTHER): 3, (APP, "a"): 8, (APP, OTHER): 1,
            (APP, "unattributed"): 1} == {
        (dict(labels)["application"], dict(labels)["flow"]): count for labels, count in shown.items()
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([{"MfaCount": "12"}], "this month: the answer does not state when it begins"),
        ([{"StartTimeStamp": "soon", "MfaCount": 12}], "this month: the answer does not state when it begins"),
        ([{"StartTimeStamp": 7, "MfaCount": 12}], "this month: the answer does not state when it begins"),
        ([{"MfaCount": 7}, {"MfaCount": 5}], "this month: 2 rows came, and one is documented"),
    ],
)
def test_a_month_that_may_be_another_is_absent(
    canned: CannedService, tenant: ExporterHarness, rows: list[dict[str, object]], why: str
) -> None:
    """The other window and the other application are published; numbers may be texts."""
    good: list[dict[str, object]] = [{"StartTimeStamp": "2026-11-02T00:00:00Z", "MfaCount": "12"}]
    answer(canned, rows, good, good, good, report=MFA)
    assert [None] == tenant.run(MFA)
    samples, name = tenant.scrape(), "azure_b2c_application_mfa_requests"
    assert {} == series(samples, f"{name}_month_to_date", application="Shop")
    assert 12 == value(samples, f"{name}_month_to_date", application=APP, method="unattributed")
    assert 12 == value(samples, f"{name}_trailing_30d", application="Shop", method="unattributed")
    (warning,) = warnings(tenant)
    assert warning.startswith(f"application Shop ({SHOP}): no figures for {why}")


def test_thirty_days_that_are_more_are_absent(canned: CannedService, tenant: ExporterHarness) -> None:
    """An answer that begins in September is not of the last 30 days."""
    answer(canned, [row(5, implicit=5)], [row(9, "2026-09-01T00:00:00Z", implicit=9)], [], [row(4, implicit=4)])
    assert [None] == tenant.run(LOGINS)
    samples, name = tenant.scrape(), "azure_b2c_application_authentications"
    assert [5] == list(series(samples, f"{name}_month_to_date").values())
    assert [4] == list(series(samples, f"{name}_trailing_30d").values())
    assert f"application Shop ({SHOP}): no figures for the last 30 days: the answer begins on 2026-09-01" in warnings(
        tenant
    )


def test_an_unreadable_row_leaves_the_other_windows(canned: CannedService, tenant: ExporterHarness) -> None:
    """It is counted and named, and a stated zero is zero for the flows that are known."""
    empty = row(0, "2026-11-02T00:00:00Z")
    answer(canned, [row(-1)], [row(4, a=4)], [empty], [row(3, a=3)])
    assert [None] == tenant.run(LOGINS)
    samples, name = tenant.scrape(), "azure_b2c_application_authentications"
    assert {} == series(samples, f"{name}_month_to_date", application="Shop")
    assert f"application Shop ({SHOP}): no figures for this month: its row can't be used" in warnings(tenant)
    assert not any("empty answer" in warning for warning in warnings(tenant))
    assert (4, 0, 3) == (
        value(samples, f"{name}_trailing_30d", application="Shop", flow="a"),
        value(samples, f"{name}_month_to_date", application=APP, flow="a"),
        value(samples, f"{name}_trailing_30d", application=APP, flow="a"),
    )
    assert 1 == value(samples, "azure_billing_exporter_collector_dropped_records", collector=LOGINS)


@pytest.mark.parametrize("bad", [{"AuthenticationCount": -1}, {"AuthenticationCount": None}], ids=str)
def test_a_row_beside_an_unusable_one_is_not_the_whole(
    canned: CannedService, tenant: ExporterHarness, bad: dict[str, object]
) -> None:
    """The answer has more rows than the documented one, whichever of them can be used."""
    answer(canned, [row(5, a=5)], [row(0) | bad, row(9, a=9)], [row(1, a=1)], [row(1, a=1)])
    assert [None] == tenant.run(LOGINS)
    samples, name = tenant.scrape(), "azure_b2c_application_authentications"
    assert {} == series(samples, f"{name}_trailing_30d", application="Shop")
    assert 5 == value(samples, f"{name}_month_to_date", application="Shop", flow="a")


def test_folded_keys_are_counted_and_published_ones_stay(canned: CannedService, tenant: ExporterHarness) -> None:
    """A flow that is published stays until it falls to half of one that is not."""
    overflow, name = (
        "azure_billing_exporter_collector_overflow_series",
        "azure_b2c_application_authentications_trailing_30d",
    )
    for flows, named in (
        ({"a": 9, "b": 6, "c": 5}, {"a", "b"}),
        ({"a": 9, "b": 6, "c": 10}, {"a", "b"}),
        ({"a": 9, "b": 6, "c": 13}, {"a", "c"}),
    ):
        answer(canned, [row(sum(flows.values()), **flows)])
        assert [None] == tenant.run(LOGINS)
        samples = tenant.scrape()
        shown = series(samples, name, application="Shop")
        assert named | {OTHER} == {dict(labels)["flow"] for labels in shown}
        assert sum(flows.values()) == sum(shown.values())
        assert 2 == value(samples, overflow, collector=LOGINS)


def test_families_of_applications_carry_both_names() -> None:
    """The id finds the application in the portal, the name is for people."""
    assert {("application_id", "application", "flow")} == {f.labels.names for f in APPLICATION_AUTHENTICATIONS}
