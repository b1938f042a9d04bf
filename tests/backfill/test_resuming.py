"""Failures and later runs: what was read is not read again, and nothing incomplete is written."""

import pytest

from exporter.errors import ConfigError
from exporter.simulator.server.faults import Status
from tests.backfill.conftest import Backfill


def requested(history: Backfill) -> list[str]:
    """The months of usage that were requested since the last call."""
    found = [one.path for one in history.simulator.received if one.path.endswith("/usagedetails")]
    history.simulator.received.clear()
    return sorted({path.split("/")[-2] for path in found})


def test_a_run_continues_after_a_failure(history: Backfill, capsys: pytest.CaptureFixture[str]) -> None:
    """It reads the months that are missing, and the files are those of a run without failures."""
    history.simulator.faults.script("billingPeriods/202609/usagedetails", Status(500), times=None)
    assert 1 == history.run("2026-08-01")
    assert ["202607", "202608", "202609"] == requested(history)
    error = capsys.readouterr().err
    assert "202609, 202610, 202611: not everything could be read" in error
    assert "contoso-ea usagedetails 202609: failed: usagedetails 202609: " in error
    assert ["202608.om"] == [file.name for file in sorted((history.directory / "out").glob("*.om"))]
    history.simulator.faults.clear()
    assert 0 == history.run("2026-08-01")
    assert ["202609", "202610", "202611"] == requested(history)
    assert "contoso-ea usagedetails 202608: stored already" in capsys.readouterr().err
    assert 0 == history.run("2026-08-01", output="fresh")
    assert history.read() == history.read("fresh")


def test_a_second_run_reads_the_open_month_alone(history: Backfill) -> None:
    """Whatever the steps; other labels are another meaning, and everything is read again."""
    assert 0 == history.run("2026-10-01", output="one.om")
    assert ["202609", "202610", "202611"] == requested(history)
    assert 0 == history.run("2026-10-01", "--every=1h", output="one.om")
    assert ["202611"] == requested(history)
    account = history.account("ea")
    account["usage"] = {"labels": ["subscription_name"]}
    history.configure(ea=[account])
    assert 0 == history.run("2026-10-01", output="one.om")
    assert ["202609", "202610", "202611"] == requested(history)
    assert 'subscription_name="' in history.read("one.om")
    assert "meter_name" not in history.read("one.om")


def test_a_damaged_part_is_read_again(history: Backfill) -> None:
    """As if it were not there."""
    assert 0 == history.run("2026-10-01")
    before = history.read()
    part = history.directory / "out/parts/202610-ea-contoso-ea-usagedetails.jsonl"
    part.write_bytes(part.read_bytes()[10:])
    requested(history)
    assert 0 == history.run("2026-10-01")
    assert ["202610", "202611"] == requested(history)
    assert before == history.read()


def test_the_limit_folds_without_losing_amounts(history: Backfill) -> None:
    """The same series on all days of a month; their sum is that of all rows."""
    account = history.account("ea")
    account["usage"] = {"max_series": 5}
    del account["budgets"]
    history.configure(ea=[account])
    assert 0 == history.run("2026-10-01", "--to=2026-10-31", output="one.om")
    lines = [line for line in history.read("one.om").splitlines() if line.startswith("azure_cost_month_to_date{")]
    assert 5 == len({line.rsplit(" ", 2)[0] for line in lines})
    last = [float(line.rsplit(" ", 2)[1]) for line in lines if line.endswith(" 1793490600")]
    expected = float(sum(row.cost for row in history.simulator.world.ea.usage("202610")))
    assert pytest.approx(expected, abs=0.001) == sum(last)
    assert any('meter_name="__other__"' in line for line in lines)


@pytest.mark.parametrize(
    ("since", "options", "text"),
    [
        ("2026-11-20", (), "--from: 2026-11-20 is after the last day 2026-11-19"),
        ("2026-10-01", ("--to=2026-11-20",), "--to: 2026-11-20 is not over yet; the last day is 2026-11-19"),
        ("2026-10-01", ("--account=x",), "--account: no account is named 'x'; there are contoso-ea"),
        ("2014-01-01", ("--to=2014-02-01",), "no report has figures of 2014-01-01..2014-02-01"),
        ("2026-10-01", ("--remote-write.url=http://h/", "--remote-write.headers-file=/x/y"), "headers-file: /x/y: "),
    ],
)
def test_options_that_cannot_work(history: Backfill, since: str, options: tuple[str, ...], text: str) -> None:
    """Found before anything is requested, with what to do."""
    with pytest.raises(ConfigError, match=text):
        history.run(since, *options)
    assert [] == history.simulator.received


@pytest.mark.parametrize(
    "options", [("--every=7h",), ("--label=a",), ("--to=tomorrow",), ("--remote-write.url=ftp://x",)]
)
def test_values_that_are_invalid(history: Backfill, options: tuple[str, ...]) -> None:
    """The command line is refused."""
    with pytest.raises(SystemExit, match="2"):
        history.run("2026-10-01", *options)


def test_an_output_that_cannot_be_written(history: Backfill) -> None:
    """Found before anything is requested."""
    (history.directory / "file").write_text("")
    with pytest.raises(
        ConfigError, match=r"--output: .*/file/x/parts: Not a directory; what was read before is stored"
    ):
        history.run("2026-11-01", output="file/x")
    assert [] == history.simulator.received


@pytest.mark.parametrize("name", ["account", "collector", "currency"])
def test_labels_that_series_would_have_twice(history: Backfill, name: str) -> None:
    """Found before anything is requested."""
    with pytest.raises(ConfigError, match=rf"^--label: {name}: series would have the label twice$"):
        history.run("2026-11-18", f"--label={name}=x")
    assert [] == history.simulator.received


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--label=job=a", "--label=job=b"), "argument --label: job may be given only once"),
        (("--remote-write.headers-file=x",), "argument --remote-write.headers-file: only with --remote-write.url"),
    ],
)
def test_options_that_do_not_fit(
    history: Backfill, options: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command line is refused."""
    with pytest.raises(SystemExit, match="2"):
        history.run("2026-10-01", *options)
    assert text in capsys.readouterr().err


def test_days_before_the_history_are_announced(history: Backfill, capsys: pytest.CaptureFixture[str]) -> None:
    """With the day on which each report begins."""
    history.configure(b2c=[history.account("b2c")])
    assert 0 == history.run("2020-01-01", "--to=2026-10-25")
    error = capsys.readouterr().err
    assert "contoso-b2c tenantUserCount: no figures before 2026-10-" in error
    assert "; --from is 2020-01-01\n" in error
    assert 0 == history.run("2026-11-10", output="late")
    assert "--from is" not in capsys.readouterr().err
