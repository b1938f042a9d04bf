"""The command `backfill` against the simulated company, and a real Prometheus that gets what it writes."""

import shlex
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.arguments import parsed
from exporter.commands.backfill import backfill
from exporter.commands.simulate import write_config
from exporter.simulator import Simulator
from tests.harness import Clock
from tests.process import free_port
from tests.prometheus.conftest import Prometheus
from tools import stack
from tools.history import NoWaits


@dataclass
class Backfill:
    """The command with the configuration of some of the simulated accounts."""

    simulator: Simulator
    clock: Clock
    directory: Path
    config: Path

    def configure(self, **sections: Any) -> None:
        """These accounts alone."""
        storage = {"path": str(self.directory / "storage")}
        self.config.write_text(yaml.safe_dump({**sections, "storage": storage}))

    def account(self, section: str, place: int = 0) -> dict[str, Any]:
        """An account of the simulated company, without its budgets and labels."""
        content = yaml.safe_load(write_config(self.simulator, self.directory).read_text())
        found: dict[str, Any] = content[section][place]
        return found

    def run(self, since: str, *options: str, output: str = "out") -> int:
        """The exit code; nothing waits."""
        path = self.directory / output
        words = ["backfill", f"--config.file={self.config}", f"--from={since}", f"--output={path}", *options]
        return backfill(parsed(words), self.clock, NoWaits)

    def read(self, name: str = "out") -> str:
        """What was written: a file, or all files of a directory in their order."""
        path = self.directory / name
        files = sorted(path.glob("*.om")) if path.is_dir() else [path]
        return "".join(file.read_text() for file in files)


@pytest.fixture
def history(simulator: Simulator, clock: Clock, tmp_path: Path) -> Backfill:
    """A backfill of the simulated company's enrollment, without budgets, by default labels."""
    found = Backfill(simulator, clock, tmp_path, tmp_path / "backfill.yaml")
    ea = found.account("ea")
    del ea["budgets"], ea["usage"]
    found.configure(ea=[ea])
    return found


@contextmanager
def prometheus_with(directory: Path, commands: str, *options: str) -> Iterator[Prometheus]:
    """A Prometheus with the blocks that the printed commands make; `commands` is the output of the command."""
    make = next(line for line in commands.splitlines() if "promtool" in line)
    subprocess.run(["sh", "-ec", make], check=True, capture_output=True)
    blocks = shlex.split(make.replace(";", " ;"))
    storage = directory / "tsdb"
    storage.mkdir()
    (made,) = {Path(word) for word in blocks if word.endswith("blocks")}
    for block in made.iterdir():
        block.rename(storage / block.name)
    idle = directory / "idle.yml"
    idle.write_text("{}")
    address = f"127.0.0.1:{free_port()}"
    with stack.prometheus(directory, idle, address, *options):
        yield Prometheus(address)


@pytest.fixture
def imported(tmp_path: Path, tool: Callable[[str], str]) -> Callable[..., Any]:
    """See `prometheus_with`."""
    tool("prometheus"), tool("promtool")

    def start(commands: str, *options: str) -> Any:
        return prometheus_with(tmp_path, commands, *options)

    return start
