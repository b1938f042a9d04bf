"""The exporter against the simulated enrollment: every download, quirk and late row gives the ledger's sums."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from exporter.commands.simulate import write_config
from exporter.simulator import Simulator
from exporter.simulator.server.faults import Cut, Status
from tests.harness import NOON, Clock, ExporterHarness, families, value

BUILD = Callable[..., ExporterHarness]


@pytest.fixture
def enrollment(simulator: Simulator, tmp_path: Path) -> BUILD:
    """A harness that reads the simulated enrollment with the given settings."""

    def build(**usage: object) -> ExporterHarness:
        file = write_config(simulator, tmp_path)
        content = yaml.safe_load(file.read_text())
        content["ea"][0] |= {"usage": usage}
        content["storage"]["path"] = str(tmp_path / f"storage-{len(list(tmp_path.iterdir()))}")
        file.write_text(yaml.safe_dump({"ea": content["ea"], "storage": content["storage"]}))
        return ExporterHarness(file).without_waiting()

    return build


def total(harness: ExporterHarness, family: str) -> Fraction:
    """The exact sum of a family's samples."""
    lines = families(harness.exporter)[family].decode().splitlines()
    return sum((Fraction(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")), Fraction(0))


@pytest.mark.parametrize(
    "quirk",
    [
        {},
        {"ea_csv_german": True, "ea_csv_dates": "us"},
        {"ea_csv_preamble": False},
        {"ea_stray_days": 2},
        {"ea_report_statuses": (1, 2, 6, 6, 3), "ea_submit_status": 200},
        {"ea_report_statuses": (6,), "ea_ready_names_blob": True},
        {"ea_page_size": 41, "ea_last_link": "missing", "ea_repeat_across_pages": True},
    ],
    ids=str,
)
def test_every_download_and_quirk_gives_the_ledgers_sums(
    simulator: Simulator, enrollment: BUILD, quirk: dict[str, object]
) -> None:
    """To the last digit, and the same page for all three; no key ever reaches the blobs."""
    for name, setting in quirk.items():
        setattr(simulator.switches, name, setting)
    labels = {"labels": ["resource_group", "meter_name", "charges_billed_separately"], "tags": ["env", "cost unit"]}
    pages = []
    for download in ("json", "csv", "csv_async"):
        harness = enrollment(download=download, **labels)
        assert [None] == harness.run("usagedetails")
        published = families(harness.exporter).items()
        pages.append({name: text for name, text in published if "cost" in name or "quantity" in name})
    assert pages[0] == pages[1] == pages[2]
    expected = sum(Fraction(row.cost) for row in simulator.world.ea.usage("202611"))
    assert expected == total(harness, "azure_cost_month_to_date")
    assert [] == simulator.blob_authorizations


@pytest.mark.parametrize(
    ("download", "path"), [("json", "usagedetails"), ("csv", "download"), ("csv_async", "/usage/")]
)
def test_a_fault_in_the_middle_publishes_nothing_and_heals(
    simulator: Simulator, enrollment: BUILD, download: str, path: str
) -> None:
    """In paging, in the stream, and in polling."""
    simulator.switches.ea_page_size = 100
    fault = Status(500) if download == "csv_async" else Cut(3000)
    simulator.faults.script("submit/" if download == "csv_async" else path, fault, times=None)
    harness = enrollment(download=download)
    assert harness.run("usagedetails")[0] is not None
    assert "azure_cost_month_to_date" not in families(harness.exporter)
    simulator.faults.clear()
    assert [None] == harness.run("usagedetails")


def test_late_rows_move_the_etag_and_the_sums(tmp_path: Path, clock: Clock) -> None:
    """Days grow for three days, the previous month until the 5th; then it is frozen and left alone."""
    clock.now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    with Simulator(seed=1, clock=clock) as simulator:
        harness = ExporterHarness(write_config(simulator, tmp_path), clock)
        sums = []
        for day in (2, 4, 6, 8):
            clock.now = datetime(2026, 11, day, 12, tzinfo=UTC)
            simulator.received.clear()
            assert [None] == harness.run("usagedetails_previous_month")
            sums.append(total(harness, "azure_cost_previous_month"))
            assert sum(Fraction(row.cost) for row in simulator.world.ea.usage("202610")) == sums[-1]
        assert (True, True, True) == (sums[0] != sums[1], sums[1] != sums[2], sums[2] == sums[3])
        assert [] == simulator.received


def test_marketplace_charges_sum_to_the_balances(simulator: Simulator, enrollment: BUILD) -> None:
    """And refunds are among them."""
    harness = enrollment()
    assert [None, None] == harness.run("marketplacecharges") + harness.run("balancesummary")
    stated = value(harness.scrape(), "azure_ea_marketplace_service_charges")
    assert Fraction(simulator.world.ea.marketplace("202611")) == total(harness, "azure_marketplace_cost_month_to_date")
    assert stated == float(total(harness, "azure_marketplace_cost_month_to_date"))


def test_prices_are_those_of_meters_in_use(simulator: Simulator, enrollment: BUILD) -> None:
    """The sheet has hundreds more."""
    harness = enrollment()
    assert [None] == harness.run("pricesheet")
    used = {row.meter_id for row in simulator.world.ea.usage("202611")}
    lines = families(harness.exporter)["azure_unit_price"].decode().splitlines()[2:]
    assert used == {line.partition('meter_id="')[2].partition('"')[0] for line in lines}


@pytest.mark.parametrize("view", ["Department", "AccountOwner"])
def test_a_limited_key_fails_only_where_it_may_not_read(
    simulator: Simulator, enrollment: BUILD, tmp_path: Path, view: str
) -> None:
    """With the currency configured, usage continues."""
    harness = enrollment()
    (tmp_path / "ea").write_text(simulator.world.ea.make_key(view=view))  # type: ignore[arg-type]
    assert "disable this report" in str(harness.run("balancesummary")[0])
    assert "set `currency`" in str(harness.run("usagedetails")[0])


def test_an_expired_key_says_so(simulator: Simulator, enrollment: BUILD, tmp_path: Path) -> None:
    """In the service's words, and its expiry is published without a request."""
    harness = enrollment()
    (tmp_path / "ea").write_text(simulator.world.ea.make_key(age=timedelta(days=200)))
    assert "API key has expired" in str(harness.run("balancesummary")[0])
    labels = {"account": "contoso-ea", "credential": "api_key"}
    expiry = value(harness.scrape(), "azure_billing_exporter_credential_expiry_timestamp_seconds", **labels)
    assert expiry < NOON.timestamp()
