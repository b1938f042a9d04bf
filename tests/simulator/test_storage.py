"""The storage account with the exports."""

import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from exporter.simulator.storage.local import write_export, write_run

from .conftest import Browser, Clock
from .costs import Arm
from .storage import NOVEMBER, Account


@pytest.fixture
def account(browser: Browser) -> Account:
    return Account(Arm(browser))


def total(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


@pytest.mark.parametrize(
    ("export", "columns", "cost"),
    [
        ("ea-actual", 55, "CostInBillingCurrency"),
        ("ea-amortized", 53, "CostInBillingCurrency"),
        ("focus-1-0", 96, "BilledCost"),
        ("focus-daily", 96, "EffectiveCost"),
        ("focus-preview", 105, "BilledCost"),
    ],
)
def test_an_export_costs_what_the_old_reports_say(account: Account, export: str, columns: int, cost: str) -> None:
    """As of the hour of the run, usage and marketplace together, to the last digit."""
    ea, run = account.sim.world.ea, account.sim.exports.newest(export)
    rows = account.rows(account.newest(export))
    old = ea.ledger.cost(date(2026, 11, 1), date(2026, 11, 30), run.submitted)
    assert old + ea.marketplace("202611") == total(rows, cost)
    assert {columns} == {len(row) for row in rows}


def test_commitments_in_three_views(account: Account) -> None:
    """Billed cost is the actual view, effective cost the amortized one."""
    october = "20261001-20261031"
    focus = account.rows(account.newest("mca-focus", october))
    actual = account.rows(account.newest("mca-actual", october))
    assert total(actual, "costInBillingCurrency") == total(focus, "BilledCost")
    covered = [row for row in focus if row["CommitmentDiscountId"]]
    assert {"", "Used", "Unused"} == {row["CommitmentDiscountStatus"] for row in covered}
    assert {"Reservation", "Savings Plan"} == {row["CommitmentDiscountType"] for row in covered}
    assert Decimal(1054) == total(covered, "BilledCost") == total(covered, "EffectiveCost")
    purchases = [row for row in covered if row["ChargeCategory"] == "Purchase"]
    assert (2, Decimal(0)) == (len(purchases), total(purchases, "EffectiveCost"))
    assert {"Correction", ""} == {row["ChargeClass"] for row in focus}
    assert {"EUR", "CHF"} == {row["BillingCurrency"] for row in focus}


def test_parquet_has_the_same_costs(account: Account) -> None:
    """Exact decimals and instants, if the simulator can write such files."""
    parquet = pytest.importorskip("pyarrow.parquet")
    manifest = account.newest("focus-parquet")
    rows = [
        row
        for blob in manifest["blobs"]
        for row in parquet.read_table(io.BytesIO(account.read(blob["blobName"]))).to_pylist()
    ]
    text = account.rows(account.newest("focus-1-0"))
    assert manifest["dataRowCount"] == len(rows)
    assert total(text, "BilledCost") == sum(row["BilledCost"] for row in rows)
    assert datetime(2026, 11, 2, tzinfo=UTC) == rows[0]["ChargePeriodEnd"]
    assert ("Parquet", "Snappy") == tuple(manifest["deliveryConfig"][n] for n in ("fileFormat", "compressionMode"))


def test_folders_are_by_month_and_by_run(account: Account) -> None:
    """Prefixes and blobs are mixed; runs that append have a timestamp, those that overwrite are alone."""
    months = [f"costs/ea-actual/{month}/" for month in ("20260901-20260930", "20261001-20261031", NOVEMBER)]
    blobs, prefixes, _ = account.page(prefix="costs/ea-actual/", delimiter="/")
    assert (["costs/ea-actual/readme&notes.txt"], months) == (blobs, prefixes)
    _, runs, _ = account.page(prefix=months[2], delimiter="/")
    assert 3 == len(runs)
    assert all(re.fullmatch(r".*/20261118\d{4}/|.*/20261117\d{4}/|.*/20261116\d{4}/", run) for run in runs)
    names, _, _ = account.page(prefix=f"costs/focus-daily/{NOVEMBER}/")
    assert 1 == len({name.rpartition("/")[0] for name in names})
    assert any(name.endswith("/part_1_0001.csv.gz") for name in names)
    legacy, _, _ = account.page(prefix="costs/ea-legacy/")
    assert all(re.fullmatch(r"costs/ea-legacy/\d{8}-\d{8}/ea-legacy_[0-9a-f-]{36}\.csv", name) for name in legacy)
    assert ([], [], "") == account.page(prefix="costs/nothing/")


def test_another_run_replaces_the_last(account: Account, clock: Clock) -> None:
    """The id changes with each run, and its predecessor is gone; of runs that append, the older ones stay."""
    before = account.newest("focus-daily")
    clock.now += timedelta(days=1)
    after = account.newest("focus-daily")
    assert before["runInfo"]["runId"] != after["runInfo"]["runId"]
    assert 404 == account.get(f"/{before['blobs'][0]['blobName']}").status_code


def test_an_overwrite_between_listing_and_reading(account: Account) -> None:
    """What a listing named is gone when it is read; the next listing names the same rows elsewhere."""
    account.sim.switches.storage_overwrites = 1
    names, _, _ = account.page(prefix=f"costs/ea-amortized/{NOVEMBER}/")
    answer = account.get(f"/{names[0]}")
    assert (404, "BlobNotFound") == (answer.status_code, answer.headers["x-ms-error-code"])
    manifest = account.newest("ea-amortized")
    assert "OnDemand" == manifest["runInfo"]["executionType"]
    assert account.rows(manifest)


def test_the_manifest_comes_last(account: Account, clock: Clock) -> None:
    """Minutes after its submission a run has parts; its manifest follows."""
    run = account.sim.exports.newest("ea-actual")
    seen = []
    for minutes in (2, 4, 6):
        clock.now = run.submitted + timedelta(minutes=minutes)
        names, _, _ = account.page(prefix=run.folder)
        seen.append([name.rpartition("/")[2] for name in names])
    assert [[], ["part_1_0001.csv.gz", "part_2_0001.csv.gz"]] == seen[:2]
    assert ["manifest.json", *seen[1]] == seen[2]


def test_a_month_is_exported_again_in_the_first_days_of_the_next(account: Account, clock: Clock) -> None:
    """The run of the fifth has every correction."""
    clock.now = datetime(2026, 12, 5, 12, tzinfo=UTC)
    manifest = account.newest("ea-actual")
    assert manifest["runInfo"]["submittedTime"].startswith("2026-12-05T05:")
    azure = [row for row in account.rows(manifest) if row["PublisherType"] == "Azure"]
    settled = account.sim.world.ea.ledger.cost(date(2026, 11, 1), date(2026, 11, 30), clock.now)
    assert settled == total(azure, "CostInBillingCurrency")


def test_an_empty_run_has_a_manifest_alone(account: Account) -> None:
    """Without parts, their number is null."""
    account.sim.switches.storage_empty_run = True
    account.sim.switches.storage_manifest_name = "_manifest.json"
    manifest = account.newest("focus-1-0")
    assert (None, 0, []) == (manifest["blobCount"], manifest["dataRowCount"], manifest["blobs"])


def test_listings_are_paged(account: Account) -> None:
    """By maxresults or by the service itself; a page can be empty and have a marker."""
    whole, prefixes, _ = account.page(prefix="costs/ea-actual/", delimiter="/")
    pages = [account.page(prefix="costs/ea-actual/", delimiter="/", maxresults="2")]
    while marker := pages[-1][2]:
        pages.append(account.page(prefix="costs/ea-actual/", delimiter="/", maxresults="2", marker=marker))
    assert [2, 2] == [len(page[0]) + len(page[1]) for page in pages]
    assert (whole, prefixes) == ([n for page in pages for n in page[0]], [n for page in pages for n in page[1]])
    account.sim.switches.storage_page_size = 1
    assert 1 == len(account.page(prefix="costs/ea-actual/", delimiter="/")[1])
    account.sim.switches.storage_empty_page = True
    blobs, folders, marker = account.page(prefix="costs/mca-actual/")
    assert ([], []) == (blobs, folders)
    assert 1 == len(account.page(prefix="costs/mca-actual/", marker=marker)[0])


def test_a_hierarchical_account_lists_directories(account: Account) -> None:
    """As blobs without content, or as prefixes with a type."""
    account.sim.switches.storage_hierarchical = True
    names, _, _ = account.page(prefix="costs/mca-actual/20261101")
    assert f"costs/mca-actual/{NOVEMBER}" == names[0]
    answer = account.get("", {"restype": "container", "comp": "list", "prefix": "costs/", "delimiter": "/"})
    assert "<ResourceType>directory</ResourceType>" in answer.text


def test_etags_and_ranges(account: Account) -> None:
    """Quoted in headers and bare in lists; conditions and ranges are answered as documented."""
    run = account.sim.exports.newest("ea-actual")
    name = f"{run.folder}manifest.json"
    whole = account.get(f"/{name}")
    tag = whole.headers["ETag"]
    listed = account.get("", {"restype": "container", "comp": "list", "prefix": run.folder}).text
    assert f"<Etag>{tag.strip(chr(34))}</Etag>" in listed
    assert 304 == account.get(f"/{name}", If_None_Match=tag).status_code
    assert 200 == account.get(f"/{name}", If_Match=tag).status_code
    other = account.get(f"/{name}", If_Match='"0x8D0"')
    assert (412, "ConditionNotMet") == (other.status_code, other.headers["x-ms-error-code"])
    part = account.get(f"/{name}", Range="bytes=10-19")
    assert (206, whole.content[10:20]) == (part.status_code, part.content)
    assert f"bytes 10-19/{len(whole.content)}" == part.headers["Content-Range"]
    beyond = account.get(f"/{name}", Range="bytes=999999-")
    assert (416, "InvalidRange") == (beyond.status_code, beyond.headers["x-ms-error-code"])


def test_compressed_files_may_be_named_as_encoded(account: Account) -> None:
    """Then an HTTP client has decompressed them already."""
    [name, *_] = [one["blobName"] for one in account.newest("focus-daily")["blobs"]]
    assert account.read(name).startswith(b"\x1f\x8b")
    account.sim.switches.storage_content_encoding = True
    assert account.read(name).startswith(b"BilledCost,")


def test_a_run_in_a_directory_is_the_same(account: Account, tmp_path: Path) -> None:
    """For readers of a synchronized directory; an export without manifests has its file."""
    manifest = json.loads(write_run(account.sim.exports, "ea-amortized", tmp_path).read_bytes())
    assert account.newest("ea-amortized") == manifest
    for blob in manifest["blobs"]:
        assert account.read(blob["blobName"]) == (tmp_path / blob["blobName"]).read_bytes()
    assert ".csv" == write_run(account.sim.exports, "ea-legacy", tmp_path).suffix
    folder = write_export(account.sim.exports, "ea-actual", tmp_path)
    assert 9 == len(list(folder.rglob("manifest.json")))
