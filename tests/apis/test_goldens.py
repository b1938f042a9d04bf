"""The whole /metrics of each API for the simulated company, byte for byte."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness import ExporterHarness, families

GOLDENS = Path(__file__).parent / "goldens"


@pytest.mark.parametrize("prefix", ["azure_b2c", "azure_billing", "azure_ea", "partner_center"])
def test_golden(
    harness: ExporterHarness, prefix: str, request: pytest.FixtureRequest, tool: Callable[[str], str]
) -> None:
    """What is published is what was read and approved, and promtool finds nothing to say about it."""
    harness.run()
    body = b"".join(text for name, text in families(harness.exporter).items() if name.startswith(prefix))
    golden = GOLDENS / f"{prefix}.prom"
    if request.config.getoption("--write-goldens"):
        golden.write_bytes(body)
    assert golden.read_bytes() == body
    checked = subprocess.run([tool("promtool"), "check", "metrics"], input=body, capture_output=True, check=False)
    assert (0, b"") == (checked.returncode, checked.stdout + checked.stderr)
