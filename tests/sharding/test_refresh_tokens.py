"""Two processes that are the same shard, such as the old and the new pod of a rolling update."""

import subprocess
from pathlib import Path

import yaml

from exporter.commands.simulate import write_config
from exporter.sharding import Shard
from exporter.simulator import Simulator
from tests.process import running

ACCOUNT = "contoso-csp"


def test_two_processes_of_a_shard_share_a_refresh_token(simulator: Simulator, tmp_path: Path) -> None:
    """Each token is exchanged once, and its successor is used by both, though a second exchange would be refused."""
    simulator.switches.refresh_token_single_use = True
    file = write_config(simulator, tmp_path)
    content = yaml.safe_load(file.read_text())
    partner = content["partner_center"][0] | {"detail": None, "reports": {"usagesummary": {"enabled": False}}}
    file.write_text(yaml.safe_dump({"partner_center": [partner], "storage": content["storage"]}))
    (shard,) = [number for number in range(2) if Shard(number, 2).owns("partner_center", ACCOUNT)]
    words = (f"--config.file={file}", "--once", f"--shard={shard}", "--total-shards=2")
    with running(*words) as first, running(*words) as second:
        processes: list[subprocess.Popen[str]] = [first, second]
        outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [0, 0] == [process.returncode for process in processes], outputs
    assert all(f'partner_center_customers{{account="{ACCOUNT}"' in output for output in outputs)
    assert 2 == sum(
        received.path.endswith("/oauth2/token") or "/oauth2/v2.0/token" in received.path
        for received in simulator.received
    )
