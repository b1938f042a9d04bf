"""Partner Center, more than totals: subscriptions, within a budget of requests; and names that stay in the house."""

import hashlib
import hmac
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from exporter.commands.simulate import write_config
from exporter.config import load
from exporter.errors import Malformed
from exporter.simulator import Simulator
from exporter.simulator.partner_center.faults import error as partner_center_error
from exporter.simulator.server.faults import Status
from tests.conftest import House
from tests.support import series, value

COST = "partner_center_subscription_cost_month_to_date"
PATH = "/subscriptions/usagerecords"
REFUSED = partner_center_error(403, "2032", "Forbidden.")


@pytest.fixture
def house_with(simulator: Simulator, tmp_path: Path) -> Callable[..., House]:
    """A house whose Partner Center account has more keys; it does not wait between requests, but notes how long."""

    def build(**keys: object) -> House:
        file = write_config(simulator, tmp_path)
        content = yaml.safe_load(file.read_text())
        content["partner_center"][0] |= keys
        file.write_text(yaml.safe_dump(content))
        return House(file)

    return build


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long a thread would have waited, each time."""
    noted: list[float] = []
    monkeypatch.setattr("threading.Event.wait", lambda self, seconds=None: noted.append(seconds or 0) or self.is_set())
    return noted


def asked_for(simulator: Simulator) -> list[str]:
    """The customers whose subscriptions were asked for."""
    return [received.path.split("/")[3] for received in simulator.received if received.path.endswith(PATH)]


def test_nobody_is_asked_for_subscriptions_unless_that_is_wanted(simulator: Simulator, house: House) -> None:
    """It is a request per customer."""
    house.run()
    assert [] == asked_for(simulator)
    assert "subscription_usagerecords" not in {job.collector.name for job in house.exporter.jobs}


def test_every_subscription_has_its_cost_and_they_sum_to_their_customer(
    simulator: Simulator, house_with: Callable[..., House]
) -> None:
    """To the last digit, in the customer's currency; no readiness waits for it."""
    house = house_with(detail="subscriptions", requests_per_minute=6000, reports=every("1s"))
    assert "subscription_usagerecords" not in {job.collector.name for job in house.exporter.missing()}
    assert [None] == house.run("subscription_usagerecords")
    (job,) = (job for job in house.exporter.jobs if job.collector.name == "subscription_usagerecords")
    collection = house.exporter.store.collection(job)
    assert collection is not None
    sums: dict[str, Fraction] = {}
    for labels, cost in collection.samples[COST].items():
        sums[labels[0]] = sums.get(labels[0], Fraction(0)) + Fraction(cost)
    customers = simulator.world.partner_center.customers()
    assert {customer.id: Fraction(customer.total_cost) for customer in customers} == sums
    dollars = {labels[0]: Decimal(str(usd)) for labels, usd in collection.samples[f"{COST}_usd"].items()}
    assert {customer.id for customer in customers if customer.azure_plan and customer.usd_total_cost} <= dollars.keys()
    assert not {customer.id for customer in customers if not customer.azure_plan} & dollars.keys()


def every(interval: str) -> dict[str, dict[str, str]]:
    return {"subscription_usagerecords": {"every": interval}}


@pytest.mark.parametrize(
    ("per_minute", "interval", "gap"), [(6000, "50m", 60), (30, "1s", 2)], ids=["spread over half", "within the budget"]
)
def test_requests_are_spread_over_half_the_interval_within_their_budget(
    simulator: Simulator,
    house_with: Callable[..., House],
    waits: list[float],
    per_minute: int,
    interval: str,
    gap: float,
) -> None:
    """25 customers: one request a minute in 25 minutes, or as fast as 30 a minute."""
    house = house_with(detail="subscriptions", requests_per_minute=per_minute, reports=every(interval))
    waits.clear()
    assert [None] == house.run("subscription_usagerecords")
    paced = [seconds for seconds in waits if seconds > 1]
    assert 24 <= len(paced) <= 25
    expected = [gap * number for number in range(1, len(paced) + 1)]
    assert all(abs(found - wanted) < gap for found, wanted in zip(paced, expected, strict=True))


def test_a_failure_loses_nothing_of_the_round(
    simulator: Simulator, house_with: Callable[..., House], waits: list[float]
) -> None:
    """The next run asks for the customers that are missing, the one after it for all of them again."""
    house = house_with(detail="subscriptions")
    customers = sorted(customer.id for customer in simulator.world.partner_center.customers())
    simulator.faults.script(customers[9], Status(200, "<html>"))
    (failure,) = house.run("subscription_usagerecords")
    assert isinstance(failure, Malformed)
    assert {} == series(house.scrape(), COST)
    assert customers[:10] == asked_for(simulator)
    assert [None] == house.run("subscription_usagerecords")
    assert customers[:10] + customers[9:] == asked_for(simulator)
    published = house.exporter.store.current.body
    assert [None] == house.run("subscription_usagerecords")
    assert customers == asked_for(simulator)[-25:]
    assert published == house.exporter.store.current.body


def test_a_customer_that_has_left_stops_nobody(
    simulator: Simulator, house_with: Callable[..., House], waits: list[float]
) -> None:
    """Its subscriptions are absent, the others' are there."""
    house = house_with(detail="subscriptions")
    gone = simulator.world.partner_center.customers()[3].id
    simulator.faults.script(f"{gone}{PATH}", partner_center_error(403, "20002", "No relation."))
    assert [None] == house.run("subscription_usagerecords")
    found = {dict(labels)["customer_id"] for labels in series(house.scrape(), COST)}
    assert (24, False) == (len(found), gone in found)


def test_a_customer_that_is_refused_stops_nobody_and_is_told(
    simulator: Simulator, house_with: Callable[..., House], waits: list[float]
) -> None:
    """Where everybody is refused the run fails."""
    house = house_with(detail="subscriptions")
    simulator.faults.script(f"{simulator.world.partner_center.customers()[3].id}{PATH}", REFUSED)
    assert [None] == house.run("subscription_usagerecords")
    (job,) = (job for job in house.exporter.jobs if job.collector.name == "subscription_usagerecords")
    collection = house.exporter.store.collection(job)
    assert collection
    (note,) = collection.warnings
    assert ("2032" in note, 24) == (True, len({labels[0] for labels in collection.samples[COST]}))
    simulator.faults.script(PATH, REFUSED, times=25)
    (failure,) = house.run("subscription_usagerecords")
    assert "2032" in str(failure)


def test_stopping_ends_a_round_at_once(simulator: Simulator, house_with: Callable[..., House]) -> None:
    """However many requests are still to come."""
    house = house_with(detail="subscriptions", requests_per_minute=1)
    house.exporter._stopped.set()
    (failure,) = house.run("subscription_usagerecords")
    assert ([], True) == (asked_for(simulator), "stopped" in str(failure))


def names(house: House) -> set[str]:
    return {
        dict(labels).get("customer_name", "")
        for (_, labels) in house.scrape()
        if any(name == "customer_id" for name, _ in labels)
    }


def test_names_can_be_left_out_of_every_family(simulator: Simulator, house_with: Callable[..., House]) -> None:
    """Not a byte of any of them is left on the page or in the archive."""
    house = house_with(customer_names="omit", detail="subscriptions", requests_per_minute=6000, reports=every("1s"))
    house.run()
    assert {""} == names(house)
    assert [] == leaks(simulator, house)
    assert 25 == len(series(house.scrape(), "partner_center_customer_info"))


def test_names_can_be_hashed_in_every_family(simulator: Simulator, house_with: Callable[..., House]) -> None:
    """The documented keyed hash: the same for the same name and key, and nobody without the key can try names."""
    keys = {"detail": "subscriptions", "requests_per_minute": 6000, "reports": every("1s")}
    house = house_with(customer_names="hash", customer_names_key="hush", **keys)
    house.run()
    customers = simulator.world.partner_center.customers()
    expected = {hmac.new(b"hush", customer.name.encode(), hashlib.sha256).hexdigest()[:12] for customer in customers}
    assert expected == names(house)
    assert [] == leaks(simulator, house)
    other = house_with(customer_names="hash", customer_names_key="other", **keys)
    other.run()
    assert set() == expected & names(other)


def leaks(simulator: Simulator, house: House) -> list[str]:
    """Names that are seen on the page or on disk all the same."""
    account = load(house.exporter.runner._archive._directory.parents[1] / "config.yaml")
    seen = house.exporter.store.current.body.decode()
    seen += "".join(file.read_text() for file in (account.storage.path / "collections").iterdir())
    shown = {customer.name for customer in simulator.world.partner_center.customers()}
    return sorted(name for name in shown if name in seen or name.replace('"', '\\"') in seen)


def test_totals_are_the_same_whatever_the_names(simulator: Simulator, house_with: Callable[..., House]) -> None:
    """Only the label changes."""
    shown, omitted = house_with(), house_with(customer_names="omit")
    for house in (shown, omitted):
        house.run("usagerecords")
    for azure_plan in ("true", "false"):
        assert value(shown.scrape(), "partner_center_customers", azure_plan=azure_plan) == value(
            omitted.scrape(), "partner_center_customers", azure_plan=azure_plan
        )
