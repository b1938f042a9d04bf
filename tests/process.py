"""Processes and ports: runs the command as a user does, and waits for its effects."""

import os
import pty
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest
import requests

ENVIRONMENT = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(Path(__file__).parents[1])}


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command until it exits, within two minutes on a busy machine."""
    return subprocess.run(
        [sys.executable, "-m", "exporter", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=ENVIRONMENT,
        check=False,
    )


@contextmanager
def running(*arguments: str, environment: Mapping[str, str] = MappingProxyType({})) -> Iterator[subprocess.Popen[str]]:
    """A process of the command that is killed at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "exporter", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**ENVIRONMENT, **environment},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def on_a_terminal(*arguments: str, environment: Mapping[str, str] = MappingProxyType({}), output: bool) -> bytes:
    """What a terminal shows of the command until it exits with code 0: its standard error, and with `output` all."""
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "exporter", *arguments],
        stdout=theirs if output else subprocess.DEVNULL,
        stderr=theirs,
        env={**ENVIRONMENT, **environment},
    )
    os.close(theirs)
    shown = b""
    try:
        while read := os.read(mine, 65_536):
            shown += read
    except OSError:  # Linux reports the end of a terminal as an error
        pass
    finally:
        os.close(mine)
    assert 0 == process.wait(60)
    return shown


def eventually(check: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait until `check` is true; `what` names it in the error."""
    deadline = time.monotonic() + seconds
    while not _holds(check):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except requests.RequestException:
        return False


def free_port() -> int:
    """A loopback port that is free at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def required(name: str) -> str:
    """The path of a Debian program; if it is missing, the test is skipped, and fails in CI."""
    path = shutil.which(name)
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not installed")
    if path is None:
        pytest.skip(
            f"{name} is not installed: apt-get install prometheus prometheus-alertmanager chromium chromium-driver"
        )
    return path
