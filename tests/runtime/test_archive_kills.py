"""A process that is killed while it writes leaves whole collections and plans."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process import ENVIRONMENT
from tests.runtime.archive_writer import JOBS, collection, plan
from tests.runtime.archives import opened

WRITER = [sys.executable, "-m", "tests.runtime.archive_writer"]


@pytest.mark.timeout(1800)
def test_a_killed_process_leaves_whole_versions(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Each is the last one that was written or a newer one, and the next process continues with it."""
    chance, last = random.Random(1), 0
    with subprocess.Popen(
        WRITER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, bufsize=1
    ) as writer:
        assert writer.stdin
        assert writer.stdout
        for _ in range(int(pytestconfig.getoption("--kills"))):
            print(tmp_path, chance.uniform(0, 60), file=writer.stdin)
            last = max(last, int(writer.stdout.readline()))
            ignored: list[None] = []
            archive = opened(tmp_path, ignored)
            for found in archive.restore(JOBS).values():
                if not found.collection or not found.plan:
                    assert last == 0
                    continue
                version = found.collection.records
                assert last <= version
                assert collection(version) == found.collection
                assert found.plan in (plan(version), plan(version - 1))
            archive.close()
            assert not ignored
        writer.stdin.close()
    assert last
