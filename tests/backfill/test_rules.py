"""Recording rules over the past: the printed commands, run as they are, and what Prometheus has then."""

import re
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from exporter.backfill.rules import levels
from exporter.commands.dump import files
from exporter.mixin.installation import Installation
from tests.backfill.conftest import Backfill
from tests.process import free_port
from tests.prometheus.conftest import Prometheus
from tools import recorded, stack


def moved(blocks: Path, storage: Path) -> None:
    """Move blocks into the storage of a Prometheus, which is not running."""
    storage.mkdir(exist_ok=True)
    for block in blocks.iterdir():
        shutil.move(block, storage / block.name)


def test_rules_are_recorded_over_the_past(
    history: Backfill, tmp_path: Path, tool: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    """At any instant of a day, also those of rules that use the results of others, without a day counted twice."""
    tool("prometheus"), tool("promtool")
    assert 0 == history.run("2026-10-31", "--to=2026-11-01", "--every=6h", "--rules")
    lines = capsys.readouterr().out.splitlines()
    create, loop = (next(line for line in lines if f"create-blocks-from {kind}" in line) for kind in KINDS)
    (check,) = (line for line in lines if line.startswith("promtool query"))
    found = LOOP.fullmatch(loop)
    assert found, loop
    passes, evaluate = int(found[1]), found[2]
    (look_back,) = (word for line in lines for word in line.split() if word.startswith("--query.lookback-delta="))
    assert "--query.lookback-delta=21599s" == look_back
    blocks, storage, idle = history.directory / "out/blocks", tmp_path / "tsdb", tmp_path / "idle.yml"
    idle.write_text("{}")
    for name, text in files("rules", Installation()).items():
        (history.directory / "out/rules").mkdir(exist_ok=True)
        (history.directory / "out/rules" / name).write_text(text)
    subprocess.run(["sh", "-ec", create], check=True, capture_output=True)
    moved(blocks, storage)
    for _ in range(passes):
        address = f"127.0.0.1:{free_port()}"
        with stack.prometheus(tmp_path, idle, address, look_back):
            here = evaluate.replace("http://localhost:9090", f"http://{address}")
            done = subprocess.run(["sh", "-ec", here], check=False, capture_output=True, text=True)
            assert 0 == done.returncode, done.stdout + done.stderr
        moved(blocks, storage)
    address = f"127.0.0.1:{free_port()}"
    with stack.prometheus(tmp_path, idle, address):
        here = check.replace("http://localhost:9090", f"http://{address}")
        listed = subprocess.run(["sh", "-ec", here], check=True, capture_output=True, text=True).stdout
        assert "azure:cost_daily:by_meter" in listed
        assert "azure_billing:cost:previous_month" in listed
        prometheus = Prometheus(address)

        def total(expression: str, time: str) -> Decimal:
            (found,) = prometheus.get("query", query=f"sum({expression})", time=time)["result"]
            return Decimal(found["value"][1])

        end = "2026-10-31T17:33:00Z"
        rows = history.simulator.world.ea.usage("202610")
        expected = Decimal(float(sum(row.cost for row in rows)))
        assert Decimal("0.005") > abs(expected - total("azure_billing:cost:month_to_date", end))
        by_meter = total("azure:cost_daily:by_meter", end)
        assert Decimal("0.005") > abs(by_meter - total("azure:cost_daily:by_account", end))
        assert Decimal("0.005") > abs(expected - total("azure_billing:cost:previous_month", "2026-11-01T17:33:00Z"))


KINDS = ("openmetrics", "rules")
LOOP = re.compile(
    r"for level in \$\(seq ([0-9]+)\); do sleep 90; (promtool .*) && mv \S+ \S+ \|\| break; done; sleep 90"
)
"""A Prometheus that is started for each pass has the blocks at once, and needs no wait."""


def test_levels_are_those_of_the_rule_files(tmp_path: Path) -> None:
    """As the stack of the demo finds them in the files."""
    for name, text in files("rules", Installation()).items():
        (tmp_path / name).write_text(text)
    found = recorded.levels(*sorted(tmp_path.iterdir()))
    assert [set(level) for level in found] == [set(level) for level in levels(*Installation().rule_files())]
