"""The rules on a real Prometheus: 10,000 customers over their budgets, then 100,000 series of costs.

Prints how long each group takes, the CPU time of all groups, and the notifications that Alertmanager sends with the
example of its configuration. Of several evaluations the fastest counts: the others include waits for other programs.
"""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests
import yaml

from bench import published
from tools import stack
from tools.ports import HOST

CUSTOMERS, SERIES = 10_000, 100_000
LIMIT, NOTIFICATIONS = 1.0, 99
EVALUATIONS = 3


@contextmanager
def served(body: bytes, received: list[int]) -> Iterator[str]:
    """An exporter with this page, and a receiver of notifications that counts the alerts of each."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(body)

        def do_POST(self) -> None:
            received.append(len(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["alerts"]))
            self._answer(b"")

        def _answer(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def alertmanager_config(directory: Path, receiver: str) -> Path:
    """That of the repository, with a receiver."""
    config = yaml.safe_load((stack.ROOT / "prometheus/alertmanager.yml").read_text())
    for each in config["receivers"]:
        each["webhook_configs"] = [{"url": f"http://{receiver}/"}]
    written = directory / "alertmanager.yml"
    written.write_text(yaml.safe_dump(config))
    return written


def groups(address: str) -> list[dict[str, Any]]:
    """The groups of rules with the duration of their last evaluation."""
    answer = requests.get(f"http://{address}/api/v1/rules", timeout=60)
    return [group for group in answer.json()["data"]["groups"] if not group["lastEvaluation"].startswith("0001")]


def measured(name: str, body: bytes) -> bool:
    """Whether every group is below the limit in the last of some evaluations."""
    received: list[int] = []
    with TemporaryDirectory() as made, ExitStack() as running:
        directory = Path(made)
        exporter = running.enter_context(served(body, received))
        prometheus, alertmanager = (f"{HOST}:{port}" for port in published.free_ports(2))
        config = stack.prometheus_config(directory, exporter, alertmanager)
        running.enter_context(stack.alertmanager(directory, alertmanager_config(directory, exporter), alertmanager))
        process = running.enter_context(stack.prometheus(directory, config, prometheus))
        time.sleep(90)  # all groups have been evaluated with the series
        before, used = time.monotonic(), published.cpu_seconds(process.pid)
        slowest: dict[str, list[float]] = {}
        while time.monotonic() < before + 60 * EVALUATIONS:
            for group in groups(prometheus):
                found = slowest.setdefault(group["name"], [])
                if group["evaluationTime"] not in found:
                    found.append(group["evaluationTime"])
            time.sleep(5)
        minutes = (time.monotonic() - before) / 60
        cpu = (published.cpu_seconds(process.pid) - used) / minutes
        alerts = requests.get(f"http://{prometheus}/api/v1/query?query=count(ALERTS)", timeout=60).json()
    times = {group: min(found) for group, found in slowest.items()}
    worst = max(times, key=lambda group: times[group])
    number = alerts["data"]["result"][0]["value"][1] if alerts["data"]["result"] else 0
    print(f"{name}: {number} alerts; the slowest group, {worst}, takes {times[worst]:.2f} s (at most {LIMIT:g} s)")
    print(f"  all groups and scrapes: {cpu:.1f} s of CPU time a minute; {len(received)} notifications, ", end="")
    print(f"the largest of {max(received, default=0)} alerts (at most {NOTIFICATIONS} notifications)")
    print("  " + ", ".join(f"{group} {seconds:.2f} s" for group, seconds in sorted(times.items())), flush=True)
    return times[worst] < LIMIT and len(received) <= NOTIFICATIONS


def main() -> int:
    """Measure and print; exit code 1 if a limit is exceeded."""
    good = [
        measured(f"storm of {CUSTOMERS} customers over budget", published.storm(CUSTOMERS)),
        measured(f"{SERIES} series of costs", published.costs(SERIES)),
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
