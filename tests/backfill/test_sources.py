"""The history of the other APIs: Cost Management in its downloads, and B2C's days."""

import re
from datetime import date, timedelta
from fractions import Fraction

import pytest

from exporter.simulator.costs.scopes import Scopes
from tests.backfill.conftest import Backfill
from tests.harness import ExporterHarness, families

LAST = {"202610": 1793490600, "202611": 1795045800}
"""The last instants of October, and of the newest complete day."""


def at(text: str, family: str, instant: int) -> list[str]:
    """The samples of a family at an instant."""
    lines = text.splitlines()
    return [line.rsplit(" ", 1)[0] for line in lines if line.startswith(f"{family}{{") and line.endswith(f" {instant}")]


def total(text: str, family: str, instant: int) -> Fraction:
    """The exact sum of the samples of a family at an instant."""
    return sum((Fraction(line.rsplit(" ", 1)[1]) for line in at(text, family, instant)), Fraction(0))


@pytest.mark.parametrize("download", ["query", "cost_details"])
def test_costs_of_a_subscription(history: Backfill, download: str) -> None:
    """Each month to the last digit; third parties' charges and the month's bounds too."""
    account = history.account("cost_management", 1)
    history.configure(cost_management=[{**account, "usage": {"download": download}}])
    assert 0 == history.run("2026-10-01", output="one.om")
    text = history.read("one.om")
    scope = Scopes(history.simulator.costs).find(account["scope"])
    assert scope is not None
    rows = list(scope.rows("ActualCost", date(2026, 10, 1), date(2026, 10, 31), history.clock()))
    stated = total(text, "azure_cost_month_to_date", LAST["202610"])
    marketplace = total(text, "azure_marketplace_cost_month_to_date", LAST["202610"])
    assert pytest.approx(float(sum(Fraction(row.actual) for row in rows)), abs=0.0001) == float(stated + marketplace)
    assert 1 == len(at(text, "azure_billing_period_start_timestamp_seconds", LAST["202610"]))


def test_days_of_b2c_are_those_that_the_report_publishes(history: Backfill) -> None:
    """The newest whole day is what the exporter publishes as the daily value."""
    history.configure(b2c=[history.account("b2c")])
    assert 0 == history.run("2026-10-01", output="one.om")
    text = history.read("one.om")
    harness = ExporterHarness(history.config, history.clock)
    assert [None] == harness.run("b2cAuthenticationCountSummary")
    published = families(harness.exporter)["azure_b2c_authentications_daily"].decode().splitlines()[2:]
    assert published
    assert published == at(text, "azure_b2c_authentications_daily", LAST["202611"] + 86_400)
    assert at(text, "azure_b2c_users", LAST["202611"])


def test_accounts_have_their_own_labels(history: Backfill) -> None:
    """In one family, and each with the values of its own columns."""
    accounts = [history.account("cost_management", place) for place in (1, 3)]
    labels = (["subscription_name"], ["meter_category", "resource_group"])
    for account, names in zip(accounts, labels, strict=True):
        account["usage"] = {"labels": names}
    history.configure(cost_management=accounts)
    assert 0 == history.run("2026-11-01", output="one.om")
    found = at(history.read("one.om"), "azure_cost_month_to_date", LAST["202611"])
    for account, names in zip(accounts, labels, strict=True):
        own = [line for line in found if f'account="{account["name"]}"' in line]
        assert own
        assert all(re.findall(r'(\w+)="', line) == ["account", *names, "currency"] for line in own)
    assert 1 == history.read("one.om").count("# TYPE azure_cost_month_to_date ")


def test_days_that_the_service_no_longer_has_stay(history: Backfill) -> None:
    """Of what was read before the month ended, nothing is lost by a later run."""
    history.configure(b2c=[history.account("b2c")])
    assert 0 == history.run("2026-11-01")
    before = at(history.read(), "azure_b2c_authentications_daily", LAST["202611"] - 10 * 86_400)
    assert before
    history.clock.now += timedelta(days=35)
    assert 0 == history.run("2026-11-01")
    text = history.read()
    assert before == at(text, "azure_b2c_authentications_daily", LAST["202611"] - 10 * 86_400)
    assert at(text, "azure_b2c_authentications_daily", LAST["202611"] + 20 * 86_400)


def test_reports_without_history_say_so(history: Backfill, capsys: pytest.CaptureFixture[str]) -> None:
    """In a line each, and the others are read."""
    history.configure(partner_center=[history.account("partner_center")], b2c=[history.account("b2c")])
    assert 0 == history.run("2026-11-18")
    error = capsys.readouterr().err
    assert "contoso-csp usagerecords: no figures of past days, left out\n" in error
    assert "b2cAuthenticationCount: no figures of past days, left out\n" in error
