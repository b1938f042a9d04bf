"""The history of the simulated enrollment, in a real Prometheus."""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.backfill.conftest import Backfill
from tests.harness import NOON, ExporterHarness, families

CENT = Decimal("0.005")
MONTHS = {"202609": ("2026-09-30T23:50:00Z", 30), "202610": ("2026-10-31T23:50:00Z", 31)}
USAGE = ("usagedetails", "usagedetails_previous_month")


def billed(history: Backfill, month: str, last: str = "9999") -> Fraction:
    """The ledger's sum of the rows of a month until a day."""
    rows = history.simulator.world.ea.usage(month)
    return sum((Fraction(row.cost) for row in rows if str(row.date)[:10] <= last), Fraction(0))


def test_sums_in_prometheus_are_those_of_the_rows(
    history: Backfill, imported: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Month by month to the cent, by day and to date; promtool accepts every sample."""
    assert 0 == history.run("2026-09-01")
    commands = capsys.readouterr().out
    with imported(commands) as prometheus:

        def total(expression: str, time: str) -> Decimal:
            (found,) = prometheus.get("query", query=f"sum({expression})", time=time)["result"]
            return Decimal(found["value"][1])

        for month, (end, days) in MONTHS.items():
            expected = Decimal(float(billed(history, month)))
            assert CENT > abs(expected - total("azure_cost_month_to_date", end))
            assert CENT > abs(expected - total(f"sum_over_time(azure_cost_daily[{days * 24 - 1}h])", end))
        expected = Decimal(float(billed(history, "202609")))
        assert CENT > abs(expected - total("azure_cost_previous_month", "2026-10-31T23:50:00Z"))
        middle = Decimal(float(billed(history, "202610", "2026-10-09")))
        assert CENT > abs(middle - total("azure_cost_month_to_date", "2026-10-09T23:52:00Z"))
        names = re.findall(r"^# TYPE (\w+)", history.read(), re.MULTILINE)
        accepted = sum(total(f"count_over_time({name}[90d])", "2026-11-20T00:00:00Z") for name in set(names))
        assert accepted == len([line for line in history.read().splitlines() if not line.startswith("#")])
        assert f"# wrote {accepted} samples of" in commands


def test_the_last_day_is_what_the_exporter_publishes(history: Backfill) -> None:
    """The same families, labels, help and values, for the same complete days."""
    assert 0 == history.run("2026-11-01", output="one.om")
    lines = [line for line in history.read("one.om").splitlines() if not line.endswith(" 1795045800")]
    written = {}
    for line in history.read("one.om").splitlines():
        if not line.startswith("#"):
            series, value, at = line.rsplit(" ", 2)
            written[series] = value, at
    harness = ExporterHarness(history.config, history.clock)
    assert [None] == harness.run("usagedetails")
    published = families(harness.exporter)["azure_cost_daily"].decode().splitlines()
    assert lines[0] not in published
    for line in published[2:]:
        series, _, value = line.rpartition(" ")
        assert (value, "1795045800") == written[series]
    helps = {line for line in history.read("one.om").splitlines() if line.startswith(("# HELP", "# TYPE"))}
    assert set(published[:2]) <= helps


def test_one_file_is_grouped_by_family_and_series(history: Backfill) -> None:
    """As the specification demands: client_python's parser accepts it, and all files of a directory have the same."""
    assert 0 == history.run("2026-10-28", "--every=12h", output="one.om")
    text = history.read("one.om")
    assert text.endswith("\n# EOF\n")
    parsed = list(text_string_to_metric_families(text))  # type: ignore[no-untyped-call]
    assert len(parsed) == len(re.findall("^# TYPE", text, re.MULTILINE))
    keys = [
        (one.name, tuple(sample.labels.values()), float(sample.timestamp or 0))
        for one in parsed
        for sample in one.samples
    ]
    assert sorted(keys) == keys
    assert len(set(keys)) == len(keys)
    assert min(at for _, _, at in keys) == 1793145600
    assert 0 == history.run("2026-10-28", "--every=12h", output="several")
    of_directory = {line for line in history.read("several").splitlines() if not line.startswith("#")}
    assert {line for line in text.splitlines() if not line.startswith("#")} == of_directory


@pytest.mark.parametrize("download", ["csv", "csv_async"])
def test_each_download_gives_the_same(history: Backfill, download: str) -> None:
    """To the last digit."""
    account = history.account("ea")
    reports = {name: {"enabled": False} for name in ("balancesummary", "marketplacecharges", "billingperiods")}
    for name in ("json", download):
        account["usage"] = {"download": name, "tags": ["env"]}
        history.configure(ea=[{**account, "reports": reports}])
        assert 0 == history.run("2026-11-01", output=name)
    assert history.read("json") == history.read(download)
    assert "azure_billing_budget_spent" in history.read("json")
    assert NOON == history.clock()
