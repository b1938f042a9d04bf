"""Serving 100,000 series: requests a second against nginx and prometheus-client, and scrapes beside a collector."""

import gzip
import http.client
import os
import re
import select
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from bench.ea import collect
from bench.rows import served
from exporter.runtime.assembly import Assembly
from exporter.runtime.own import OwnMetrics
from exporter.runtime.page import Part
from exporter.runtime.store import Snapshot
from exporter.runtime.telemetry import Telemetry
from exporter.signals import Signals
from exporter.web.listeners import listen
from exporter.web.options import WebOptions
from exporter.web.pages import application
from exporter.web.server import Server
from exporter.web.status.observed import Observed
from exporter.web.status.page import StatusPage

SERIES, PAGES, TURNS = 100_000, 200, 9
LABELS = ("account", "subscription", "resource_group", "meter_category", "meter", "location", "currency")
NGINX = """
worker_processes 1; pid {directory}/pid; error_log {directory}/errors; daemon off;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; gzip_static on; default_type text/plain;
  client_body_temp_path {directory}/1; proxy_temp_path {directory}/2; fastcgi_temp_path {directory}/3;
  uwsgi_temp_path {directory}/4; scgi_temp_path {directory}/5;
  server {{ listen 127.0.0.1:{port}; root {directory}; }}
}}
"""


class Costs(Collector):
    """The series that all servers send."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily("azure_cost_daily", "Cost of a day.", labels=LABELS)
        for number in range(SERIES):
            subscription = f"00000000-0000-4000-8000-{number:012}"
            group, meter = f"rg-{number % 777}", f"{number * 7919 % 100_003:08x}-0000-4000-8000-000000000000"
            labels = ("contoso", subscription, group, f"Category {number % 9}", meter, "westeurope", "EUR")
            family.add_metric(labels, hash((number, 7)) % 10**12 / 1e6)
        yield family


def registry() -> CollectorRegistry:
    """A registry with the series."""
    found = CollectorRegistry()
    found.register(Costs())
    return found


def ours(port: int, directory: Path, url: str = "") -> None:
    """Serve the page; with `url`, collect a million rows from it in a thread after a line on standard input."""
    page = Assembly().page({"azure_cost_daily": [Part((directory / "metrics").read_bytes(), 0)]})
    snapshot, own = Snapshot({}, page, 1), OwnMetrics(Telemetry())

    async def nothing() -> None:
        """Stop at once."""

    def ingest() -> None:
        sys.stdin.readline()
        collect(url, "json")
        print("collected", flush=True)

    if url:
        threading.Thread(target=ingest, daemon=True).start()
    app = application(
        lambda: snapshot,
        own,
        status=StatusPage(lambda: Observed((), datetime.now(UTC), datetime.now(UTC)), "/metrics"),
        not_ready=tuple,
    )
    with listen(f"127.0.0.1:{port}") as listening:
        Server(app, WebOptions(), Signals(), on_shutdown=nothing, on_reload=nothing).run(sockets=[listening])


def prometheus_client(port: int) -> None:
    """Serve the series as the library does."""
    _, thread = start_http_server(port, "127.0.0.1", registry())
    thread.join()


@contextmanager
def program(*arguments: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """A process that listens on `port` once the block begins."""
    process = subprocess.Popen(  # noqa: S603 (our own programs)
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.communicate()


def free_port() -> int:
    """A loopback port that is free at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def rate(port: int, encoding: str, connections: int = 8, seconds: int = 2) -> float:
    """Requests a second of one thread of wrk."""
    wrk = [str(shutil.which("wrk")), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout=60s"]
    wrk += ["-H", f"Accept-Encoding: {encoding}"]
    done = subprocess.run(  # noqa: S603 (Debian's program)
        [*wrk, f"http://127.0.0.1:{port}/metrics"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"Requests/sec:\s+([0-9.]+)", done.stdout)
    if not found or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(done.stdout)
    return float(found[1])


def rates(directory: Path) -> None:
    """Print requests a second as ratios; the servers take turns, and the median ratio counts: machines are noisy."""
    own, other, library = free_port(), free_port(), free_port()
    (directory / "nginx.conf").write_text(NGINX.format(directory=directory, port=other))
    nginx = str(shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin"))
    here = sys.executable, "-m", "bench.serving"
    with (
        program(*here, "ours", str(own), str(directory), port=own),
        program(nginx, "-c", str(directory / "nginx.conf"), "-e", str(directory / "errors"), port=other),
        program(*here, "prometheus-client", str(library), port=library),
    ):
        for encoding, goal in (("gzip", 300), ("identity", 100)):
            turns = [(rate(own, encoding), rate(other, encoding)) for _ in range(TURNS)]
            median = statistics.median(a / b for a, b in turns)
            slow = rate(library, encoding, connections=1, seconds=15)
            yours = statistics.median(rate(own, encoding) for _ in range(3))
            print(f"{encoding}: {yours:.0f} requests/s, {median:.2f} of nginx (at least 0.9)")
            print(f"{encoding}: {yours / slow:.0f} times prometheus-client (at least {goal})")


def scrape(port: int) -> float:
    """Seconds that a gzipped scrape takes, on a new connection."""
    start = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
    connection.getresponse().read()
    connection.close()
    return time.perf_counter() - start


def beside_a_collector(directory: Path) -> None:
    """Print the 99th percentile of gzipped scrapes while a collector of the same process reads a million rows."""
    port = free_port()
    here = sys.executable, "-m", "bench.serving"
    with served(PAGES) as url, program(*here, "ours", str(port), str(directory), url, port=port) as process:
        idle = sorted(scrape(port) for _ in range(200))
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process has no pipes")
        process.stdin.write("\n")
        process.stdin.flush()
        busy = []
        while not select.select([process.stdout], [], [], 0.01)[0]:
            busy.append(scrape(port))
        busy.sort()
    at = [times[int(len(times) * 0.99)] * 1000 for times in (idle, busy)]
    print(
        f"scrapes beside a collector: {len(busy)}, 99th percentile {at[1]:.0f} ms (under 100), "
        f"{statistics.median(busy) * 1000:.0f} ms in the median; {at[0]:.0f} ms without it"
    )


def main(arguments: Sequence[str]) -> None:
    """Print all figures."""
    if arguments[:1] == ["ours"]:
        ours(int(arguments[1]), Path(arguments[2]), *arguments[3:])
    elif arguments[:1] == ["prometheus-client"]:
        prometheus_client(int(arguments[1]))
    else:
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            directory.chmod(0o755)
            page = generate_latest(registry())
            (directory / "metrics").write_bytes(page)
            compressed = gzip.compress(page, 1)
            (directory / "metrics.gz").write_bytes(compressed)
            print(f"{SERIES:,} series: {len(page) / 1e6:.1f} MB, gzipped {len(compressed) / 1e6:.1f} MB")
            beside_a_collector(directory)
            if shutil.which("wrk") and shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
                rates(directory)
            else:
                print("requests/s: skipped; apt-get install nginx-light wrk")


if __name__ == "__main__":
    main(sys.argv[1:])
