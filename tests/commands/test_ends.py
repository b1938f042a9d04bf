"""How commands end that can't write, or that Ctrl-C interrupts."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from exporter import cli
from exporter.subcommands import COMMANDS
from tests.process import ENVIRONMENT

BUFFERED = {name: value for name, value in ENVIRONMENT.items() if name != "PYTHONUNBUFFERED"}


@pytest.mark.parametrize("name", ["metrics", "config-schema"])
@pytest.mark.parametrize("environment", [ENVIRONMENT, BUFFERED])
def test_a_full_disk_is_an_error_of_one_line(name: str, environment: dict[str, str], tmp_path: Path) -> None:
    """With exit code 1."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    with (tmp_path / "output").open("wb") as output:
        done = subprocess.run(
            [sys.executable, "-B", "-m", "exporter", name],
            stdout=output, stderr=subprocess.PIPE, text=True, env=environment, preexec_fn=limit, check=False,
        )  # fmt: skip
    assert (1, "standard output: File too large\n") == (done.returncode, done.stderr)


@pytest.mark.parametrize("environment", [ENVIRONMENT, BUFFERED])
def test_a_closed_pipe_is_no_failure(environment: dict[str, str]) -> None:
    """As with `| head`, also in a shell with `pipefail`; nothing is printed."""
    reading, writing = os.pipe()
    os.close(reading)
    program = [sys.executable, "-m", "exporter", "metrics"]
    done = subprocess.run(program, stdout=writing, stderr=subprocess.PIPE, env=environment, check=False, timeout=60)
    os.close(writing)
    assert (0, b"") == (done.returncode, done.stderr)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["backfill"], 130),
        (["metrics"], 130),
        (["run", "--once"], 130),
        (["--once"], 130),
        (["run"], 0),
        (["demo"], 0),
        (["simulate"], 0),
    ],
)
def test_ctrl_c_while_a_command_starts(words: list[str], code: int) -> None:
    """A command that was to write something has failed; those that serve are stopped so."""
    program = f"""
import os, signal, sys
class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "exporter.arguments":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts())
from exporter.cli import main
sys.exit(main({words}))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=ENVIRONMENT, check=False)
    assert (code, b"", b"") == (done.returncode, done.stdout, done.stderr)


def test_the_commands_that_serve_exist() -> None:
    """By their names."""
    assert COMMANDS.keys() >= cli.SERVING
