"""Exports in a directory: rows a second from files to samples in each format, and memory, as ratios."""

import csv
import gzip
import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.rows import PAGE, rows
from exporter.apis.cost_management import API
from exporter.apis.cost_management.usage_reports import Usage
from exporter.auth.per_origin import PerOrigin
from exporter.model.collection import Run
from exporter.model.families import fold
from exporter.transport.http import HttpClient, Unobserved
from exporter.transport.session import Session
from exporter.transport.stop import Stop

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ROUNDS = 5
BLOCKS = 40
COST = "CostInBillingCurrency"
COLUMNS = f"""
    InvoiceSectionName AccountName AccountOwnerId SubscriptionId SubscriptionName ResourceGroup ResourceLocation Date
    ProductName MeterCategory MeterSubCategory MeterId MeterName MeterRegion UnitOfMeasure Quantity EffectivePrice
    {COST} CostCenter ConsumedService ResourceId Tags OfferId AdditionalInfo ServiceInfo1 ServiceInfo2 ResourceName
    ReservationId ReservationName UnitPrice ProductOrderId ProductOrderName Term PublisherType PublisherName ChargeType
    Frequency PricingModel AvailabilityZone BillingAccountId BillingAccountName BillingCurrencyCode
    BillingPeriodStartDate BillingPeriodEndDate BillingProfileId BillingProfileName InvoiceSectionId
    IsAzureCreditEligible PartNumber PayGPrice PlanName ServiceFamily CostAllocationRuleName benefitId benefitName
""".split()
"""Of an enrollment's actual costs, version 2023-12-01-preview."""
OLD_NAMES = {
    "InvoiceSectionName": "departmentName",
    "SubscriptionId": "subscriptionGuid",
    "ProductName": "product",
    "Quantity": "consumedQuantity",
    "EffectivePrice": "resourceRate",
    COST: "cost",
    "ResourceId": "instanceId",
}
"""Columns whose values the rows of the reporting API have under another name."""
SAME = {
    "PublisherType": "Azure",
    "PublisherName": "Microsoft",
    "ChargeType": "Usage",
    "BillingCurrencyCode": "EUR",
    "BillingPeriodStartDate": "11/01/2026",
    "IsAzureCreditEligible": "True",
}


def write_part(file: Path, blocks: int) -> None:
    """A part in CSV: the same `PAGE` rows so many times."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="")
    for row in rows(PAGE):
        lower = {name.lower(): value for name, value in row.items()}
        found = {name: lower.get(OLD_NAMES.get(name, name).lower(), "") for name in COLUMNS} | SAME
        year, month, day = row["date"][:10].split("-")
        writer.writerow(found | {"Date": f"{month}/{day}/{year}"})
    with file.open("w", newline="") as part:
        part.write(",".join(COLUMNS) + "\r\n")
        for _ in range(blocks):
            part.write(text.getvalue())


def export(directory: Path, files: Iterable[tuple[Path, int]]) -> Path:
    """An export's directory with one run, whose parts are links to some files with so many rows each."""
    folder = directory / "20261101-20261130" / "run"
    folder.mkdir(parents=True)
    blobs = []
    for number, (file, number_of_rows) in enumerate(files):
        (folder / f"part_{number}").hardlink_to(file)
        blobs.append({"blobName": f"x/20261101-20261130/run/part_{number}", "dataRowCount": number_of_rows})
    (folder / "manifest.json").write_text(json.dumps({"blobs": blobs, "exportConfig": {"type": "ActualCost"}}))
    return directory


def collect(path: Path) -> dict[str, object]:
    """One run of the collector, from files to samples."""
    settings = API.section.model_validate({"usage": {"download": "export", "export": {"path": str(path)}}})
    http = HttpClient(origin="http://127.0.0.1", observer=Unobserved(), timeout=1)
    session = Session(http, PerOrigin({}), base_url="http://127.0.0.1", observer=Unobserved(), stopped=Stop())
    (report,) = (found for found in API.collectors(settings, session, Path()) if isinstance(found, Usage))
    with closing(http):
        return dict(fold(report.collect(NOW, Run(NOW)), report.families))


def floor(opened: Callable[[], Any]) -> None:
    """`csv.reader` and Decimal over the same bytes; no labels."""
    with opened() as text:
        reader = csv.reader(text)
        place, total = next(reader).index(COST), Decimal(0)
        for row in reader:
            total += Decimal(row[place])


def best(*runs: Callable[[], object]) -> list[float]:
    """Rows a second of the quickest of some rounds, for each of the runs, which take turns: machines are noisy."""
    seconds: list[list[float]] = [[] for _ in runs]
    for _ in range(ROUNDS):
        for run, taken in zip(runs, seconds, strict=True):
            started = time.perf_counter()
            run()
            taken.append(time.perf_counter() - started)
    return [BLOCKS * PAGE / min(taken) for taken in seconds]


def rates(directory: Path) -> None:
    """Print rows a second against `csv.reader`, and of Parquet against CSV."""
    from pyarrow import csv as arrow_csv  # not in the processes whose memory is measured
    from pyarrow import parquet

    plain, zipped, columnar = (directory / name for name in ("plain", "zipped", "columnar"))
    write_part(plain, BLOCKS)
    zipped.write_bytes(gzip.compress(plain.read_bytes(), 6))
    parquet.write_table(arrow_csv.read_csv(plain), columnar, compression="snappy")
    exports = [export(directory / f"of-{file.name}", [(file, BLOCKS * PAGE)]) for file in (plain, zipped, columnar)]
    if not collect(exports[0]) == collect(exports[1]) == collect(exports[2]):
        sys.exit("the formats have different sums")
    csv_rate, csv_floor, gzip_rate, gzip_floor, rate = best(
        lambda: collect(exports[0]),
        lambda: floor(partial(plain.open, encoding="utf-8", newline="")),
        lambda: collect(exports[1]),
        lambda: floor(partial(gzip.open, zipped, "rt", encoding="utf-8", newline="")),
        lambda: collect(exports[2]),
    )
    for name, ours, theirs in (("CSV", csv_rate, csv_floor), ("gzip", gzip_rate, gzip_floor)):
        ratio = ours / theirs
        print(f"export {name}: {ours:12,.0f} rows/s, floor {theirs:12,.0f} rows/s: ratio {ratio:.2f} (at least 0.7)")
    print(f"export Parquet: {rate:12,.0f} rows/s: {rate / csv_rate:.1f} times the rate of CSV (at least 5)")


def peak(path: Path) -> float:
    """The peak memory in MiB of a process that collects an export."""
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-m", "bench.exports", str(path)], capture_output=True, text=True, check=True
    )
    return float(done.stdout) / 1024


def memory(directory: Path) -> None:
    """Print the peaks of processes of their own."""
    number, file = 100_000, directory / "part"
    write_part(file, number // PAGE)
    small, large = (peak(export(directory / f"memory-{parts}", [(file, number)] * parts)) for parts in (1, 100))
    ratio = large / small
    print(f"export memory: {large:.0f} MiB for 10,000,000 rows, {small:.0f} for 100,000: {ratio:.2f} (at most 1.1)")


def main() -> None:
    """Print the table; memory first, since a process begins with its parent's peak."""
    with TemporaryDirectory() as directory:
        memory(Path(directory))
        rates(Path(directory))


if __name__ == "__main__":
    if sys.argv[1:]:
        collect(Path(sys.argv[1]))
        sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
    else:
        main()
