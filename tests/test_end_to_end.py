"""The whole path: simulated company, exporter, a real Prometheus."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import requests

from exporter.apis import ALL
from tests.process import eventually, free_port, running

CONFIG = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: azure-billing
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


def test_prometheus_scrapes_every_family(tmp_path: Path, tool: Callable[[str], str]) -> None:
    """The target is up, and each documented family answers a query; promtool has nothing to say."""
    port, prometheus_port = free_port(), free_port()
    config = tmp_path / "prometheus.yml"
    config.write_text(CONFIG.format(port=port))
    prometheus = [
        tool("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={tmp_path / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{prometheus_port}",
    ]

    def query(expression: str) -> list[object]:
        url = f"http://127.0.0.1:{prometheus_port}/api/v1/query"
        found: list[object] = requests.get(url, params={"query": expression}, timeout=5).json()["data"]["result"]
        return found

    with running("demo", f"--web.listen-address=127.0.0.1:{port}"):
        eventually(lambda: requests.get(f"http://127.0.0.1:{port}/-/ready", timeout=5).ok, "ready")
        page = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5)
        checked = subprocess.run(
            [tool("promtool"), "check", "metrics"], input=page.content, capture_output=True, check=False
        )
        assert (0, b"") == (checked.returncode, checked.stdout + checked.stderr)
        process = subprocess.Popen(prometheus, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            eventually(lambda: bool(query('up{job="azure-billing"} == 1')), "a scrape")
            families = [family.name for api in ALL for family in api.families]
            absent = ("_subscription_", "monthly_active")
            published = [name for name in families if not any(part in name for part in absent)]
            try:
                eventually(lambda: all(query(name) for name in published), "all families")
            except AssertionError:
                assert [] == [name for name in published if not query(name)]
        finally:
            process.kill()
            process.wait()
