"""The demo with Prometheus, Alertmanager and simulated history, from locally installed packages.

`make stack` runs this if no container engine is available.
"""

import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import requests

from tools import ports
from tools.past import EVERY, import_history, look_back, past_of_the_stack
from tools.stack import ROOT, alertmanager, program, prometheus, prometheus_config, running

PORTS = ("EXPORTER_PORT", "PROMETHEUS_PORT", "ALERTMANAGER_PORT")
ALERT_PAGES = ("/alerts", "/classic/alerts", "/api/v1/alerts")
"""Where Prometheus shows alerts: its own page, that of Debian's package, and the API."""


def main() -> int:
    """Run everything until Ctrl-C, or until one of the programs exits; no files are left behind."""
    exporter_at, prometheus_at, alertmanager_at = (
        f"{ports.HOST}:{port}" for port in ports.chosen(PORTS, os.environ).values()
    )
    with tempfile.TemporaryDirectory(prefix="azure-billing-stack-") as name, ExitStack() as stack:
        directory = Path(name)
        config = prometheus_config(directory, exporter_at, alertmanager_at)
        import_history(directory, prometheus_at, exporter_at, past_of_the_stack())
        demo = (sys.executable, "-m", "exporter", "demo", f"--web.listen-address={exporter_at}")
        log = directory / "exporter.log"
        programs = {
            log: stack.enter_context(program(log, *demo, ready=f"http://{exporter_at}/-/ready")),
            directory / "alertmanager.log": stack.enter_context(
                alertmanager(directory, ROOT / "prometheus/alertmanager.yml", alertmanager_at)
            ),
            directory / "prometheus.log": stack.enter_context(
                prometheus(directory, config, prometheus_at, look_back(EVERY))
            ),
        }
        for line in links(exporter_at, prometheus_at, alertmanager_at):
            print(line, flush=True)
        while True:
            for file, process in programs.items():
                running(process, file)
            time.sleep(1)


def links(exporter_at: str, prometheus_at: str, alertmanager_at: str) -> list[str]:
    """What to open; each address responds. Debian's Alertmanager has no pages, so a command is given instead."""
    pages = (f"http://{prometheus_at}{path}" for path in ALERT_PAGES)
    page = requests.get(f"http://{alertmanager_at}/", timeout=5)
    without_pages = not page.ok or "amtool" in page.text
    notifications = [
        f"Alertmanager  http://{alertmanager_at}/api/v2/alerts",
        f"              amtool --alertmanager.url=http://{alertmanager_at} alert",
    ]
    return [
        f"Exporter      http://{exporter_at}/",
        f"Prometheus    {next(url for url in pages if requests.get(url, timeout=5).ok)}",
        *(notifications if without_pages else [f"Alertmanager  http://{alertmanager_at}/"]),
        "Press Ctrl-C to stop.",
    ]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
    except RuntimeError as error:
        sys.exit(str(error))
