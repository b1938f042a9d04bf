"""Writes generated files; with `--check` only lists those that are out of date."""

from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]


def write(files: Mapping[str, str], arguments: list[str]) -> int:
    """Write texts by their path in the repository. The exit code is 1 if `--check` finds a file that is out of date."""
    stale = [path for path, text in files.items() if not (ROOT / path).exists() or (ROOT / path).read_text() != text]
    for path in stale:
        if "--check" in arguments:
            print(f"{path} is out of date: make docs")
        else:
            (ROOT / path).write_text(files[path])
            print(f"wrote {path}")
    return 1 if stale and "--check" in arguments else 0
