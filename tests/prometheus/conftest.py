"""A real Prometheus with five weeks of data about the simulated company."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn

from exporter.app import Exporter
from exporter.commands.run import Running, served
from exporter.commands.simulate import write_config
from exporter.config import load
from exporter.runtime.job import Plan
from exporter.simulator import Simulator
from exporter.web.listeners import listen
from tests.harness import NOON, Stopped
from tests.process import eventually, free_port, required
from tools import stack

SHIFT = NOON - datetime.now(UTC)
"""Offset of the simulated clock, so that it is always the twentieth of a month."""


class Prometheus:
    """Its HTTP API."""

    def __init__(self, address: str) -> None:
        self.address = address

    def get(self, path: str, **params: str) -> Any:
        """The data of a successful response; an invalid expression is an assertion error."""
        answer = requests.get(f"http://{self.address}/api/v1/{path}", params=params, timeout=30).json()
        assert answer["status"] == "success", f"{answer.get('error')}: {params}"
        return answer["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an instant query."""
        found: list[dict[str, Any]] = self.get("query", query=expression)["result"]
        return found

    def variable(self, query: str, regex: str = "") -> list[str]:
        """The values of a dashboard variable, queried as Grafana does."""
        function, inner = re.fullmatch(r"(label_values|label_names|query_result)\((.*)\)", query).groups()  # type: ignore[union-attr]
        if function == "label_names":
            return [name for name in self.get("labels", **{"match[]": inner}) if re.search(regex.strip("/"), name)]
        if function == "label_values":
            selector, _, label = inner.rpartition(", ")
            return list(self.get(f"label/{label}/values", **{"match[]": selector}))
        texts = [
            ",".join(f'{name}="{text}"' for name, text in sorted(found["metric"].items()))
            for found in self.query(inner)
        ]
        pattern = regex.strip("/").replace("(?<", "(?P<")
        return [found["value"] for text in texts if (found := re.search(pattern, text))]


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Scrapes the exporter of the simulated company every second, after importing five weeks of history."""
    for tool in ("prometheus", "promtool"):
        required(tool)
    directory: Path = tmp_path_factory.mktemp("prometheus")
    socket = listen("127.0.0.1:0")
    exporter_at, address = f"127.0.0.1:{socket.getsockname()[1]}", f"127.0.0.1:{free_port()}"
    stack.import_history(directory, address, exporter_at, days=35, every=timedelta(hours=6), shift=SHIFT)

    def clock() -> datetime:
        return datetime.now(UTC) + SHIFT

    with Simulator(clock=clock) as simulator:
        stopped = Stopped()
        stopped.skip_waits = True
        exporter = Exporter(load(write_config(simulator, directory)), clock=clock, stopped=stopped)
        exporter.restore()
        for job in exporter.jobs:
            exporter.telemetry.planned(job, Plan(clock() + job.every))
            assert exporter.runner.run(job) is None
    app = served(Running(Path(), exporter), "/metrics", enable_lifecycle=False)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    config = stack.prometheus_config(directory, exporter_at, f"127.0.0.1:{free_port()}", quick=True)
    try:
        with stack.prometheus(directory, config, address):
            watching = Prometheus(address)
            eventually(
                lambda: bool(watching.query("azure_billing:cost:month_over_month_ratio")),
                "the recording rules of costs",
            )
            eventually(
                lambda: len(watching.query("count_over_time(azure_billing:budget:days_left[1m]) > 3")) > 3,
                "the recording rules of budgets",
            )
            yield watching
    finally:
        server.should_exit = True
        thread.join()
