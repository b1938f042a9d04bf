"""Partner Center: names that are not shown."""

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path

from exporter.config import load
from exporter.simulator import Simulator
from tests.apis.conftest import every
from tests.harness import ExporterHarness, series, value


def names(harness: ExporterHarness) -> set[str]:
    return {
        dict(labels).get("customer_name", "")
        for (_, labels) in harness.scrape()
        if any(name == "customer_id" for name, _ in labels)
    }


def test_names_can_be_left_out_of_every_family(
    simulator: Simulator, harness_with: Callable[..., ExporterHarness], tmp_path: Path
) -> None:
    """Not a byte of any of them is left on the page or in the archive."""
    harness = harness_with(customer_names="omit", detail="subscriptions", requests_per_minute=6000, reports=every("1s"))
    harness.run()
    assert {""} == names(harness)
    assert [] == leaks(simulator, harness, tmp_path)
    assert 25 == len(series(harness.scrape(), "partner_center_customer_info"))


def test_names_can_be_hashed_in_every_family(
    simulator: Simulator, harness_with: Callable[..., ExporterHarness], tmp_path: Path
) -> None:
    """With the documented keyed hash: the same for the same name and key, another for another key."""
    keys = {"detail": "subscriptions", "requests_per_minute": 6000, "reports": every("1s")}
    harness = harness_with(customer_names="hash", customer_names_key="hush", **keys)
    harness.run()
    customers = simulator.world.partner_center.customers()
    expected = {hmac.new(b"hush", customer.name.encode(), hashlib.sha256).hexdigest()[:12] for customer in customers}
    assert expected == names(harness)
    assert [] == leaks(simulator, harness, tmp_path)
    other = harness_with(customer_names="hash", customer_names_key="other", **keys)
    other.run()
    assert set() == expected & names(other)


def leaks(simulator: Simulator, harness: ExporterHarness, directory: Path) -> list[str]:
    """Names that are on the page or in the archive nevertheless."""
    account = load(directory / "config.yaml")
    seen = harness.exporter.store.current.body.decode()
    seen += "".join(file.read_text("utf-8", "replace") for file in account.storage.path.glob("*.sqlite*"))
    shown = {customer.name for customer in simulator.world.partner_center.customers()}
    return sorted(name for name in shown if name in seen or name.replace('"', '\\"') in seen)


def test_totals_are_the_same_whatever_the_names(
    simulator: Simulator, harness_with: Callable[..., ExporterHarness]
) -> None:
    """Only the label changes."""
    shown, omitted = harness_with(), harness_with(customer_names="omit")
    for harness in (shown, omitted):
        harness.run("usagerecords")
    for azure_plan in ("true", "false"):
        assert value(shown.scrape(), "partner_center_customers", azure_plan=azure_plan) == value(
            omitted.scrape(), "partner_center_customers", azure_plan=azure_plan
        )
