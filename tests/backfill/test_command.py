"""The command as a user runs it: progress, help, and what `run` imports."""

import os
import pty
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tests.harness import Answer, CannedService
from tests.process import ENVIRONMENT, command

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date()
OFF = ("usagedetails_previous_month", "balancesummary", "marketplacecharges", "pricesheet", "billingperiods")


@pytest.fixture
def words(canned: CannedService, tmp_path: Path) -> list[str]:
    """A command line for one month of an enrollment that has no rows."""
    path = f"/v3/enrollments/1/billingPeriods/{YESTERDAY:%Y%m}/usagedetails"
    canned.answer(path, Answer({"data": [], "nextLink": None}))
    reports = {name: {"enabled": False} for name in OFF}
    account = {"enrollment": "1", "api_key": "k", "currency": "EUR", "base_url": canned.url, "reports": reports}
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({"ea": [account], "storage": {"path": str(tmp_path / "storage")}}))
    return ["backfill", f"--config.file={config}", f"--from={YESTERDAY}", f"--output={tmp_path / 'history.om'}"]


def test_lines_where_there_is_no_terminal(words: list[str], tmp_path: Path) -> None:
    """One for each billing period; commands go to the standard output, and nothing has colours."""
    done = command(*words)
    assert 0 == done.returncode
    assert f"1 usagedetails {YESTERDAY:%Y%m}: 0 rows read\n" == done.stderr
    assert "promtool tsdb create-blocks-from openmetrics" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    assert "# EOF\n" == (tmp_path / "history.om").read_text()


def test_a_bar_on_a_terminal(words: list[str]) -> None:
    """With the number of billing periods that are done."""
    ours, theirs = pty.openpty()
    environment = {**ENVIRONMENT, "TERM": "xterm", "COLUMNS": "120"}
    program = [sys.executable, "-m", "exporter", *words]
    with subprocess.Popen(program, stderr=theirs, stdout=subprocess.DEVNULL, env=environment) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
    os.close(ours)
    assert 0 == process.returncode
    assert b"1/1" in shown
    assert b"\x1b[" in shown


def test_a_signal_ends_it_with_its_number(words: list[str], canned: CannedService, tmp_path: Path) -> None:
    """And no file of it is left half written."""
    processes: list[subprocess.Popen[bytes]] = []
    canned.on_request = lambda path: processes[0].send_signal(signal.SIGTERM)
    program = [sys.executable, "-m", "exporter", *words]
    process = subprocess.Popen(program, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    processes.append(process)
    process.communicate(timeout=60)
    assert 128 + signal.SIGTERM == process.returncode
    assert not (tmp_path / "history.om").exists()


def test_help_has_an_example() -> None:
    """That can be copied."""
    text = command("backfill", "--help").stdout
    assert "Example: azure-billing-exporter backfill --from=2024-01-01 --every=1h --output=history" in " ".join(
        text.split()
    )


def test_run_does_not_import_what_backfill_needs() -> None:
    """Its start takes no longer."""
    program = """
import sys
import exporter.arguments, exporter.commands.once, exporter.commands.run
sys.stderr.write(" ".join(sorted(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=ENVIRONMENT)
    loaded = done.stderr.split()
    assert "exporter.options" in loaded
    assert [] == [name for name in loaded if name.startswith(("rich", "cramjam", "exporter.backfill."))]


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # the terminal is gone
        return b""
