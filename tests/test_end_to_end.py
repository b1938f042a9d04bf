"""The whole path: simulated company, exporter, a real Prometheus."""

import re
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import requests

from tests.process import eventually, free_port, running

GOLDENS = Path(__file__).parent / "apis/goldens"
CONFIG = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: azure-billing
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


def test_prometheus_scrapes_every_family(tmp_path: Path, tool: Callable[[str], str]) -> None:
    """The target is up, a query finds each family of the goldens, and promtool finds no problem in the page."""
    goldens = "".join(file.read_text() for file in GOLDENS.iterdir())
    published = re.findall(r"^# TYPE (\w+)", goldens, re.MULTILINE)
    port, prometheus_port = free_port(), free_port()
    config = tmp_path / "prometheus.yml"
    config.write_text(CONFIG.format(port=port))
    prometheus = [
        tool("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={tmp_path / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{prometheus_port}",
    ]

    def found(expression: str) -> bool:
        url = f"http://127.0.0.1:{prometheus_port}/api/v1/query"
        return bool(requests.get(url, params={"query": expression}, timeout=5).json()["data"]["result"])

    with running("demo", f"--web.listen-address=127.0.0.1:{port}"):
        eventually(lambda: requests.get(f"http://127.0.0.1:{port}/-/ready", timeout=5).ok, "ready")
        page = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5)
        checked = subprocess.run(
            [tool("promtool"), "check", "metrics"], input=page.content, capture_output=True, check=False
        )
        assert (0, b"") == (checked.returncode, checked.stdout + checked.stderr)
        process = subprocess.Popen(prometheus, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            eventually(partial(found, 'up{job="azure-billing"} == 1'), "a scrape")
            for name in published:
                eventually(partial(found, name), f"{name} in Prometheus")
        finally:
            process.kill()
            process.wait()
