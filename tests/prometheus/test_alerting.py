"""A customer exceeds a budget: from the cost to the firing notification and the resolved one."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from exporter.commands.simulate import write_config
from exporter.simulator import Simulator
from tests.harness import NOON
from tests.process import eventually, free_port, running
from tools import stack

Alerts = list[dict[str, Any]]


@contextmanager
def webhook() -> Iterator[tuple[str, Alerts]]:
    """A receiver of Alertmanager notifications: its address, and the alerts it received."""
    alerts: Alerts = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            alerts.extend(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["alerts"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", alerts
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def alertmanager_config(directory: Path, url: str) -> Path:
    """The repository's configuration with a webhook as each receiver and short group intervals."""
    config = yaml.safe_load((stack.ROOT / "prometheus/alertmanager.yml").read_text())
    for route in (config["route"], *config["route"]["routes"]):
        route |= {"group_wait": "2s", "group_interval": "1s"}
    for receiver in config["receivers"]:
        receiver["webhook_configs"] = [{"url": url, "send_resolved": True}]
    written = directory / "alertmanager.yml"
    written.write_text(yaml.safe_dump(config))
    return written


def with_short_interval(config: Path) -> Path:
    """Read the records of customers every second."""
    content = yaml.safe_load(config.read_text())
    content["partner_center"][0]["reports"] = {"usagerecords": {"every": "1s"}}
    config.write_text(yaml.safe_dump(content))
    return config


def test_an_exceeded_budget_notifies_and_resolves(tmp_path: Path, tool: Callable[[str], str]) -> None:
    """With a real Prometheus and Alertmanager, and the rules and configuration of this repository."""
    tool("prometheus"), tool("prometheus-alertmanager")
    exporter, prometheus, alertmanager = (f"127.0.0.1:{free_port()}" for _ in range(3))
    with Simulator(clock=lambda: NOON) as simulator, webhook() as (url, alerts):
        partner = simulator.world.partner_center
        customer = next(c for c in partner.customers() if c.budget and c.total_cost < c.budget / 3)
        config = with_short_interval(write_config(simulator, tmp_path))

        def notified(status: str) -> list[dict[str, str]]:
            found = [one["labels"] for one in alerts if one["status"] == status]
            return [labels for labels in found if labels.get("customer_id") == customer.id]

        with (
            running(f"--config.file={config}", f"--web.listen-address={exporter}"),
            stack.alertmanager(tmp_path, alertmanager_config(tmp_path, url), alertmanager),
            stack.prometheus(
                tmp_path, stack.prometheus_config(tmp_path, exporter, alertmanager, quick=True), prometheus
            ),
        ):
            eventually(lambda: len(alerts) > 0, "an alert")
            assert [] == notified("firing")
            assert customer.budget is not None
            partner.booked[customer.id] = customer.budget
            eventually(lambda: bool(notified("firing")), "a notification of a firing alert")
            assert {
                "alertname": "AzureBudgetUsedUp",
                "severity": "critical",
                "account": "contoso-csp",
                "budget": customer.name,
                "customer_id": customer.id,
                "customer_name": customer.name,
                "currency": customer.currency,
            } == notified("firing")[0]
            (text, *_) = (a["annotations"]["description"] for a in alerts if a["labels"] == notified("firing")[0])
            spent = customer.total_cost + customer.budget
            assert f"{spent:.2f} of {customer.budget:.2f} {customer.currency}, as of " in text
            partner.booked[customer.id] = Decimal(0)
            eventually(lambda: bool(notified("resolved")), "a notification of a resolved alert")
            assert {"AzureBudgetUsedUp"} == {labels["alertname"] for labels in notified("firing")}
