"""B2C reports of some days: what is asked for, what is not known, and windows that end before today."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from exporter.apis.b2c import API
from exporter.apis.b2c.collectors import MfaRequestCountSummary
from exporter.apis.b2c.settings import Settings
from exporter.config import load
from exporter.model.collection import Run
from exporter.model.periods import Days
from exporter.report.b2c import daily
from exporter.report.request import Request
from exporter.simulator import Simulator
from tests.apis.graph_log import LogService, LogTenant
from tests.harness import NOON, Answer, CannedService
from tests.report.conftest import Command, Raw, summed

TODAY = NOON.date()
ONE_DAY = timedelta(days=1)


def test_users_of_each_day(command: Command, raw: Raw) -> None:
    """By identity provider; of a day they add up to its total, and over days they have no sum."""
    days = {row["TimeStamp"][:10]: row["TotalUserCount"] for row in raw.b2c("tenantUserCount")}
    rows = command("b2c tenantUserCount --since=2026-11-05 --until=2026-11-07 --format=json").rows
    expected = {(f"2026-11-0{n}",): days[f"2026-11-0{n}"] for n in (5, 6, 7)}
    assert expected == summed(rows, "users", "date")
    grouped = command("b2c tenantUserCount --since=2026-11-05 --until=2026-11-07 --group-by=date")
    assert (0, False) == (grouped.code, "total" in grouped.text)
    refused = command("b2c tenantUserCount --since=10d --group-by=identity_provider")
    assert (2, "") == (refused.code, refused.text)
    assert "have no such sum; add date" in refused.errors


@pytest.mark.parametrize("bounds_included", [False, True])
def test_applications_in_days_that_are_over(command: Command, simulator: Simulator, bounds_included: bool) -> None:
    """The sums of exactly these days, whether or not the service's `gt` includes its own day."""
    simulator.switches.b2c_bounds_included = bounds_included
    first, application = date(2026, 11, 3), simulator.world.b2c.applications[0]
    days = [first + n * ONE_DAY for n in range(6)]
    expected = sum(sum(simulator.world.b2c.authentications(day, application.id).values()) for day in days)
    line = f"b2c b2cAuthenticationCount --application='{application.name}' --since={first} --until={days[-1]}"
    rows = command(f"{line} --format=json").rows
    assert {application.name} == {row["application"] for row in rows}
    assert 0 < expected == sum(row["authentications"] for row in rows)
    by_id = command(f"{line.replace(repr(application.name), application.id)} --format=json").rows
    assert rows == by_id


def test_an_application_that_is_not_configured(command: Command, simulator: Simulator) -> None:
    """Is read by its id; an unknown name is answered with the names."""
    printed = command("b2c b2cAuthenticationCount --application=00000000-0000-0000-0000-000000000000 --since=10d")
    assert (3, "") == (printed.code, printed.text)
    assert "either the tenant has no such application, or it had no activity" in printed.errors
    name = simulator.world.b2c.applications[0].name
    printed = command(f"b2c b2cAuthenticationCount --application='{name}s' --since=10d")
    assert (2, True) == (printed.code, f"did you mean '{name}'?" in printed.errors)


def test_a_day_that_can_not_be_read_is_not_zero(
    command: Command, config_of: object, canned: CannedService, simulator: Simulator
) -> None:
    """It has a row without a figure; a sum over it fails and says so; one of other days does not."""
    known = [{"Date": f"2026-11-{day:02}", "MfaCount": day} for day in (10, 12, 13)]
    bad = {"Date": "2026-11-11", "MfaCount": "many"}
    canned.answer(f"/{simulator.world.b2c.tenant}/reports/b2cMfaRequestCountSummary", Answer({"value": [*known, bad]}))
    world = simulator.world.b2c
    config_of(  # type: ignore[operator]
        f"b2c: [{{name: c, tenant: {world.tenant}, source: azure_ad_graph, client_id: {world.client_id}, "
        f'client_secret: {world.client_secret}, base_url: "{canned.url}", authority: "{simulator.url}", '
        f"resource: https://graph.windows.net, ca_file: {simulator.ca_file}}}]"
    )
    report = "b2c b2cMfaRequestCountSummary --format=json"
    printed = command(f"{report} --since=2026-11-10")
    assert {"2026-11-10": 10, "2026-11-11": None, "2026-11-12": 12, "2026-11-13": 13} == {
        row["date"]: row["mfa_requests"] for row in printed.rows
    }
    assert "warning: c: b2cMfaRequestCountSummary: 2026-11-11 is not known" in printed.errors
    failed = command(f"{report} --since=2026-11-10 --group-by=account")
    assert (1, "") == (failed.code, failed.text)
    assert "so there is no sum; add date to --group-by, or choose other days" in failed.errors
    (row,) = command(f"{report} --since=2026-11-12 --group-by=account").rows
    assert 25 == row["mfa_requests"]


def test_a_day_that_the_audit_log_no_longer_has_is_too_old(config: Path, tmp_path: Path) -> None:
    """The message says so, and of how many days there are entries."""
    (settings,) = (account for _, account in load(config).accounts() if isinstance(account, Settings))
    run = Run(NOON)
    with LogService() as log:
        log.now = NOON
        collector = MfaRequestCountSummary(LogTenant(log, tmp_path / "b2c.sqlite").reports, settings)
        request = Request(api=API, reports=(collector.name,), days=Days(TODAY - 9 * ONE_DAY, TODAY))
        daily(collector, request, NOON, run)
    old = "the audit log of 2026-11-11 was not read; it is too old, as the audit log has entries of 7 days"
    assert f"{collector.name}: 2026-11-11 is not known: {old}" in run.warnings
