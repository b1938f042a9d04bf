"""Partner Center: customers' billing periods, and the month of the amounts when a month begins."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from exporter.errors import Transient
from tests.apis.conftest import PATH, collection, customers, failure, record
from tests.harness import Answer, CannedService, Clock, ExporterHarness, value

START = "partner_center_customer_billing_period_start_timestamp_seconds"
END = "partner_center_customer_billing_period_end_timestamp_seconds"
DATA = "azure_billing_exporter_collector_data_timestamp_seconds"


def summary(customer: str) -> str:
    return f"/v1/customers/{customer}/usagesummary"


def stated(start: object, end: object) -> Answer:
    return Answer({"id": "c", "billingStartDate": start, "billingEndDate": end, "totalCost": 1, "currencyLocale": "x"})


LEGACY = stated("2026-11-06T00:00:00-08:00", "2026-12-05T00:00:00-08:00")


def at(year: int, month: int, day: int, hour: int = 0) -> float:
    return datetime(year, month, day, hour, tzinfo=UTC).timestamp()


@pytest.fixture
def start(partner_with: Callable[..., ExporterHarness]) -> Callable[[], ExporterHarness]:
    """Starts, or restarts, an exporter that need not wait between requests."""
    return lambda: partner_with("requests_per_minute: 6000")


@pytest.fixture
def harness(start: Callable[[], ExporterHarness]) -> ExporterHarness:
    return start()


def requested(canned: CannedService) -> list[str]:
    return [path for path, _ in canned.received if path.endswith("usagesummary")]


def test_each_customer_has_its_own_bounds(harness: ExporterHarness, canned: CannedService) -> None:
    """The calendar month of an Azure plan without a request; a legacy customer's anniversary, its end exclusive."""
    canned.answer(PATH, Answer({"items": [record(1, isUpgraded=True), record(2), record(3, isUpgraded=False)]}))
    canned.answer(summary("c-2"), LEGACY)
    canned.answer(summary("c-3"), stated("2026-10-28T00:00:00-07:00", "2026-11-28T00:00:00-08:00"))
    assert [None] == harness.run("usagesummary")
    samples = harness.scrape()
    assert {"c-1": at(2026, 11, 1), "c-2": at(2026, 11, 6, 8), "c-3": at(2026, 10, 28, 7)} == customers(samples, START)
    assert {"c-1": at(2026, 12, 1), "c-2": at(2026, 12, 6, 8), "c-3": at(2026, 11, 28, 8)} == customers(samples, END)
    assert [summary("c-2"), summary("c-3")] == requested(canned)


def test_a_period_is_requested_once(start: Callable[[], ExporterHarness], canned: CannedService, clock: Clock) -> None:
    """Until it is over, also after a restart; the month of Azure plans follows the clock."""
    harness = start()
    canned.answer(PATH, Answer({"items": [record(1, isUpgraded=True), record(2)]}))
    canned.answer(summary("c-2"), LEGACY)
    assert [None] * 2 == [*harness.run("usagesummary"), *harness.run("usagesummary")]
    clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    harness = start()
    assert [None] == harness.run("usagesummary")
    assert {"c-1": at(2026, 12, 1), "c-2": at(2026, 11, 6, 8)} == customers(harness.scrape(), START)
    assert 1 == len(requested(canned))
    clock.now = datetime(2026, 12, 6, 8, tzinfo=UTC)
    assert [None] == harness.run("usagesummary")
    assert {"c-1": at(2026, 12, 1)} == customers(harness.scrape(), START)
    assert collection(harness, "usagesummary").warnings == (
        "usagesummary does not state the current billing period: c-2",
    )
    canned.answer(summary("c-2"), stated("2026-12-06T00:00:00-08:00", "2027-01-05T00:00:00-08:00"))
    assert [None] == harness.run("usagesummary")
    assert {"c-1": at(2027, 1, 1), "c-2": at(2027, 1, 6, 8)} == customers(harness.scrape(), END)
    assert 3 == len(requested(canned))


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"code": "1000", "description": "The resource was not found."}, status=404),
        Answer({"code": "2032", "description": "Forbidden."}, status=403),
        Answer(b"<html>"),
        Answer({}),
        Answer({"billingStartDate": "soon", "billingEndDate": 5}),
        stated("2026-11-06T00:00:00-08:00", "2026-11-01T00:00:00-08:00"),
        stated("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"),
    ],
    ids=["404", "403", "html", "empty", "no dates", "backwards", "a year"],
)
def test_a_summary_that_cannot_be_read_leaves_only_its_customers_bounds_out(
    harness: ExporterHarness, canned: CannedService, answer: Answer
) -> None:
    """With a warning that names the customer and the correlation id; costs come from elsewhere."""
    canned.answer(PATH, Answer({"items": [record(1), record(2, totalCost=5, currencyCode="EUR")]}))
    canned.answer(summary("c-1"), answer)
    canned.answer(summary("c-2"), LEGACY)
    assert [None, None] == harness.run()
    assert {"c-2"} == customers(harness.scrape(), START).keys()
    (warning,) = collection(harness, "usagesummary").warnings
    assert warning.startswith("usagesummary of customer c-1 not read: ")
    assert "[MS-CorrelationId " in warning


def test_after_an_outage_only_the_missing_summaries_are_read(
    harness: ExporterHarness, canned: CannedService, waits: list[float]
) -> None:
    """The run fails, and the next one reads the rest."""
    canned.answer(PATH, Answer({"items": [record(n) for n in range(1, 6)]}))
    canned.answer(summary("c-1"), LEGACY)
    for number in range(2, 6):
        canned.answer(summary(f"c-{number}"), *[Answer(status=503)] * 4, LEGACY)
    assert isinstance(failure(harness, "usagesummary"), Transient)
    before = len(requested(canned))
    canned.answer(summary("c-5"), LEGACY)
    assert [None] == harness.run("usagesummary")
    assert [summary(f"c-{number}") for number in (5, 2, 3, 4)] == requested(canned)[before:]
    assert 5 == len(customers(harness.scrape(), START))


def test_a_customer_of_both_kinds_has_no_known_period(harness: ExporterHarness, canned: CannedService) -> None:
    """Its records are of two periods."""
    both = [record(1, isUpgraded=True, currencyCode="EUR"), record(1, currencyCode="SEK"), record(2, isUpgraded=True)]
    canned.answer(PATH, Answer({"items": both}))
    assert [None] == harness.run("usagesummary")
    assert {"c-2"} == customers(harness.scrape(), START).keys()
    assert "different billing periods" in collection(harness, "usagesummary").warnings[0]


def spent(first: object, second: object, modified: str) -> Answer:
    plan = {"isUpgraded": True, "currencyCode": "EUR", "lastModifiedDate": modified}
    return Answer({"items": [record(1, totalCost=first, **plan), record(2, totalCost=second, **plan)]})


def read(
    harness: ExporterHarness, canned: CannedService, clock: Clock, when: datetime, answer: Answer
) -> tuple[float, str]:
    """The day of the month that the data is as of, and the billing period of the collection."""
    clock.now = when
    canned.answer(PATH, answer)
    assert [None] == harness.run("usagerecords")
    seconds = value(harness.scrape(), DATA, collector="usagerecords")
    return datetime.fromtimestamp(seconds, UTC).day, collection(harness).period


def test_totals_that_are_reset_are_of_the_new_month(
    start: Callable[[], ExporterHarness], canned: CannedService, clock: Clock
) -> None:
    """Even while each record states that it was last changed in the month before; also after a restart."""
    harness = start()
    before, first = "2026-11-30T20:00:00+00:00", datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert (30, "202611") == read(
        harness, canned, clock, datetime(2026, 11, 30, 23, tzinfo=UTC), spent(1000, 80, before)
    )
    assert (30, "202611") == read(harness, canned, clock, first, spent(1001, 80, before))
    assert (1, "202612") == read(harness, canned, clock, first.replace(hour=4), spent(3, 2, before))
    harness = start()
    assert (1, "202612") == read(harness, canned, clock, first.replace(hour=7), spent(4, 2, before))
    assert (2, "202612") == read(harness, canned, clock, first.replace(day=2), spent(9, 3, "2026-12-02T00:30:00+00:00"))


def test_zero_is_of_the_new_month_and_an_old_amount_of_the_old_one(
    harness: ExporterHarness, canned: CannedService, clock: Clock
) -> None:
    """Without published amounts of the old month there is no other evidence."""
    before, second = "2026-11-30T20:00:00+00:00", datetime(2026, 12, 2, 1, tzinfo=UTC)
    assert (30, "202611") == read(harness, canned, clock, second, spent(1000, 80, before))
    assert (2, "202612") == read(harness, canned, clock, second, spent(0, 0, before))
