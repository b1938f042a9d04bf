"""The import contracts of pyproject.toml notice what is added, without a change to them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("apis/another/__init__.py", "", "An API never imports another API"),
        ("another/__init__.py", "", "Arrows point down"),
        ("mixin/links.py", "import exporter.errors", "Arrows point down"),
        ("simulator/another/__init__.py", "", "A simulated API never imports another one"),
        ("app.py", "import exporter.simulator", "Only the commands that need it import the simulator"),
        ("commands/run.py", "import exporter.simulator.world", "Only the commands that need it import the simulator"),
        ("simulator/switches.py", "import exporter.model.periods", "The simulator does not know the client"),
        ("simulator/switches.py", "import requests", "One door to the network"),
        ("web/server.py", "import trustme", "Only the simulator needs the demo's packages"),
        ("report/text.py", "import rich", "Only tables for terminals need their package"),
        ("commands/run.py", "import exporter.report.table", "Only its command imports the reports"),
    ],
)
def test_an_addition_is_noticed(tmp_path: Path, file: str, line: str, contract: str) -> None:
    """A new package that no layer names, or an import in the wrong direction, breaks its contract."""
    shutil.copytree(ROOT / "exporter", tmp_path / "exporter", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    changed = tmp_path / "exporter" / file
    changed.parent.mkdir(exist_ok=True)
    with changed.open("a") as text:
        text.write(f"{line}\n")
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=False,
    )
    assert (1, True) == (done.returncode, f"{contract} BROKEN" in done.stdout)
