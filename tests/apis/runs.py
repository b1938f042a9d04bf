"""Runs of exports as files by name, written from what is documented about them, and how they are read."""

import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from exporter.apis.cost_management.downloads.download import Cost
from exporter.apis.cost_management.exports.directory import Directory
from exporter.apis.cost_management.exports.export import Export
from exporter.apis.cost_management.exports.storage import Storage
from exporter.apis.costs.selection import Selection
from exporter.errors import Failure
from exporter.model.collection import Validators
from exporter.model.periods import Days
from tests.apis.blobs import Container
from tests.transport.sessions import Observer, session

FOLDER = "costs/daily"
NOVEMBER, OCTOBER = "20261101-20261130", "20261001-20261031"
HERE = f"{FOLDER}/{NOVEMBER}/run-1"
DAYS = Days(date(2026, 11, 1), date(2026, 11, 20))
SELECTION = Selection(("subscription_name", "currency"), ("team",))
HEADER = "SubscriptionName,Date,Quantity,CostInBillingCurrency,BillingCurrencyCode,PublisherType,Tags"


def part(*costs: str | int, day: str = "11/02/2026") -> bytes:
    """A part in CSV, with one row for each cost."""
    rows = (f'Shop,{day},2,{cost},EUR,Azure,"""team"": ""checkout"""' for cost in costs)
    return "".join(f"{line}\r\n" for line in ("\ufeff" + HEADER, *rows)).encode()


def manifest(
    parts: Sequence[tuple[str, int | None]], /, submitted: str = "2026-11-20T03:11:27.1234567Z", **changes: Any
) -> bytes:
    """A manifest of the parts, which are names and numbers of rows."""
    rows = [rows for _, rows in parts]
    found = {
        "manifestVersion": "2024-04-01",
        "blobCount": len(parts),
        "dataRowCount": sum(filter(None, rows)),
        "exportConfig": {"exportName": "daily", "type": "ActualCost", "granularity": None},
        "deliveryConfig": {"containerUri": "/subscriptions/x/providers/Microsoft.Storage/storageAccounts/y"},
        "runInfo": {"submittedTime": submitted, "startDate": "2026-11-01T00:00:00", "endDate": "2026-11-30T00:00:00Z"},
        "blobs": [{"blobName": name, "byteCount": 1, "dataRowCount": rows} for name, rows in parts],
    }
    return json.dumps(found | changes).encode()


def run(
    *parts: Sequence[str | int],
    guid: str = "run-1",
    period: str = NOVEMBER,
    compressed: bool = False,
    name: str = "manifest.json",
    **changes: Any,
) -> dict[str, bytes]:
    """The files of one run, whose parts have some costs."""
    folder = f"{FOLDER}/{period}/{guid}"
    files = {}
    for number, costs in enumerate(parts, 1):
        content = part(*costs, day=f"{period[4:6]}/02/2026")
        files[f"{folder}/part_{number}_0001.csv"] = gzip.compress(content) if compressed else content
    stated = [(file, len(costs)) for file, costs in zip(files, parts, strict=True)]
    return {**files, f"{folder}/{name}": manifest(stated, **changes)}


def total(rows: Sequence[Any]) -> Decimal:
    """The sum of rows' costs, whether or not they are sums already."""
    return sum((row[3] for row in rows), Decimal(0))


def without_root(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files as they are in a directory with the export's folder alone."""
    return {name.removeprefix(FOLDER + "/"): content for name, content in files.items()}


def config(kind: str | None) -> dict[str, Any]:
    return {"exportConfig": {"exportName": "daily", "type": kind}}


def write(directory: Path, files: Mapping[str, bytes]) -> Export:
    for name, content in without_root(files).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Export(Directory(directory))


def stored(container: Container, files: Mapping[str, bytes]) -> Export:
    container.blobs = dict(files)
    return Export(Storage(session(container.url, Observer()), FOLDER))


def rows(export: Export, cost: Cost = "actual", days: Days = DAYS, validators: Validators | None = None) -> list[Any]:
    return [row for batch in export.batches(days, SELECTION, cost, validators or Validators()) for row in batch]


def failure(export: Export, **arguments: Any) -> Failure:
    with pytest.raises(Failure) as raised:
        rows(export, **arguments)
    return raised.value
