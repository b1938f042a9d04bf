"""Storage of Prometheus with a history: blocks made from samples, and from what the recording rules make of them."""

import shutil
import socket
import subprocess
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from tools import recorded, stack

RULES = sorted((stack.ROOT / "prometheus/rules").glob("*.yml"))
UNBOUNDED = "--query.max-samples=500000000"
IDLE = "{}"


def write(directory: Path, lines: Iterable[str]) -> None:
    """Add samples to the storage in `directory`. Raises `RuntimeError` if promtool does not accept them."""
    promtool = shutil.which("promtool")
    if promtool is None:
        raise RuntimeError("promtool is not installed: sudo apt-get install prometheus")
    file = directory / "history.om"
    with file.open("w") as text:
        text.writelines(f"{line}\n" for line in lines)
    create = [promtool, "tsdb", "create-blocks-from", "openmetrics", "--quiet", "--max-block-duration=1000h"]
    done = subprocess.run(  # noqa: S603 (a program of the user's own machine)
        [*create, str(file), str(directory / "tsdb")], capture_output=True, text=True, check=False
    )
    file.unlink()
    if done.returncode:
        raise RuntimeError(f"the history could not be imported:\n{done.stdout}{done.stderr}")


def record(directory: Path, start: datetime, end: datetime, every: timedelta) -> None:
    """Add what the recording rules would have recorded."""
    idle, address = idle_config(directory), free_address()
    look_back = f"--query.lookback-delta={every.total_seconds():.0f}s"
    for rules in recorded.levels(*RULES):
        with stack.prometheus(directory, idle, address, look_back, UNBOUNDED):
            lines = [*recorded.series(address, rules, start, end, every)]
        write(directory, lines)


def idle_config(directory: Path) -> Path:
    """A configuration of Prometheus that scrapes and evaluates nothing."""
    file = directory / "idle.yml"
    file.write_text(IDLE)
    return file


def free_address() -> str:
    """A loopback address with a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
