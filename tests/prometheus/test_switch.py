"""An enrollment moves from the retired API to Cost Management, watched by a real Prometheus.

A reload replaces the figures of a report once its successor has answered, also of one that Azure prepares for minutes.
A restart has a gap until then, since stored figures of one source are not those of another.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
import requests
import uvicorn
import yaml

from exporter.app import Exporter
from exporter.commands.run import Running, served
from exporter.commands.simulate import write_config
from exporter.config import load
from exporter.simulator import Simulator
from exporter.web.listeners import listen
from tests.harness import Clock
from tests.process import eventually, free_port
from tests.prometheus.conftest import Prometheus
from tools import stack

Scrapes = dict[str, dict[float, str]]
"""The texts of a series' samples, by the instant of the scrape."""
SCRAPE_CONFIG = """
global: {{scrape_interval: 200ms}}
scrape_configs: [{{job_name: azure-billing, static_configs: [{{targets: ["{exporter}"]}}]}}]
"""
ACCOUNT = '{account="contoso"}'
COST = "azure_cost_month_to_date"


@contextmanager
def serving(config: Path, clock: Clock) -> Iterator[tuple[Running, str]]:
    """An exporter with its web server, and the address; it follows `clock`."""
    socket = listen("127.0.0.1:0")
    began = time.monotonic()
    ticking = lambda: clock() + timedelta(seconds=time.monotonic() - began)  # noqa: E731 (jobs become due by it)
    running = Running(config, Exporter(load(config), clock=ticking))
    running.exporter.start()
    app = served(running, "/metrics", enable_lifecycle=True)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    try:
        yield running, f"127.0.0.1:{socket.getsockname()[1]}"
    finally:
        running.stop()
        server.should_exit = True
        thread.join()


@pytest.fixture
def moved(simulator: Simulator, tmp_path: Path) -> tuple[Path, str]:
    """The configuration of an account of the retired API, and the text that moves it to Cost Management."""
    config = write_config(simulator, tmp_path)
    content = yaml.safe_load(config.read_text())
    old = content["ea"][0] | {"name": "contoso"}
    new = next(one for one in content["cost_management"] if one["name"] == "contoso")
    config.write_text(yaml.safe_dump({"ea": [old], "storage": content["storage"]}))
    return config, yaml.safe_dump({"cost_management": [new], "storage": content["storage"]})


def series(prometheus: Prometheus, selector: str) -> Scrapes:
    """All samples of all series that were scraped, by name and labels."""
    return {str(sorted(one["metric"].items())): dict(one["values"]) for one in prometheus.query(f"{selector}[10m]")}


def sums(found: Scrapes, family: str) -> dict[float, Fraction]:
    """The sum of a family at each scrape."""
    total: defaultdict[float, Fraction] = defaultdict(Fraction)
    for labels, samples in found.items():
        if f"('__name__', '{family}')" in labels:
            for at, text in samples.items():
                total[at] += Fraction(text)
    return dict(total)


def test_the_series_of_an_account_go_on_when_its_source_changes(
    simulator: Simulator, moved: tuple[Path, str], tmp_path: Path, clock: Clock, tool: Callable[[str], str]
) -> None:
    """No scrape lacks one of them or has one twice; of the old source nothing remains."""
    tool("prometheus")
    config, text = moved
    with serving(config, clock) as (running, exporter):
        eventually(lambda: running.not_ready() == [], "the first reports")
        eventually(lambda: all(map(running.exporter.store.collection, running.exporter.jobs)), "all reports")
        scrapes = tmp_path / "prometheus.yml"
        scrapes.write_text(SCRAPE_CONFIG.format(exporter=exporter))
        address = f"127.0.0.1:{free_port()}"
        with stack.prometheus(tmp_path, scrapes, address):
            watching = Prometheus(address)

            def scraped(selector: str, number: int) -> Callable[[], bool]:
                return lambda: bool(watching.query(f"count_over_time({selector}[10m]) >= {number}"))

            eventually(scraped(COST + ACCOUNT, 3), "costs of the old source")
            before = series(watching, ACCOUNT)
            config.write_text(text)
            assert requests.post(f"http://{exporter}/-/reload", timeout=60).status_code == 200
            eventually(scraped('azure_budget_amount{account="contoso"}', 5), "figures that only the new source has")
            eventually(lambda: all(map(running.exporter.store.own, running.exporter.jobs)), "all new reports")
            eventually(lambda: reported(running, watching), "their own series")
            after = series(watching, '{job="azure-billing"}')
            figures = {labels for labels in before if "azure_billing_exporter_" not in labels}
            begun = min(after[next(labels for labels in figures if COST in labels)])
            # A scrape that took longer than 200 ms, on a busy machine, has no series at all.
            instants = {at for at, up in sums(after, "up").items() if at >= begun and up == 1}
            for labels in figures:
                assert instants == {at for at in after[labels] if at >= begun}, labels
                assert 1 == len({float(text) for text in after[labels].values()}), labels
            assert 1 == len(set(sums(after, COST).values()))
            assert [] == watching.query('{api="ea"}')
            names = {job.collector.name for job in running.exporter.jobs}
            assert {"usage", "usage_previous_month", "balances", "pricesheet"} <= names


def reported(running: Running, prometheus: Prometheus) -> bool:
    """Whether the own series of all collectors have been scraped, and no others remain."""
    found = collectors(prometheus, f"azure_billing_exporter_collector_success{ACCOUNT}")
    return {job.collector.name for job in running.exporter.jobs} == found


def collectors(prometheus: Prometheus, expression: str) -> set[str]:
    """The label `collector` of what an instant query finds."""
    return {str(one["metric"]["collector"]) for one in prometheus.query(expression)}
