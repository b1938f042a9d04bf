"""Shared fixtures: an archive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.runtime.archive import Archive
from tests.runtime.archives import opened


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    found = opened(tmp_path)
    yield found
    found.close()
