"""The whole /metrics of the simulated company, byte for byte: a file per API, and one for what several APIs publish."""

import subprocess
from collections.abc import Callable
from difflib import ndiff
from pathlib import Path

import pytest

from exporter.model.families import Family
from tests.harness import ExporterHarness, families
from tools import declared

GOLDENS = Path(__file__).parent / "goldens"
DECLARED = {"-".join(api.name for api in apis): found for apis, found in declared.families().items()}


@pytest.mark.parametrize(("name", "expected"), DECLARED.items(), ids=DECLARED)
def test_golden(
    harness: ExporterHarness,
    name: str,
    expected: list[Family],
    request: pytest.FixtureRequest,
    tool: Callable[[str], str],
) -> None:
    """The published text is the approved one, and promtool finds no problem in it."""
    harness.run()
    names = {family.name for family in expected}
    body = b"".join(text for family, text in families(harness.exporter).items() if family in names)
    golden = GOLDENS / f"{name}.prom"
    if request.config.getoption("--write-goldens"):
        golden.write_bytes(body)
    approved = golden.read_text() if golden.exists() else ""
    changed = [line for line in ndiff(approved.splitlines(), body.decode().splitlines()) if line[0] in "+-"]
    assert not changed, "\n".join(["not as approved; if it is right: make goldens", *changed[:20]])
    checked = subprocess.run([tool("promtool"), "check", "metrics"], input=body, capture_output=True, check=False)
    assert (0, b"") == (checked.returncode, checked.stdout + checked.stderr)
