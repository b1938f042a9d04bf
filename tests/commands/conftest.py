"""Shared fixtures of the tests of `login`."""

from pathlib import Path

import pytest
import yaml

from exporter.commands.simulate import write_config
from exporter.simulator import Simulator


@pytest.fixture
def config(simulator: Simulator, tmp_path: Path) -> Path:
    """A configuration without a refresh token."""
    file = write_config(simulator, tmp_path)
    content = yaml.safe_load(file.read_text())
    del content["partner_center"][0]["refresh_token_file"]
    file.write_text(yaml.safe_dump(content))
    simulator.switches.device_code_interval = 1
    return file
