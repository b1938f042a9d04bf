"""`explain`: the origin of stored figures, beside the exporter that stores them."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from exporter.cli import main
from exporter.commands.simulate import write_config
from exporter.runtime.archive import Archive
from exporter.runtime.job import Plan
from exporter.simulator import Simulator
from tests.balances import answer, configuration
from tests.harness import NOON, Answer, CannedService, ExporterHarness
from tests.process import command

SUMMARY = {
    "billingPeriodId": "202611",
    "currencyCode": "EUR",
    "totalUsage": 12.340000000000000000001,
    "newPurchases": 100,
    "adjustments": -5.5,
    "adjustmentDetails": [{"name": "Promo Credit", "value": -3}, {"name": "SIE\u001bCredit", "value": -2}],
    "newPurchasesDetails": [{"name": "", "value": 100}],
}
BODY = json.dumps(SUMMARY).replace("12.34", "12.340000000000000000001").encode()
Explain = Callable[..., tuple[int, str, str]]


@pytest.fixture
def config(canned: CannedService, tmp_path: Path) -> Path:
    """Two accounts, of which the first answers."""
    answer(canned, "1", Answer(BODY))
    answer(canned, "2", Answer(status=401))
    file = tmp_path / "config.yaml"
    file.write_text(configuration(canned.url, tmp_path / "storage", {"a": 1, "b": 2}))
    return file


@pytest.fixture
def explain(config: Path, capsys: pytest.CaptureFixture[str]) -> Explain:
    """Run the command in this process: exit code, output and errors."""

    def run(selector: str, *options: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["explain", selector, f"--config.file={config}", *options])
        return code, *capsys.readouterr()

    return run


def test_a_figure_is_explained(config: Path, explain: Explain, canned: CannedService, tmp_path: Path) -> None:
    """With all of its digits, where it comes from, and without a request; a failed account is named."""
    harness = ExporterHarness(config).without_waiting()
    harness.run()
    sent = len(canned.received)
    failed = Plan(NOON, failures=2, last_error="401 Unauthorized", last_attempt=NOON)
    with closing(Archive(tmp_path / "storage")) as archive:
        for job in harness.exporter.jobs:
            archive.write_plan(job, failed)
    code, output, errors = explain("azure_ea_total_usage")
    first, *others = output.splitlines()
    assert (0, 'azure_ea_total_usage{account="a",currency="EUR"} 12.340000000000000000001') == (code, first)
    assert [" ".join(line.split()) for line in others] == [
        "meaning Commitment used and total overage, in the current billing period. Refreshed in the background.",
        "account a (Enterprise Agreement)",
        f"API {canned.url}",
        "report balancesummary",
        "requests GET /v3/enrollments/{enrollment}/balancesummary",
        "GET /v3/enrollments/{enrollment}/pricesheet",
        "billing period 202611",
        "data as of not stated by the report",
        "read 2026-11-20T12:00:00Z, changed 2026-11-20T12:00:00Z",
        "records 5, in 7 series of the report",
        "since then 2 failed runs, the last one: 401 Unauthorized",
        "",
        "not stored: b/balancesummary: nothing is stored, since no run has succeeded; the last run failed: "
        "401 Unauthorized",
    ]
    assert (sent, "") == (len(canned.received), errors)


def test_the_parts_of_a_figure_are_listed(config: Path, explain: Explain) -> None:
    """Those of the family that breaks it down, with what they lack; and of a part its whole. No text moves a cursor."""
    ExporterHarness(config).without_waiting().run()
    _, output, _ = explain('azure_ea_adjustments{account="a",instance="x"}')
    assert output.splitlines()[:4] == [
        'azure_ea_adjustments{account="a",currency="EUR"} -5.5',
        '  = azure_ea_adjustment_detail{account="a",name="Promo Credit",currency="EUR"} -3',
        '  = azure_ea_adjustment_detail{account="a",name="SIE\\x1bCredit",currency="EUR"} -2',
        "  = -0.5 that these parts do not have",
    ]
    _, output, _ = explain('azure_ea_adjustment_detail{name=~"Promo.*"}')
    assert '  part of azure_ea_adjustments{account="a",currency="EUR"} -5.5' in output.splitlines()


def test_json_has_the_same(config: Path, explain: Explain) -> None:
    """Values are texts, since a number would lose digits."""
    ExporterHarness(config).without_waiting().run()
    _, output, _ = explain('{__name__=~"azure_ea_(total_usage|new_purchases)"}', "--format=json")
    found = json.loads(output)
    purchases, usage = sorted(found["series"], key=lambda one: str(one["name"]))
    assert "12.340000000000000000001" == usage["value"]
    assert {"account": "a", "currency": "EUR"} == usage["labels"]
    assert ("202611", 5, [], None) == (
        usage["billing_period"],
        usage["records"],
        usage["warnings"],
        usage["data_timestamp"],
    )
    part = {"name": "azure_ea_new_purchase_detail", "labels": {"account": "a", "name": "", "currency": "EUR"}}
    assert ([part | {"value": "100"}], "0") == (purchases["parts"], purchases["rest"])
    assert ["b"] == [one["account"] for one in found["not_stored"]]


def test_a_running_exporter_is_not_disturbed(config: Path, explain: Explain, tmp_path: Path) -> None:
    """Its newest collection is read while it writes, nothing waits, and no file is created or changed."""
    harness = ExporterHarness(config).without_waiting()
    harness.run()
    storage = tmp_path / "storage"
    before = {file.name: file.stat().st_mtime_ns for file in storage.iterdir() if not file.name.endswith("-shm")}
    assert "collections.sqlite-wal" in before
    with closing(sqlite3.connect(storage / "collections.sqlite", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert 0 == explain("azure_ea_total_usage")[0]
        writer.execute("ROLLBACK")
        after = {file.name: file.stat().st_mtime_ns for file in storage.iterdir() if not file.name.endswith("-shm")}
    assert before == after
    harness.exporter.stop()
    before_stop = {file.name for file in storage.iterdir()}
    assert 0 == explain("azure_ea_total_usage")[0]
    assert before_stop == {file.name for file in storage.iterdir()}


def test_what_a_killed_process_has_stored_is_read(config: Path, explain: Explain, tmp_path: Path) -> None:
    """Its journal stays as it is, for the exporter that continues."""
    ExporterHarness(config).without_waiting().run()
    left = tmp_path / "left"
    left.mkdir()
    for name in ("collections.sqlite", "collections.sqlite-wal"):
        shutil.copy(tmp_path / "storage" / name, left / name)
    journal = (left / "collections.sqlite-wal").read_bytes()
    config.write_text(config.read_text().replace(str(tmp_path / "storage"), str(left)))
    assert 0 == explain("azure_ea_total_usage")[0]
    assert journal == (left / "collections.sqlite-wal").read_bytes()


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("azure_ea_total_usag", "azure_ea_total_usag: no such family; did you mean azure_ea_total_usage"),
        ("x", "x: no such family; azure-billing-exporter metrics lists all families"),
        ("azure_b2c_users", "azure_b2c_users: no configured account has this family; Azure AD B2C and External ID"),
        ("azure_cost_daily", "the reports that publish it are disabled: usagedetails"),
        ("azure_billing_exporter_storage_writable", "is about the exporter itself"),
        (
            "azure:cost_daily:by_account",
            "Prometheus records it by a rule; explain what the rule reads: azure_cost_daily",
        ),
        (
            "azure:cost_month_to_date:by_meter",
            "Prometheus records it by a rule; explain what the rule reads: azure_cost_month_to_date",
        ),
        ("azure_billing:budget:days_left", "azure_billing_budget_amount"),
        ('azure_ea_total_usage{account="c"}', 'no account matches; the values of account are: "a", "b"'),
        ('azure_ea_total_usage{currency="USD"}', 'no series matches; the values of currency are: "EUR"'),
        ('azure_ea_total_usage{team="x"}', "no series has the label team; the labels are: account, currency"),
        ('azure_ea_total_usage{account="b"}', "b/balancesummary: nothing is stored, since no run has succeeded"),
        ("azure_ea_utilized", "the stored collections have no series of the family"),
    ],
)
def test_what_is_not_found_has_a_reason(config: Path, explain: Explain, selector: str, expected: str) -> None:
    """On standard error, with what there is instead, and exit code 3."""
    ExporterHarness(config).without_waiting().run()
    code, output, errors = explain(selector)
    assert (3, "") == (code, output)
    assert expected in errors.splitlines()[0]


def test_without_a_file_nothing_is_stored(explain: Explain, tmp_path: Path) -> None:
    """And none is created."""
    code, output, errors = explain("azure_ea_total_usage")
    assert (3, "", False) == (code, output, (tmp_path / "storage").exists())
    assert "a/balancesummary: nothing is stored, since no run has succeeded\n" in errors


def test_what_other_settings_have_read_is_not_explained(config: Path, explain: Explain) -> None:
    """Its figures may mean something else."""
    ExporterHarness(config).without_waiting().run()
    config.write_text(config.read_text().replace('enrollment: "1"', 'enrollment: "3"'))
    code, _, errors = explain('azure_ea_total_usage{account="a"}')
    assert (3, True) == (code, "what is stored was read with other settings" in errors)


def test_a_file_of_another_format_is_an_error(explain: Explain, tmp_path: Path) -> None:
    """With exit code 1, and it stays as it is: only the exporter sets it aside."""
    file = tmp_path / "storage" / "collections.sqlite"
    file.parent.mkdir()
    file.write_bytes(b"nonsense" * 100)
    assert (1, "", f"{file}: file is not a database\n") == explain("azure_ea_total_usage")
    file.unlink()
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA user_version = 99")
    content = file.read_bytes()
    assert (1, "", f"{file}: it was written by another version or another program\n") == explain("azure_ea_total_usage")
    assert (content, [file]) == (file.read_bytes(), list(file.parent.iterdir()))
    file.write_bytes(b"")  # as a process leaves it that is killed at its first start
    assert 3 == explain("azure_ea_total_usage")[0]


def test_a_folded_series_is_named_as_such(
    simulator: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With how many label sets it sums; what is beside it has the same labels."""
    config = write_config(simulator, tmp_path)
    content = yaml.safe_load(config.read_text())
    content["ea"][0]["usage"]["max_series"] = 3
    config.write_text(yaml.safe_dump(content))
    harness = ExporterHarness(config).without_waiting()
    harness.run("usagedetails")
    selector = 'azure_cost_month_to_date{meter_name="__other__",account="contoso-ea"}'
    assert 0 == main(["explain", selector, f"--config.file={config}"])
    lines = capsys.readouterr().out.splitlines()
    assert "  the sum of the series that the limit left out" in lines
    assert any(line.startswith("  beside azure_cost_daily ") for line in lines)
    assert any("label sets, into __other__" in line for line in lines)


def test_an_expression_is_an_error(config: Path) -> None:
    """Of one line, with the selectors in it."""
    done = command("explain", "sum(azure_ea_total_usage)", f"--config.file={config}")
    text = "explain: 'sum(azure_ea_total_usage)': not a selector; explain one of its selectors: azure_ea_total_usage\n"
    assert (1, "", text) == (done.returncode, done.stdout, done.stderr)
