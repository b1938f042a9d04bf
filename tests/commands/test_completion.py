"""Completion as shells do it: the scripts in real shells."""

import shutil
import subprocess
from pathlib import Path

import pytest

from exporter.cli import main
from exporter.subcommands import COMMANDS

# Calls the function that bash calls for a Tab at the end of the words.
PRESS_TAB = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
read -ra complete <<< "$(complete -p azure-billing-exporter)"
for ((i = 0; i < ${#complete[@]}; i++)); do [[ ${complete[i]} == -F ]] && name=${complete[i + 1]}; done
"$name" azure-billing-exporter "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def script(shell: str, directory: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    capsys.readouterr()
    assert 0 == main(["completion", shell])
    file = directory / f"completion.{shell}"
    file.write_text(capsys.readouterr().out)
    return file


def shell(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([""], {*COMMANDS}),
        (["ex"], {"explain"}),
        (["--con"], {"--config.file"}),
        (["--h"], {"--help"}),
        (["run", "--log.l"], {"--log.level"}),
        (["run", "--log.level", "w"], {"warn"}),
        (["run", "--log.level", "="], {"debug", "info", "warn", "error"}),
        (["explain", "--format", "=", "j"], {"json"}),
        (["completion", ""], {"bash", "zsh", "fish"}),
        (["dump", "r"], {"rules"}),
        (["report", ""], {"b2c", "cost_management", "ea", "partner_center"}),
        (["report", "ea", "usaged"], {"usagedetails", "usagedetails_previous_month"}),
        (["check-config", "--config.file", "=", "{file}"], {"{file}"}),
    ],
)
def test_bash_completes(
    words: list[str], expected: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Commands, options, choices and files; also after `=`, and options of `run` without a subcommand."""
    file = script("bash", tmp_path, capsys)
    typed = [word.replace("{file}", str(file)) for word in words]
    done = subprocess.run(
        [shell("bash"), "--norc", "-c", PRESS_TAB, "bash", str(file), "azure-billing-exporter", *typed],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ({word.replace("{file}", str(file)) for word in expected}, "") == ({*done.stdout.split()}, done.stderr)


@pytest.mark.parametrize(("name", "options"), [("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])])
def test_each_script_is_valid(
    name: str, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the parser of its shell."""
    program = shell(name)
    subprocess.run([program, *options, str(script(name, tmp_path, capsys))], timeout=60, check=True)


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_each_script_has_all_subcommands(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And no place of this machine."""
    text = script(name, tmp_path, capsys).read_text()
    assert [] == [command for command in COMMANDS if command not in text]
    assert str(Path(__file__).parents[2]) not in text
