"""Partner Center subscriptions: read within a budget of requests, and resumed after failures."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest

from exporter.errors import Transient
from exporter.simulator import Simulator
from exporter.simulator.partner_center.faults import error as partner_center_error
from exporter.simulator.server.faults import Fault, Gateway, Status
from tests.apis.conftest import collection, every, failure
from tests.harness import ExporterHarness, series

COST = "partner_center_subscription_cost_month_to_date"
PATH = "/subscriptions/usagerecords"
REPORT = "subscription_usagerecords"
REFUSED = partner_center_error(403, "2032", "Forbidden.")


def requested(simulator: Simulator) -> list[str]:
    """The customers whose subscriptions were requested, in order."""
    return [received.path.split("/")[3] for received in simulator.received if received.path.endswith(PATH)]


def test_subscriptions_are_read_only_where_they_are_configured(
    simulator: Simulator, harness_with: Callable[..., ExporterHarness]
) -> None:
    """It is a request per customer."""
    harness = harness_with(detail=None)
    harness.run()
    assert [] == requested(simulator)
    assert REPORT not in {job.collector.name for job in harness.exporter.jobs}


def test_every_subscription_has_its_cost_and_they_sum_to_their_customer(
    simulator: Simulator, harness_with: Callable[..., ExporterHarness]
) -> None:
    """To the last digit, in the customer's currency; no readiness waits for it."""
    harness = harness_with(detail="subscriptions", requests_per_minute=6000, reports=every("1s"))
    assert REPORT not in {job.collector.name for job in harness.exporter.missing()}
    assert [None] == harness.run(REPORT)
    found = collection(harness, REPORT)
    sums: dict[str, Fraction] = {}
    for labels, cost in found.samples[COST].items():
        sums[labels[0]] = sums.get(labels[0], Fraction(0)) + Fraction(cost)
    customers = simulator.world.partner_center.customers()
    assert {customer.id: Fraction(customer.total_cost) for customer in customers} == sums
    dollars = {labels[0]: Decimal(str(usd)) for labels, usd in found.samples[f"{COST}_usd"].items()}
    assert {customer.id for customer in customers if customer.azure_plan and customer.usd_total_cost} <= dollars.keys()
    assert not {customer.id for customer in customers if not customer.azure_plan} & dollars.keys()


@pytest.mark.parametrize(
    ("per_minute", "interval", "gap"), [(6000, "50m", 60), (30, "1s", 2)], ids=["spread over half", "within the budget"]
)
def test_requests_are_spread_over_half_the_interval_within_their_budget(
    simulator: Simulator,
    harness_with: Callable[..., ExporterHarness],
    waits: list[float],
    per_minute: int,
    interval: str,
    gap: float,
) -> None:
    """25 customers: one request a minute in 25 minutes, or as fast as 30 a minute; nothing is spread at first."""
    keys = {"detail": "subscriptions", "requests_per_minute": per_minute, "reports": every(interval)}
    assert [None] == harness_with(**keys).run(REPORT)
    assert max(waits) < 60 / per_minute * 26
    harness = harness_with(**keys)
    waits.clear()
    assert [None] == harness.run(REPORT)
    paced = [seconds for seconds in waits if seconds > 1]
    assert 24 <= len(paced) <= 25
    expected = [gap * number for number in range(1, len(paced) + 1)]
    assert all(abs(found - wanted) < gap for found, wanted in zip(paced, expected, strict=True))


def ids(simulator: Simulator) -> list[str]:
    return sorted(customer.id for customer in simulator.world.partner_center.customers())


def fail(simulator: Simulator, customer: str, answers: int = 4) -> None:
    """The customer's next requests, by default one with all its retries, are answered 500."""
    simulator.faults.script(customer, partner_center_error(500), times=answers)


def test_customers_that_are_read_at_once_give_the_same_page(
    harness_with: Callable[..., ExporterHarness], waits: list[float]
) -> None:
    """Byte for byte, and in half of the time or less: see the benchmark."""
    pages = set()
    for at_once in (1, 4):
        harness = harness_with(at_once=at_once, detail="subscriptions")
        assert [None, None] == harness.run(REPORT) + harness.run("usagesummary")
        pages.add(harness.exporter.store.current.body)
    assert 1 == len(pages)


def test_an_outage_loses_nothing_of_the_round(
    simulator: Simulator, harness_with: Callable[..., ExporterHarness], waits: list[float]
) -> None:
    """Three customers in a row fail: the next run reads those who are missing, the one after it all of them again."""
    harness = harness_with(detail="subscriptions")
    customers = ids(simulator)
    for customer in customers[9:12]:
        fail(simulator, customer)
    assert isinstance(failure(harness, REPORT), Transient)
    assert {} == series(harness.scrape(), COST)
    assert customers[:12] == list(dict.fromkeys(requested(simulator)))
    before = len(requested(simulator))
    assert [None] == harness.run(REPORT)
    assert customers[12:] + customers[9:12] == requested(simulator)[before:]
    published = harness.exporter.store.current.body
    assert ((), 25) == (
        collection(harness, REPORT).warnings,
        len({labels[0] for labels in collection(harness, REPORT).samples[COST]}),
    )
    assert [None] == harness.run(REPORT)
    assert customers == requested(simulator)[-25:]
    assert published == harness.exporter.store.current.body


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (partner_center_error(500), "500"),
        (partner_center_error(405, "2001", "Not allowed."), "405 2001: Not allowed."),
        (partner_center_error(412, "2002", "No."), "412 2002: No."),
        (Status(200, "<html>"), "malformed"),
        (Gateway(404), "404"),
        (Status(404, {"error": "x"}), "404 x"),
    ],
    ids=["500", "405", "412", "html", "a gateway's 404", "another 404"],
)
def test_a_customer_that_always_fails_stops_no_other(
    simulator: Simulator, harness_with: Callable[..., ExporterHarness], waits: list[float], fault: Fault, words: str
) -> None:
    """It is skipped in this round; a warning has its id, status, code and the correlation id."""
    harness = harness_with(detail="subscriptions")
    customer = ids(simulator)[9]
    simulator.faults.script(f"{customer}{PATH}", fault, times=100)
    assert [None] == harness.run(REPORT)
    (warning,) = collection(harness, REPORT).warnings
    assert warning.startswith(f"subscription_usagerecords of customer {customer} not read: ")
    assert words in warning
    assert "[MS-CorrelationId " in warning
    assert 24 == len({labels[0] for labels in collection(harness, REPORT).samples[COST]})


def test_several_customers_that_always_fail_stop_the_others_once(
    simulator: Simulator, harness_with: Callable[..., ExporterHarness], waits: list[float]
) -> None:
    """The failures turn out to be no outage; in the next round these customers are read last."""
    harness = harness_with(detail="subscriptions")
    customers = ids(simulator)
    for customer in customers[:4]:
        simulator.faults.script(f"{customer}{PATH}", partner_center_error(500), times=1000)
    assert isinstance(failure(harness, REPORT), Transient)
    assert [None] == harness.run(REPORT)
    assert (4, 21) == (
        len(collection(harness, REPORT).warnings),
        len({labels[0] for labels in collection(harness, REPORT).samples[COST]}),
    )
    before = len(requested(simulator))
    assert [None] == harness.run(REPORT)
    assert customers[4:] + customers[:4] == list(dict.fromkeys(requested(simulator)[before:]))


def test_an_outage_at_the_end_is_not_attributed_to_the_last_customer(
    simulator: Simulator, harness_with: Callable[..., ExporterHarness], waits: list[float]
) -> None:
    """The next run reads only this customer."""
    harness = harness_with(detail="subscriptions")
    last = ids(simulator)[-1]
    fail(simulator, last)
    assert isinstance(failure(harness, REPORT), Transient)
    before = len(requested(simulator))
    assert [None] == harness.run(REPORT)
    assert [last] == requested(simulator)[before:]
    assert 25 == len({labels[0] for labels in collection(harness, REPORT).samples[COST]})


def test_a_customer_that_has_left_stops_no_other(
    simulator: Simulator, harness_with: Callable[..., ExporterHarness], waits: list[float]
) -> None:
    """Its subscriptions are absent, the others' are there."""
    harness = harness_with(detail="subscriptions")
    gone = simulator.world.partner_center.customers()[3].id
    simulator.faults.script(f"{gone}{PATH}", partner_center_error(403, "20002", "No relation."))
    assert [None] == harness.run(REPORT)
    found = {dict(labels)["customer_id"] for labels in series(harness.scrape(), COST)}
    assert (24, False) == (len(found), gone in found)


def test_a_customer_that_is_refused_stops_no_other_and_is_reported(
    simulator: Simulator, harness_with: Callable[..., ExporterHarness], waits: list[float]
) -> None:
    """Where every customer is refused the run fails."""
    harness = harness_with(detail="subscriptions")
    simulator.faults.script(f"{simulator.world.partner_center.customers()[3].id}{PATH}", REFUSED)
    assert [None] == harness.run(REPORT)
    (warning,) = collection(harness, REPORT).warnings
    assert ("2032" in warning, 24) == (True, len({labels[0] for labels in collection(harness, REPORT).samples[COST]}))
    simulator.faults.script(PATH, REFUSED, times=25)
    assert "2032" in str(failure(harness, REPORT))


def test_stopping_ends_a_round_at_once(simulator: Simulator, harness_with: Callable[..., ExporterHarness]) -> None:
    """However many requests remain; the list of customers was the one that needed no wait."""
    harness = harness_with(detail="subscriptions", requests_per_minute=1)
    harness.stopped.wait_ends_run = True
    assert "stopp" in str(failure(harness, REPORT))
    assert [] == requested(simulator)
