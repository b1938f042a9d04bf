"""`--once`: every report is read once, and the metrics are printed or written to a file."""

import io
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.commands.progress import CLEAR_LINE, Progress
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Slow, Status
from tests.harness import parsed, series, value
from tests.process import ENVIRONMENT, command, eventually, on_a_terminal, running

ACCOUNT = {"account": "contoso-ea"}


@pytest.fixture
def config(simulator: Simulator, tmp_path: Path) -> Path:
    """A configuration with one account, whose requests are not paced."""
    (tmp_path / "key").write_text(simulator.world.ea.api_key)
    file = tmp_path / "config.yaml"
    file.write_text(
        f"ea: [{{name: contoso-ea, enrollment: '{simulator.world.ea.enrollment}', api_key_file: {tmp_path / 'key'},"
        f" base_url: '{simulator.url}', ca_file: {simulator.ca_file}}}]\nstorage: {{path: {tmp_path / 'storage'}}}\n"
    )
    return file


def test_the_metrics_are_printed(config: Path) -> None:
    """Those of the reports and the exporter's own, as in a scrape; the log is on the standard error."""
    done = command("--once", f"--config.file={config}")
    assert 0 == done.returncode, done.stderr
    samples = parsed(done.stdout)
    assert series(samples, "azure_cost_daily", **ACCOUNT)
    assert {1.0} == {*series(samples, "azure_billing_exporter_collector_success", **ACCOUNT).values()}
    assert [] == [name for name, _ in samples if name.startswith(("process_", "python_"))]
    assert 6 == done.stderr.count("level=info msg=collected ")


def test_a_file_is_replaced_as_a_whole(config: Path, tmp_path: Path, tool: Callable[[str], str]) -> None:
    """It is valid and readable for node_exporter, which reads every file that ends in .prom."""
    output = tmp_path / "textfile" / "azure.prom"
    output.parent.mkdir()
    output.write_text("old")
    done = command("--once", f"--once.output={output}", f"--config.file={config}")
    assert (0, "") == (done.returncode, done.stdout)
    assert [output] == [*output.parent.iterdir()]
    assert 0o644 == stat.S_IMODE(output.stat().st_mode)
    assert series(parsed(output.read_text()), "azure_cost_daily", **ACCOUNT)
    checked = subprocess.run([tool("promtool"), "check", "metrics"], input=output.read_bytes(), check=False)
    assert 0 == checked.returncode


def test_a_required_report_that_fails_is_an_error(simulator: Simulator, config: Path) -> None:
    """The exit code is 1, and the values of its last success stay."""
    before = parsed(command("--once", f"--config.file={config}").stdout)
    simulator.faults.script("usagedetails", Status(403), times=None)
    done = command("--once", f"--config.file={config}")
    after = parsed(done.stdout)
    assert 1 == done.returncode
    assert series(before, "azure_cost_daily") == series(after, "azure_cost_daily")
    success = "azure_billing_exporter_collector_success"
    assert (0, 1) == tuple(value(after, success, collector=one) for one in ("usagedetails", "balancesummary"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once(simulator: Simulator, config: Path, tmp_path: Path, number: signal.Signals) -> None:
    """In the middle of a response, without a file, with the exit code of a shell."""
    simulator.faults.script("usagedetails", Slow(30), times=None)
    output = tmp_path / "azure.prom"
    with running("--once", f"--once.output={output}", f"--config.file={config}") as process:
        eventually(lambda: any("usagedetails" in received.path for received in simulator.received), "a request")
        process.send_signal(number)
        text, _ = process.communicate(timeout=60)
    assert (128 + number, False, False) == (process.returncode, output.exists(), "Traceback" in text)


def test_a_closed_pipe_is_no_failure(config: Path) -> None:
    """As with `| head`, also in a shell with `pipefail`."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "exporter", "--once", f"--config.file={config}"],
        stdout=writing, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, check=False, timeout=60,
    )  # fmt: skip
    os.close(writing)
    assert (0, False) == (done.returncode, "BrokenPipe" in done.stderr)


def test_a_terminal_shows_the_progress(config: Path) -> None:
    """On the standard error, which has nothing else but the log."""
    shown = on_a_terminal("--once", f"--config.file={config}", output=False)
    assert b"[########################] 6 of 6 reports" in shown
    assert shown.endswith(CLEAR_LINE.encode())


def test_log_lines_are_above_the_progress() -> None:
    """Each write clears the line and draws it again."""
    terminal = io.StringIO()
    progress = Progress(terminal, 4)
    progress.advance(failed=True)
    progress.write("a line\n")
    progress.end()
    line, none = "[######..................] 1 of 4 reports, 1 failed", f"[{'.' * 24}] 0 of 4 reports"
    assert f"{CLEAR_LINE}{none}{CLEAR_LINE}{line}{CLEAR_LINE}a line\n{line}{CLEAR_LINE}" == terminal.getvalue()


def test_only_a_regular_file_is_replaced(config: Path, tmp_path: Path) -> None:
    """A named pipe, or a device such as /dev/stdout, would become a file; a link keeps its target's place."""
    os.mkfifo(tmp_path / "pipe")
    done = command("--once", f"--once.output={tmp_path / 'pipe'}", f"--config.file={config}")
    assert (1, True) == (done.returncode, "is not a regular file" in done.stderr)
    (tmp_path / "link.prom").symlink_to(tmp_path / "real.prom")
    (tmp_path / "real.prom").touch()
    assert 0 == command("--once", f"--once.output={tmp_path / 'link.prom'}", f"--config.file={config}").returncode
    assert (True, True) == ((tmp_path / "link.prom").is_symlink(), (tmp_path / "real.prom").stat().st_size > 1000)
