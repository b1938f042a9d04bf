"""The units of systemd, as its own tools judge them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process import command

NAME = "azure-billing-exporter"
MOST_EXPOSED = 2.0
"""Of ten, by `systemd-analyze security`."""


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """The files that `dump systemd` writes, with a program that is installed here."""
    assert 0 == command("dump", "systemd", f"--directory={tmp_path}").returncode
    service = tmp_path / f"{NAME}.service"
    text = service.read_text()
    assert text.count(f"ExecStart={NAME} run ") == 1
    service.write_text(text.replace(f"ExecStart={NAME} ", f"ExecStart={sys.executable} -m exporter "))
    return [str(service), str(tmp_path / f"{NAME}.socket")]


def analyzed(tool: str, *arguments: str) -> str:
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_units_are_valid(units: list[str]) -> None:
    """Without a warning."""
    tool = found()
    assert "" == analyzed(tool, "verify", *units)


def test_the_service_is_exposed_little(units: list[str]) -> None:
    """It keeps the network and a state directory, and nothing else."""
    output = analyzed(found(), "security", "--offline=true", "--no-pager", units[0])
    level = re.search(r"Overall exposure level for \S+: ([0-9.]+)", output)
    assert level is not None
    assert float(level[1]) < MOST_EXPOSED


def found() -> str:
    """The program of systemd; without it the test is skipped: containers and macOS have none."""
    for directory in ("/usr/bin", "/bin"):
        if (tool := Path(directory, "systemd-analyze")).exists():
            return str(tool)
    pytest.skip("systemd-analyze is not installed")
