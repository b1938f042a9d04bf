"""Remote write of a past into a Prometheus that has newer samples."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backfill.conftest import Backfill
from tests.process import free_port
from tests.prometheus.conftest import Prometheus
from tools import stack


@pytest.mark.parametrize("window", ["", "storage: {tsdb: {out_of_order_time_window: 60d}}"])
def test_older_samples_need_a_window(
    history: Backfill, tmp_path: Path, tool: Callable[[str], str], capsys: pytest.CaptureFixture[str], window: str
) -> None:
    """Without it they are refused, and the message names the setting; with it they are found."""
    tool("prometheus")
    config = tmp_path / "prometheus.yml"
    config.write_text(window or "{}")
    address = f"127.0.0.1:{free_port()}"
    with stack.prometheus(tmp_path, config, address, "--web.enable-remote-write-receiver"):
        url = f"--remote-write.url=http://{address}/api/v1/write"
        assert 0 == history.run("2026-11-10", url)
        assert bool(not window) == history.run("2026-10-30", "--to=2026-10-31", url)
        found = Prometheus(address).get("query", query="azure_cost_month_to_date", time="1793490700")["result"]
    assert bool(found) == bool(window)
    assert ("storage.tsdb.out_of_order_time_window" in capsys.readouterr().err) == (not window)
