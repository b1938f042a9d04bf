"""The command as a user runs it: its process, output and exit code."""

import re
import signal
import socket
import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests

from exporter import __version__
from exporter.commands.simulate import write_config
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Slow
from tests.process import command, eventually, free_port, running


def catches(pid: int, number: int) -> bool:
    """Whether a process handles a signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    return bool(int(status.split("SigCgt:")[1].split()[0], 16) & 1 << (number - 1))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_serves_until_a_signal(simulator: Simulator, tmp_path: Path, number: signal.Signals) -> None:
    """It is ready within seconds; a signal stops it with exit code 0 and without a traceback."""
    config, port = write_config(simulator, tmp_path), free_port()
    with running(f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}") as process:
        eventually(lambda: requests.get(f"http://127.0.0.1:{port}/-/ready", timeout=60).status_code == 200, "ready")
        process.send_signal(number)
        output, _ = process.communicate(timeout=60)
    assert (0, True, False) == (process.returncode, "msg=stopped" in output, "Traceback" in output)


@pytest.mark.parametrize("milliseconds", [0, 1, 20, 100, 200, 300, 500, 800, 1200])
def test_a_signal_at_any_moment_of_the_start_ends_it(simulator: Simulator, tmp_path: Path, milliseconds: int) -> None:
    """With exit code 0: while it imports, reads the configuration, restores, or sends its first requests."""
    config, port = write_config(simulator, tmp_path), free_port()
    with running(f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}") as process:
        eventually(lambda: catches(process.pid, signal.SIGTERM), "the handlers, which come before almost everything")
        with suppress(subprocess.TimeoutExpired):
            process.wait(milliseconds / 1000)
        process.terminate()
        output, _ = process.communicate(timeout=60)
    assert (0, False) == (process.returncode, "Traceback" in output)


def test_a_signal_during_a_slow_response_stops_it(simulator: Simulator, tmp_path: Path) -> None:
    """A collector that waits for a response does not delay the shutdown."""
    simulator.faults.script("usagedetails", Slow(30), times=None)
    config, port = write_config(simulator, tmp_path), free_port()
    with running("run", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}") as process:
        eventually(lambda: any("usagedetails" in received.path for received in simulator.received), "a request")
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0


def test_many_clients_do_not_delay_the_end(simulator: Simulator, tmp_path: Path) -> None:
    """500 that are idle, and 100 that scrape without a pause."""
    config, port = write_config(simulator, tmp_path), free_port()
    request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with running(f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}") as process, ExitStack() as stack:
        eventually(lambda: requests.get(f"http://127.0.0.1:{port}/-/ready", timeout=60).ok, "ready")
        clients = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(600)]
        for client in clients[500:]:
            client.sendall(request * 100)
        for client in clients[500:]:
            assert client.recv(12) == b"HTTP/1.1 200"
        process.terminate()
        output, _ = process.communicate(timeout=60)
    assert (0, True, False) == (process.returncode, "msg=stopped" in output, "Traceback" in output)


def test_a_port_in_use_fails_the_start(simulator: Simulator, tmp_path: Path) -> None:
    """One clear line and exit code 1."""
    config = write_config(simulator, tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = command("run", f"--config.file={config}", f"--web.listen-address={address}")
    assert (1, f"--web.listen-address: {address}: Address already in use\n") == (done.returncode, done.stderr)


def test_the_demo_prints_its_addresses_once_they_are_bound() -> None:
    """Beside another demo on the same port, only the error."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = command("demo", f"--web.listen-address={address}")
    assert (1, "") == (done.returncode, done.stdout)
    assert done.stderr.endswith(f"--web.listen-address: {address}: Address already in use\n")


def test_check_config_prints_what_would_be_collected(simulator: Simulator, tmp_path: Path) -> None:
    """Every report with its interval, without a request."""
    done = command("check-config", f"--config.file={write_config(simulator, tmp_path)}")
    assert 0 == done.returncode
    assert ["warning: b2c[0].source: Azure AD Graph was retired in 2025"] == [
        line.partition(";")[0] for line in done.stderr.splitlines()
    ]
    assert "  usagedetails every 12h\n" in done.stdout
    assert "  usagerecords every 3h\n" in done.stdout
    assert [] == simulator.received
    host, b2c = simulator.url, simulator.world.b2c.tenant
    assert (
        f"Azure AD B2C and External ID, account 'contoso-b2c'\n  API {host}\n  login {host}/{b2c}\n"
        "  scope https://graph.windows.net/.default\n"
    ) in done.stdout
    assert f"Enterprise Agreement, account 'contoso-ea'\n  API {host}\n  usagedetails every" in done.stdout


def test_check_config_fails_for_a_missing_secret_and_run_starts(simulator: Simulator, tmp_path: Path) -> None:
    """A secret may be created after the start; until then each run logs a warning."""
    config, port = write_config(simulator, tmp_path), free_port()
    (tmp_path / "ea").unlink()
    done = command("check-config", f"--config.file={config}")
    errors = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]
    assert (1, ["ea[0].api_key_file: can't be read: No such file or directory"], "") == (
        done.returncode,
        errors,
        done.stdout,
    )
    with running(f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}") as process:
        assert process.stdout is not None
        assert any("level=warn" in line and "credential_unreadable" in line for line in process.stdout)


def test_check_config_warns_without_failing(tmp_path: Path) -> None:
    """A short interval is possible, but wastes requests."""
    file = tmp_path / "config.yaml"
    storage = f"storage: {{path: {tmp_path}}}"
    file.write_text(f'ea: [{{enrollment: "1", api_key: k, reports: {{usagedetails: {{every: 1s}}}}}}]\n{storage}')
    done = command("check-config", f"--config.file={file}")
    assert (0, True) == (done.returncode, done.stderr.startswith("warning: ea[0].reports.usagedetails.every: shorter"))
    assert "  usagedetails every 1s\n" in done.stdout


def test_check_config_prints_every_error(tmp_path: Path) -> None:
    """`path: message`, one per line, and exit code 1."""
    file = tmp_path / "config.yaml"
    file.write_text("ea: [{api_key: k, colour: red}]")
    done = command("check-config", f"--config.file={file}")
    assert (1, "ea[0].enrollment: is required\nea[0].colour: unknown key\n") == (done.returncode, done.stderr)


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--config.file=none.yaml"], 1, "none.yaml: No such file or directory"),
        (["run", "--web.listen-address=nowhere"], 1, "none"),
        (["--web.telemetry-path=metrics"], 2, "'metrics' is not a path such as /metrics"),
        (["--log.level=loud"], 2, "invalid choice: 'loud'"),
        (["--web.telemetry-path=/{a}/{a}"], 2, "'/{a}/{a}' is not a path such as /metrics"),
        (["--web.telemetry-path=/a/../b"], 2, "'/a/../b' is not a path such as /metrics"),
        (["--log.level=warn", "--config.file=none.yaml"], 1, "none.yaml: No such file or directory"),
        (["--web.telemetry-path=/a", "--web.telemetry-path=/b"], 2, "--web.telemetry-path: may be given only once"),
        (["--web.max-connections=-1"], 2, "is not a number from 0 to 999999"),
        (["--log.level=warning", "--config.file=none.yaml"], 1, "none.yaml: No such file or directory"),
        (["--once", "--web.listen-address=:1"], 2, "argument --web.listen-address: nothing is served with --once"),
        (["--once.output=x.prom"], 2, "argument --once.output: only with --once"),
        (["check-config", "--once"], 2, "unrecognized arguments: --once"),
        (["--once", "--once.output={tmp}/a/b.prom"], 1, "--once.output: {tmp}/a: not a directory"),
        (["--once", "--once.output={tmp}"], 1, "--once.output: {tmp}: is a directory"),
        (["check-config", "--config.file=a", "--config.file=a"], 2, "--config.file: may be given only once"),
        (["demo", "--log.level=info", "--log.level=debug"], 2, "--log.level: may be given only once"),
        (["simulate", "--port=99999"], 2, "'99999' is not a port from 0 to 65535"),
        (["fly"], 2, "invalid choice: 'fly'"),
        (["--colour"], 2, "unrecognized arguments: --colour"),
        (["simulate", "--host=256.0.0.1", "--directory={tmp}"], 1, "simulate: "),
        (["demo", "--web.listen-address=:x"], 1, "--web.listen-address: ':x' is not [host]:port"),
    ],
)
def test_an_error_is_one_clear_line(tmp_path: Path, arguments: list[str], code: int, text: str) -> None:
    """With a non-zero exit code and without a traceback."""
    done = command(*(argument.replace("{tmp}", str(tmp_path)) for argument in arguments))
    assert (code, "") == (done.returncode, "Traceback" * ("Traceback" in done.stderr))
    assert text.replace("none", "").replace("{tmp}", str(tmp_path)) in done.stderr


def test_an_unwritable_storage_does_not_prevent_the_start(simulator: Simulator, tmp_path: Path) -> None:
    """What does not rotate a token is collected; a metric has the problem."""
    config, port = write_config(simulator, tmp_path), free_port()
    (tmp_path / "storage").touch()
    with running(f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"):
        expected = ("azure_cost_month_to_date{", "azure_billing_exporter_storage_writable 0.0")
        url = f"http://127.0.0.1:{port}/metrics"
        eventually(lambda: all(text in requests.get(url, timeout=60).text for text in expected), "costs")


def test_the_version_is_printed() -> None:
    """For bug reports, in the form of Prometheus' programs."""
    first, *others = command("--version").stdout.splitlines()
    assert f"azure-billing-exporter, version {__version__}" == first
    assert ["python version", "platform"] == [line.split(":")[0].strip() for line in others]


@pytest.mark.parametrize("name", ["run", "check-config", "demo", "simulate"])
def test_help_has_an_example(name: str) -> None:
    """For every subcommand."""
    assert f"Example: azure-billing-exporter {name} --" in command(name, "--help").stdout


def test_the_demo_serves_all_three_apis(tmp_path: Path) -> None:
    """Ctrl-C stops it with exit code 0."""
    port = free_port()
    with running("demo", f"--web.listen-address=127.0.0.1:{port}") as process:
        eventually(lambda: requests.get(f"http://127.0.0.1:{port}/-/ready", timeout=60).status_code == 200, "ready")
        page = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert (0, False) == (process.returncode, "Traceback" in output)
    assert [] == [
        name
        for name in ("azure_b2c_users", "azure_cost_daily", "partner_center_customers")
        if f"\n{name}{{" not in page
    ]
    assert f"http://127.0.0.1:{port}/metrics" in output


def test_simulate_writes_a_configuration_that_works(tmp_path: Path) -> None:
    """An exporter in another process reads the simulated APIs."""
    with running("simulate", "--port=0", f"--directory={tmp_path}") as simulated:
        assert simulated.stdout is not None
        simulated.stdout.readline()
        file = re.search(r"--config.file=(\S+)", simulated.stdout.readline())
        assert file is not None
        port = free_port()
        with running(f"--config.file={file[1]}", f"--web.listen-address=127.0.0.1:{port}"):
            eventually(lambda: requests.get(f"http://127.0.0.1:{port}/-/ready", timeout=60).status_code == 200, "ready")
        simulated.send_signal(signal.SIGTERM)
        assert simulated.wait(5) == 0
    assert 0o600 == (tmp_path / "ea").stat().st_mode & 0o777
