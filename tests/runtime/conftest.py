"""Shared fixtures: an archive, and exporters whose configuration a test changes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exporter.runtime.archive import Archive
from tests.balances import GOOD, answer
from tests.harness import CannedService, Clock
from tests.runtime.archives import opened
from tests.runtime.configured import Configured


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    found = opened(tmp_path)
    yield found
    found.close()


@pytest.fixture
def make(canned: CannedService, tmp_path: Path, clock: Clock) -> Callable[..., Configured]:
    for number in range(100, 110):
        answer(canned, number, GOOD)

    def build(*names: str) -> Configured:
        return Configured(canned.url, tmp_path / "storage", clock, *names)

    return build
