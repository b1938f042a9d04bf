"""What `--output` may replace: nothing but a file of an earlier run."""

import os
import re
from pathlib import Path

import pytest

from exporter.errors import ConfigError
from tests.backfill.conftest import Backfill


def test_what_is_not_a_regular_file_is_refused(history: Backfill, tmp_path: Path) -> None:
    """Such as a pipe or a device, before any request; it stays as it is."""
    pipe = tmp_path / "pipe.om"
    os.mkfifo(pipe)
    with pytest.raises(ConfigError, match=rf"^--output: {re.escape(str(pipe))}: is not a regular file"):
        history.run("2026-11-17", output="pipe.om")
    assert (True, False) == (pipe.is_fifo(), (tmp_path / "pipe.om.parts").exists())
    assert [] == history.simulator.received


def test_a_file_of_another_kind_is_refused(history: Backfill) -> None:
    """Such as the configuration, before any request."""
    before = history.config.read_bytes()
    with pytest.raises(ConfigError, match=r"is not a file of this command, and would be replaced; remove it"):
        history.run("2026-11-17", output=history.config.name)
    assert before == history.config.read_bytes()
    assert [] == history.simulator.received


def test_a_file_of_an_earlier_run_is_replaced(history: Backfill, tmp_path: Path) -> None:
    """And an empty one, and one in a directory that does not exist yet."""
    (tmp_path / "one.om").touch()
    assert 0 == history.run("2026-11-17", output="one.om")
    assert 0 == history.run("2026-11-18", output="one.om")
    assert history.read("one.om").endswith("# EOF\n")
    assert 0 == history.run("2026-11-17", output="new/one.om")
