"""Processes that share the accounts of a configuration, and a Prometheus that scrapes all of them."""

import subprocess
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import requests
import yaml

from tests.balances import FAMILY
from tests.process import eventually, free_port, running
from tools import stack


class Fleet:
    """The pods of a StatefulSet, each with an address of its own for as long as the test; and Prometheus."""

    def __init__(self, context: ExitStack, config: Path, directory: Path, pods: int) -> None:
        self._context = context
        self._config = config
        self.addresses = [f"127.0.0.1:{free_port()}" for _ in range(pods)]
        self.processes: dict[int, subprocess.Popen[str]] = {}
        self._prometheus = f"127.0.0.1:{free_port()}"
        file = directory / "prometheus.yml"
        scraped = {"job_name": "azure", "static_configs": [{"targets": self.addresses}]}
        file.write_text(yaml.safe_dump({"global": {"scrape_interval": "1s"}, "scrape_configs": [scraped]}))
        context.enter_context(stack.prometheus(directory, file, self._prometheus))

    def start(self, ordinal: int, total: int) -> None:
        """Start a pod, and wait until it is ready."""
        address = self.addresses[ordinal]
        words = ("--shard.from-pod-name", f"--total-shards={total}", "--log.level=warn")
        self.processes[ordinal] = self._context.enter_context(
            running(
                f"--config.file={self._config}",
                f"--web.listen-address={address}",
                *words,
                environment={"POD_NAME": f"exporter-{ordinal}"},
            )
        )
        eventually(lambda: requests.get(f"http://{address}/-/ready", timeout=5).ok, f"pod {ordinal} ready")

    def end(self, ordinal: int) -> None:
        """Stop a pod as a node does that is drained."""
        process = self.processes.pop(ordinal)
        process.terminate()
        output, _ = process.communicate(timeout=30)
        assert "Traceback" not in output
        assert 0 == process.returncode

    def kill(self, ordinal: int) -> None:
        """End a pod without warning."""
        process = self.processes.pop(ordinal)
        process.kill()
        process.wait()

    def query(self, expression: str) -> list[dict[str, str]]:
        """The labels of the series that an expression returns now."""
        answer = requests.get(f"http://{self._prometheus}/api/v1/query", params={"query": expression}, timeout=30)
        return [found["metric"] for found in answer.json()["data"]["result"]]

    def accounts(self) -> dict[str, set[str]]:
        """The addresses that publish each account."""
        found: dict[str, set[str]] = {}
        for labels in self.query(FAMILY):
            found.setdefault(labels["account"], set()).add(labels["instance"])
        return found

    def publishing(self, expected: dict[str, set[str]], what: str) -> None:
        """Wait until Prometheus has exactly these accounts, each from exactly these addresses."""
        eventually(lambda: expected == self.accounts(), what)

    def gaps(self, accounts: Iterable[str], since: float, until: float) -> dict[str, int]:
        """In how many seconds between two instants Prometheus had no series of an account, if there were any."""
        expression = f"count by (account) ({FAMILY})"
        params = {"query": expression, "start": str(since), "end": str(until), "step": "1"}
        answer = requests.get(f"http://{self._prometheus}/api/v1/query_range", params=params, timeout=30).json()
        known = {found["metric"]["account"]: len(found["values"]) for found in answer["data"]["result"]}
        steps = int(until - since) + 1
        return {account: steps - known.get(account, 0) for account in accounts if known.get(account, 0) < steps}
