"""Backfill of an enrollment: its rate against that of reading the same rows, its memory, and promtool as its reader."""

import json
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import yaml

from bench.rows import rows
from exporter.apis.costs.usage_reports import UsageDetails
from exporter.apis.ea import API
from exporter.arguments import parsed
from exporter.auth.api_key import ApiKey
from exporter.auth.secret import Secret
from exporter.commands.backfill import backfill
from exporter.model.collection import Run
from exporter.model.families import fold
from exporter.model.periods import Days, billing_month
from exporter.transport.http import HttpClient, Unobserved
from exporter.transport.session import Session
from exporter.transport.stop import Stop

SERIES, YEAR, ROUNDS = 1_000, 2025, 3
NOW = datetime(YEAR + 1, 1, 20, 12, tzinfo=UTC)
DAYS_PER_PAGE = 5
OFF = ("usagedetails_previous_month", "balancesummary", "marketplacecharges", "pricesheet", "billingperiods")


def ingest(url: str, months: int) -> None:
    """The same months by the collector of the exporter, one after another."""
    for month in range(1, months + 1):
        name = f"{YEAR}{month:02}"
        settings = API.section.model_validate(
            {"enrollment": "1", "api_key": "k", "base_url": url, "currency": "EUR", "usage": {"period": name}}
        )
        http = HttpClient(origin=url, observer=Unobserved(), timeout=60)
        session = Session(http, ApiKey(Secret("k")), base_url=url, observer=Unobserved(), stopped=Stop())
        (report,) = (c for c in API.collectors(settings, session, Path()) if isinstance(c, UsageDetails))
        with closing(http):
            fold(report.collect(NOW, Run(NOW)), report.families)


def fill(url: str, months: int, directory: Path) -> str:
    """The command `backfill` for so many months; returns what it prints."""
    off = {name: {"enabled": False} for name in OFF}
    account = {"enrollment": "1", "api_key": "k", "base_url": url, "currency": "EUR", "reports": off}
    config = directory / "config.yaml"
    config.write_text(yaml.safe_dump({"ea": [account], "storage": {"path": str(directory)}}))
    shutil.rmtree(directory / "out", ignore_errors=True)
    last = billing_month(datetime(YEAR, months, 1, tzinfo=UTC).date()).end
    words = f"backfill --config.file={config} --from={YEAR}-01-01 --to={last} --output={directory / 'out'}".split()
    with redirect_stdout(StringIO()) as printed, redirect_stderr(StringIO()):
        if backfill(parsed(words), lambda: NOW):
            raise RuntimeError("backfill failed")
    return printed.getvalue()


def rates(directory: Path) -> None:
    """Print rows a second, and how many samples promtool accepts."""
    number = SERIES * (Days(NOW.date(), NOW.date().replace(year=NOW.year + 1)).end - NOW.date()).days
    seconds: dict[str, list[float]] = {"ingest": [], "backfill": []}
    with served() as url:
        for _ in range(ROUNDS):
            started = time.perf_counter()
            ingest(url, 12)
            between = time.perf_counter()
            printed = fill(url, 12, directory)
            seconds["ingest"].append(between - started)
            seconds["backfill"].append(time.perf_counter() - between)
    read, filled = min(seconds["ingest"]), min(seconds["backfill"])
    print(
        f"backfill: {number / filled:12,.0f} rows/s, ingest {number / read:12,.0f} rows/s: "
        f"ratio {read / filled:.2f} (at least 0.5)"
    )
    if shutil.which("promtool"):
        written = int(printed.split()[2])
        create = next(line for line in printed.splitlines() if line.startswith("for file"))
        subprocess.run(["sh", "-ec", create], check=True, capture_output=True)  # noqa: S603, S607 (our own command)
        blocks = (directory / "out" / "blocks").glob("*/meta.json")
        accepted = sum(json.loads(meta.read_text())["stats"]["numSamples"] for meta in blocks)
        print(f"promtool: {accepted:,} of {written:,} samples in blocks (all)")


def memory() -> None:
    """Print the peaks of processes of their own."""
    small, large = (_peak(months) for months in (1, 12))
    print(f"backfill memory: {large:.0f} MiB for 12 months, {small:.0f} for one: {large / small:.2f} (at most 1.1)")


def _peak(months: int) -> float:
    program = [sys.executable, "-m", "bench.backfill", str(months)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)  # noqa: S603 (our own program)
    return float(done.stdout) / 1024


@contextmanager
def served() -> Iterator[str]:
    """The address of a process that sends any month: each of the series on each day."""
    context = get_context("spawn")
    ready = context.SimpleQueue()
    process = context.Process(target=_serve, args=(ready,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ready.get()}"
    finally:
        process.terminate()
        process.join()


def _serve(ready: Any) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    ready.put(port)
    one = {"date": "DAY", "meterName": "Meter"}
    day = [{**row, **one, "meterName": f"Meter {n}"} for n, row in enumerate(rows(SERIES))]
    template = json.dumps(day).encode()[1:-1]
    while True:
        connection = listening.accept()[0]
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        requested = connection.makefile("rb")
        while line := requested.readline():
            while requested.readline() not in (b"\r\n", b""):
                pass
            path = line.split()[1].decode()
            connection.sendall(_page(path, template, port))


def _page(path: str, template: bytes, port: int) -> bytes:
    name, _, first = path.partition("?first=")
    period = name.split("/")[-2]
    month = billing_month(datetime.strptime(period, "%Y%m").replace(tzinfo=UTC).date())
    days = list(month)[int(first or 0) :]
    data = b",".join(template.replace(b"DAY", f"{day}T00:00:00".encode()) for day in days[:DAYS_PER_PAGE])
    more = len(days) > DAYS_PER_PAGE
    link = f"http://127.0.0.1:{port}{name}?first={int(first or 0) + DAYS_PER_PAGE}" if more else ""
    body = b'{"data":[%b],"nextLink":"%b"}' % (data, link.encode())
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def main() -> None:
    """Print the table; memory first, since a process begins with its parent's peak."""
    memory()
    with tempfile.TemporaryDirectory() as name:
        rates(Path(name))


if __name__ == "__main__":
    if sys.argv[1:]:
        with served() as address, tempfile.TemporaryDirectory() as temporary:
            fill(address, int(sys.argv[1]), Path(temporary))
        sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
    else:
        main()
