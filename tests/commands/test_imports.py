"""The imports of subcommands: the simulator and its dependencies are optional."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from exporter.commands.simulate import write_config
from exporter.simulator import Simulator
from exporter.subcommands import COMMANDS

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRA = [requirement.split(">")[0] for requirement in PROJECT["optional-dependencies"]["demo"]]
OPTIONAL = ("exporter.simulator", *EXTRA)
LISTING = """
import json, sys
from exporter.cli import main
try:
    code = main(sys.argv[1:])
except SystemExit as end:
    code = end.code
print(json.dumps([code, sorted(sys.modules)]))
"""
MISSING = """
import sys
sys.modules.update(dict.fromkeys({names!r}))
from exporter.cli import main
sys.exit(main(sys.argv[1:]))
"""


def python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=False,
    )


def optional(modules: list[str]) -> list[str]:
    return [module for module in modules if module.startswith(OPTIONAL)]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run", "--help"], 0),
        (["check-config", "--config.file={config}"], 0),
        (["run", "--config.file={config}", "--web.listen-address=nowhere"], 1),
        (["login", "unknown", "--config.file={config}"], 1),
    ],
)
def test_the_exporter_never_loads_the_simulator(
    simulator: Simulator, tmp_path: Path, arguments: list[str], code: int
) -> None:
    """Neither its modules nor the packages that only it requires."""
    config = str(write_config(simulator, tmp_path))
    done = python(LISTING, *(argument.replace("{config}", config) for argument in arguments))
    exit_code, modules = json.loads(done.stdout.splitlines()[-1])
    assert (code, []) == (exit_code, optional(modules))


def test_signals_are_handled_before_the_imports() -> None:
    """Without a handler a signal ends the process with an exit code other than 0."""
    program = "import sys; before = set(sys.modules); import exporter.cli; print(*(set(sys.modules) - before))"
    assert {"argparse", "dataclasses", "logging"}.isdisjoint(python(program).stdout.split())


def test_help_loads_no_subcommand() -> None:
    """Only the chosen subcommand is imported, once its arguments are valid."""
    _, modules = json.loads(python(LISTING, "--help").stdout.splitlines()[-1])
    assert [] == [module for module in modules if module.startswith(("exporter.commands.", "requests"))]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_subcommand_has_a_function(name: str) -> None:
    """`COMMANDS` refers to it by name."""
    assert callable(COMMANDS[name].load())


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if command.extra])
def test_a_missing_extra_is_one_clear_line(name: str) -> None:
    """And exit code 1."""
    done = python(MISSING.format(names=EXTRA), name)
    text = "the simulator is not installed; pip install 'azure-billing-exporter[demo]'\n"
    assert (1, "", text) == (done.returncode, done.stdout, done.stderr)


def test_the_runtime_requirements_have_no_package_of_the_demo() -> None:
    """They are pinned only for the demo and for development."""
    for file, expected in (
        ("requirements.txt", False),
        ("requirements-demo.txt", True),
        ("requirements-dev.txt", True),
    ):
        pins = {line.split("==")[0] for line in (ROOT / file).read_text().splitlines() if "==" in line}
        assert expected == pins.issuperset(EXTRA)
        assert pins.issuperset(name.split(">")[0] for name in PROJECT["dependencies"])
