"""Enterprise Agreement usage: rows a second from a loopback server to samples, and memory, as ratios."""

import csv
import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec

from bench.rows import PAGE, csv_rows, json_page, served
from exporter.apis.costs.selection import Selection
from exporter.apis.costs.usage_reports import UsageDetails
from exporter.apis.ea import API
from exporter.apis.ea.usage.columns import DEFAULT
from exporter.apis.ea.usage.json_pages import usage_page
from exporter.auth.api_key import ApiKey
from exporter.auth.secret import Secret
from exporter.model.collection import Run
from exporter.model.families import fold
from exporter.transport.http import HttpClient, Unobserved
from exporter.transport.session import Session
from exporter.transport.stop import Stop

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ROUNDS = 5
PAGES = 100


def collect(url: str, download: str) -> dict[str, object]:
    """One run of the collector, from requests to samples."""
    settings = API.section.model_validate(
        {"enrollment": "1", "api_key": "k", "base_url": url, "usage": {"download": download}}
    )
    http = HttpClient(origin=url, observer=Unobserved(), timeout=60)
    session = Session(http, ApiKey(Secret("k")), base_url=url, observer=Unobserved(), stopped=Stop())
    (report,) = (c for c in API.collectors(settings, session, Path()) if isinstance(c, UsageDetails))
    with closing(http):
        return dict(fold(report.collect(NOW, Run(NOW)), report.families))


def json_floor(pages: list[bytes]) -> None:
    """Typed decoding of the same columns, and the sum; no HTTP and no labels."""
    decoder = msgspec.json.Decoder(usage_page(Selection(("unit_of_measure", *DEFAULT, "meter_id"))), strict=False)
    total = Decimal(0)
    for page in pages:
        for row in decoder.decode(page).data:  # type: ignore[attr-defined]
            total += row.cost


def csv_floor(head: bytes, blocks: list[str]) -> None:
    """`csv.reader` and Decimal; no HTTP and no labels."""
    place = next(csv.reader([head.decode().splitlines()[-1]])).index("Cost")
    total = Decimal(0)
    for block in blocks:
        for row in csv.reader(io.StringIO(block, newline="")):
            total += Decimal(row[place])


def best(*runs: Callable[[], object]) -> list[float]:
    """Rows a second of the quickest of some rounds, for each of the runs, which take turns: machines are noisy."""
    seconds: list[list[float]] = [[] for _ in runs]
    for _ in range(ROUNDS):
        for run, taken in zip(runs, seconds, strict=True):
            started = time.perf_counter()
            run()
            taken.append(time.perf_counter() - started)
    return [PAGES * PAGE / min(taken) for taken in seconds]


def peak(program: str, *arguments: str) -> tuple[float, float]:
    """Seconds, and the peak memory in MiB, of a program of its own."""
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-m", "bench.ea", program, *arguments], capture_output=True, text=True, check=True
    )
    seconds, kibibytes = done.stdout.split()
    return float(seconds), float(kibibytes) / 1024


def pandas_peer(pages: int) -> None:
    """What a straightforward exporter does: all rows into a frame, grouped."""
    import pandas

    text = json.dumps([row for _ in range(pages) for row in json.loads(json_page())["data"]])
    started = time.perf_counter()
    frame = pandas.read_json(io.StringIO(text))
    frame.groupby(["subscriptionName", "meterCategory", "meterSubCategory", "meterName"])["cost"].sum()
    sys.stdout.write(f"{time.perf_counter() - started} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")


def ours(pages: int) -> None:
    """The collector alone in a process."""
    with served(pages) as url:
        started = time.perf_counter()
        collect(url, "json")
        sys.stdout.write(f"{time.perf_counter() - started} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")


def rates() -> None:
    """Print rows a second against the floors, which read each page from a place of its own in memory: one that is
    always in the processor's cache is quicker than any answer that has just come in can be.
    """
    page, (head, block) = json_page(), csv_rows()
    pages, blocks = [bytes(bytearray(page)) for _ in range(PAGES)], [block.decode() for _ in range(PAGES)]
    with served(PAGES) as url:
        yours = {
            "JSON": best(lambda: collect(url, "json"), lambda: json_floor(pages)),
            "CSV": best(lambda: collect(url, "csv"), lambda: csv_floor(head, blocks)),
        }
    for name, (rate, floor) in yours.items():
        print(f"EA {name}: {rate:12,.0f} rows/s, floor {floor:12,.0f} rows/s: ratio {rate / floor:.2f} (at least 0.7)")


def memory() -> None:
    """Print the peaks of processes of their own."""
    (_, small), (_, large) = peak("ours", "20"), peak("ours", "400")
    print(f"EA memory: {large:.0f} MiB for 2,000,000 rows, {small:.0f} for 100,000: {large / small:.2f} (at most 1.1)")
    (seconds, own), (theirs, frame) = peak("ours", "200"), peak("pandas", "200")
    print(
        f"EA against pandas, 1,000,000 rows: {theirs / seconds:.1f} times faster (at least 3), "
        f"{own / frame:.3f} of its memory (at most 0.1)"
    )


def main() -> None:
    """Print the table; memory first, since a process begins with its parent's peak."""
    memory()
    rates()


if __name__ == "__main__":
    programs = {"ours": ours, "pandas": pandas_peer}
    if sys.argv[1:]:
        programs[sys.argv[1]](int(sys.argv[2]))
    else:
        main()
