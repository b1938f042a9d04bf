"""The command: its exit codes, its file, and what is printed about accounts that fail."""

import signal
import stat
from pathlib import Path

import pytest

from exporter.apis import ALL
from exporter.errors import ConfigError
from exporter.report.reports import reader
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Slow
from tests.process import eventually, on_a_terminal, running
from tests.report.conftest import Command

TWO = """
ea:
  - {{name: works, enrollment: '{number}', api_key: {key}, base_url: '{url}', ca_file: {ca}}}
  - {{name: fails, enrollment: '{number}', api_key: wrong, base_url: '{url}', ca_file: {ca}}}
"""


def two(simulator: Simulator) -> str:
    ea = simulator.world.ea
    return TWO.format(number=ea.enrollment, key=ea.api_key, url=simulator.url, ca=simulator.ca_file)


def test_rows_of_the_other_accounts_are_printed(command: Command, config_of: object, simulator: Simulator) -> None:
    """Exit code 1, with the account that failed, why, and that its rows are missing; no secret."""
    config_of(two(simulator))  # type: ignore[operator]
    printed = command("ea usagedetails --group-by=account --format=json")
    assert (1, ["works"]) == (printed.code, [row["account"] for row in printed.rows])
    first, *_, last = printed.errors.splitlines()
    assert first.startswith("error: fails: usagedetails 202611: ")
    assert first.endswith(" (unauthorized: check whether the credential is valid and has not expired)")
    assert "incomplete: 1 of 2 reports failed, and their rows are missing" == last
    assert simulator.world.ea.api_key not in printed.errors


def test_one_cause_of_several_reports_is_printed_once(
    command: Command, config_of: object, simulator: Simulator
) -> None:
    """Each of the reports counts."""
    config_of(two(simulator))  # type: ignore[operator]
    first, last = command("ea usagedetails balancesummary --format=json").errors.splitlines()
    assert first.startswith("error: fails: ")
    assert "incomplete: 2 of 4 reports failed, and their rows are missing" == last


def test_nothing_is_written_if_every_account_fails(
    command: Command, config_of: object, simulator: Simulator, tmp_path: Path
) -> None:
    """The file of an earlier report stays."""
    config_of(two(simulator))  # type: ignore[operator]
    output = tmp_path / "report.json"
    output.write_text("before")
    printed = command(f"ea usagedetails --account=fails --output={output}")
    assert (1, "", "before") == (printed.code, printed.text, output.read_text())


def test_a_file_is_replaced_as_a_whole(command: Command, tmp_path: Path) -> None:
    """It is readable by its owner only, and has no colours; nothing is printed."""
    output = tmp_path / "new" / "report.csv"
    output.parent.mkdir()
    output.write_text("before")
    printed = command(f"partner_center usagerecords --format=csv --output={output}")
    assert (0, "") == (printed.code, printed.text)
    assert [output] == [*output.parent.iterdir()]
    assert 0o600 == stat.S_IMODE(output.stat().st_mode)
    assert output.read_text().startswith("account,customer_id,customer_name,azure_plan,currency,")


@pytest.mark.parametrize(("form", "text"), [("json", "[]\n"), ("jsonl", ""), ("table", ""), ("markdown", "")])
def test_no_data(command: Command, form: str, text: str) -> None:
    """Exit code 3 and the empty document, which says nothing about zero."""
    printed = command(f"ea usagedetails --since=2013-01-01 --until=2013-01-31 --format={form}")
    assert (3, text, True) == (printed.code, printed.text, printed.errors.startswith("no data: "))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("e usagedetails", "argument api: no API 'e'; did you mean 'ea'?"),
        ("ea usage", "argument report: ea has no report 'usage'; did you mean"),
        ("ea usagedetails --since=yesterday", "argument --since: 'yesterday' is not a day such as 2026-11-20"),
        ("ea usagedetails --since=2026-12-01", "argument --since: 2026-12-01 is in the future"),
        ("ea usagedetails --until=2026-11-01", "argument --until: needs --since"),
        ("ea usagedetails --since=5d --until=2026-11-01", "argument --since: 2026-11-16 is after 2026-11-01"),
        ("ea usagedetails --since=5d --period=current", "argument --period: not with --since and --until"),
        ("ea usagedetails --period=11/2026", "argument --period: '11/2026' is not a billing period such as 202611"),
        ("ea usagedetails --period=202612", "argument --period: 202612 is in the future"),
        ("ea usagedetails --account=contoso", "argument --account: no account of ea is named 'contoso'; did you"),
        ("ea usagedetails --over-budget", "argument --over-budget: not with usagedetails"),
        ("ea usagedetails --group-by=metername", "argument --group-by: no documented column has the name 'metername'"),
        ("ea pricesheet --since=month", "argument --since: pricesheet has billing periods only; use --period"),
        ("cost_management pricesheet --period=previous", "argument --period: this API has pricesheet of the current"),
        ("cost_management budgets --period=current", "argument --period: not with budgets; use it with"),
        ("ea billingperiods --since=5d", "argument --since: not with billingperiods; use it with"),
        ("b2c bill --group-by=name", "argument --group-by: bill has no column 'name'; it has account, component"),
        ("partner_center usagesummary --group-by=account", "argument --group-by: the figures of usagesummary have no"),
        ("b2c bill tenantUserCount --group-by=name", "argument --group-by: none of bill, tenantUserCount has a column"),
    ],
)
def test_an_invalid_option_says_what_to_write(command: Command, line: str, message: str) -> None:
    """Exit code 2, and nothing is printed."""
    printed = command(line)
    assert (2, "") == (printed.code, printed.text)
    assert f"azure-billing-exporter report: error: {message}" in printed.errors


def test_an_unknown_column_names_those_that_are_not_documented(command: Command) -> None:
    """Beside those of the API."""
    errors = command("ea usagedetails --group-by=bogus").errors
    assert "; the columns are " in errors
    assert errors.endswith(" (date, account and tag_<key> are columns, too)\n")


def test_an_account_without_the_report_is_left_out(command: Command) -> None:
    """With what it needs; if no account is left, that is an error."""
    printed = command("cost_management balances --format=json")
    assert (0, ["contoso"]) == (printed.code, [row["account"] for row in printed.rows])
    assert "warning: contoso-shop: balances is left out: it needs an enrollment and an identity\n" == printed.errors


def test_as_a_user_runs_it_on_a_terminal(config: Path) -> None:
    """The table has bars and colours, and the standard error shows the progress."""
    shown = on_a_terminal(
        "report", "ea", "usagedetails", "--group-by=subscription_name", f"--config.file={config}",
        environment={"TERM": "xterm", "COLUMNS": "120"}, output=True,
    )  # fmt: skip
    assert b"] 1 of 1 reports" in shown
    assert "\x1b[36m████████████████\x1b[0m" in shown.decode()


def test_a_file_that_can_not_be_written(command: Command, tmp_path: Path) -> None:
    """Is an error before any request."""
    with pytest.raises(ConfigError, match=r"--output: .*/no: not a directory"):
        command(f"ea usagedetails --output={tmp_path}/no/file")


def test_a_signal_ends_it_at_once(simulator: Simulator, config: Path, tmp_path: Path) -> None:
    """In the middle of a response, without a file, with the exit code of a shell."""
    simulator.faults.script("usagedetails", Slow(30), times=None)
    output = tmp_path / "report.csv"
    with running("report", "ea", "usagedetails", f"--output={output}", f"--config.file={config}") as child:
        eventually(lambda: any("usagedetails" in one.path for one in simulator.received), "a request")
        child.send_signal(signal.SIGTERM)
        text, _ = child.communicate(timeout=30)
    assert (143, False, False) == (child.returncode, output.exists(), "Traceback" in text)


def test_every_report_of_every_api_has_a_reader() -> None:
    """A new report needs no line here: what it publishes has rows."""
    assert all(callable(reader(report).rows) for api in ALL for report in api.reports)
