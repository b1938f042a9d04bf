"""Partner Center: billing periods of customers, and what the amounts at a month's turn are of."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from exporter.app import Exporter
from exporter.config import load
from exporter.errors import Transient
from tests.apis.conftest import PATH, customers, record
from tests.harness import NOON, Answer, CannedService, ExporterHarness, value

START = "partner_center_customer_billing_period_start_timestamp_seconds"
END = "partner_center_customer_billing_period_end_timestamp_seconds"
DATA = "azure_billing_exporter_collector_data_timestamp_seconds"


def summary(customer: str) -> str:
    return f"/v1/customers/{customer}/usagesummary"


def stated(start: object, end: object) -> Answer:
    return Answer({"id": "c", "billingStartDate": start, "billingEndDate": end, "totalCost": 1, "currencyLocale": "x"})


LEGACY = stated("2026-11-06T00:00:00-08:00", "2026-12-05T00:00:00-08:00")


def at(*when: int) -> float:
    return datetime(*when, tzinfo=UTC).timestamp()  # type: ignore[arg-type]


class Clock:
    """Time that a test moves."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def harness(partner_with: Callable[..., ExporterHarness], clock: Clock) -> ExporterHarness:
    """A partner whose clock is moved by hand, and who may ask for many customers at once."""
    harness = partner_with("requests_per_minute: 6000")
    file = harness.exporter.runner._archive._directory.parents[1] / "config.yaml"
    harness.restart = lambda: setattr(harness, "exporter", Exporter(load(file), clock=clock))  # type: ignore[attr-defined]
    harness.restart()  # type: ignore[attr-defined]
    return harness


def asked(canned: CannedService) -> list[str]:
    return [path for path, _ in canned.received if path.endswith("usagesummary")]


def notes(harness: ExporterHarness, collector: str = "usagesummary") -> tuple[str, ...]:
    (job,) = (job for job in harness.exporter.jobs if job.collector.name == collector)
    collection = harness.exporter.store.collection(job)
    assert collection
    return collection.warnings


def test_each_customer_has_its_own_bounds(harness: ExporterHarness, canned: CannedService) -> None:
    """The calendar month of an Azure plan without a request; a legacy customer's anniversary, its end exclusive."""
    canned.answer(PATH, Answer({"items": [record(1, isUpgraded=True), record(2), record(3, isUpgraded=False)]}))
    canned.answer(summary("c-2"), LEGACY)
    canned.answer(summary("c-3"), stated("2026-10-28T00:00:00-07:00", "2026-11-28T00:00:00-08:00"))
    assert [None] == harness.run("usagesummary")
    samples = harness.scrape()
    assert {"c-1": at(2026, 11, 1), "c-2": at(2026, 11, 6, 8), "c-3": at(2026, 10, 28, 7)} == customers(samples, START)
    assert {"c-1": at(2026, 12, 1), "c-2": at(2026, 12, 6, 8), "c-3": at(2026, 11, 28, 8)} == customers(samples, END)
    assert [summary("c-2"), summary("c-3")] == asked(canned)


def test_a_period_is_asked_for_once(harness: ExporterHarness, canned: CannedService, clock: Clock) -> None:
    """Until it is over, also after a restart; the month of Azure plans follows the clock."""
    canned.answer(PATH, Answer({"items": [record(1, isUpgraded=True), record(2)]}))
    canned.answer(summary("c-2"), LEGACY)
    assert [None] * 2 == [*harness.run("usagesummary"), *harness.run("usagesummary")]
    clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    harness.restart()  # type: ignore[attr-defined]
    assert [None] == harness.run("usagesummary")
    assert {"c-1": at(2026, 12, 1), "c-2": at(2026, 11, 6, 8)} == customers(harness.scrape(), START)
    assert 1 == len(asked(canned))
    clock.now = datetime(2026, 12, 6, 8, tzinfo=UTC)
    assert [None] == harness.run("usagesummary")
    assert {"c-1": at(2026, 12, 1)} == customers(harness.scrape(), START)
    assert notes(harness) == ("usagesummary does not state the current billing period: c-2",)
    canned.answer(summary("c-2"), stated("2026-12-06T00:00:00-08:00", "2027-01-05T00:00:00-08:00"))
    assert [None] == harness.run("usagesummary")
    assert {"c-1": at(2027, 1, 1), "c-2": at(2027, 1, 6, 8)} == customers(harness.scrape(), END)
    assert 3 == len(asked(canned))


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
def test_a_summary_that_cannot_be_read_costs_its_customer_the_bounds_alone(
    harness: ExporterHarness, canned: CannedService, answer: Answer
) -> None:
    """With a warning that names the customer and the correlation id; costs come from elsewhere."""
    canned.answer(PATH, Answer({"items": [record(1), record(2, totalCost=5, currencyCode="EUR")]}))
    canned.answer(summary("c-1"), answer)
    canned.answer(summary("c-2"), LEGACY)
    assert [None, None] == harness.run()
    assert {"c-2"} == customers(harness.scrape(), START).keys()
    (warning,) = notes(harness)
    assert warning.startswith("usagesummary of customer c-1 not read: ")
    assert "[MS-CorrelationId " in warning


def test_an_outage_of_summaries_keeps_what_was_read(harness: ExporterHarness, canned: CannedService) -> None:
    """The run fails, and the next one asks for the rest."""
    harness.exporter._stopped.wait = lambda seconds=None: False  # type: ignore[method-assign]
    canned.answer(PATH, Answer({"items": [record(n) for n in range(1, 6)]}))
    canned.answer(summary("c-1"), LEGACY)
    for number in range(2, 6):
        canned.answer(summary(f"c-{number}"), *[Answer(status=503)] * 4, LEGACY)
    (failure,) = harness.run("usagesummary")
    assert isinstance(failure, Transient)
    before = len(asked(canned))
    canned.answer(summary("c-5"), LEGACY)
    assert [None] == harness.run("usagesummary")
    assert [summary(f"c-{number}") for number in (5, 2, 3, 4)] == asked(canned)[before:]
    assert 5 == len(customers(harness.scrape(), START))


def test_a_customer_of_both_kinds_has_no_known_period(harness: ExporterHarness, canned: CannedService) -> None:
    """Its records are of two periods."""
    both = [record(1, isUpgraded=True, currencyCode="EUR"), record(1, currencyCode="SEK"), record(2, isUpgraded=True)]
    canned.answer(PATH, Answer({"items": both}))
    assert [None] == harness.run("usagesummary")
    assert {"c-2"} == customers(harness.scrape(), START).keys()
    assert "different billing periods" in notes(harness)[0]


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
    (job,) = (job for job in harness.exporter.jobs if job.collector.name == "usagerecords")
    collection = harness.exporter.store.collection(job)
    assert collection
    seconds = value(harness.scrape(), DATA, collector="usagerecords")
    return datetime.fromtimestamp(seconds, UTC).day, collection.period


def test_totals_that_are_reset_are_of_the_new_month(
    harness: ExporterHarness, canned: CannedService, clock: Clock
) -> None:
    """Even while each record says that it was last changed in the month before; also after a restart."""
    before, first = "2026-11-30T20:00:00+00:00", datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert (30, "202611") == read(
        harness, canned, clock, datetime(2026, 11, 30, 23, tzinfo=UTC), spent(1000, 80, before)
    )
    assert (30, "202611") == read(harness, canned, clock, first, spent(1001, 80, before))
    assert (1, "202612") == read(harness, canned, clock, first.replace(hour=4), spent(3, 2, before))
    harness.restart()  # type: ignore[attr-defined]
    assert (1, "202612") == read(harness, canned, clock, first.replace(hour=7), spent(4, 2, before))
    assert (2, "202612") == read(harness, canned, clock, first.replace(day=2), spent(9, 3, "2026-12-02T00:30:00+00:00"))


def test_zero_is_of_the_new_month_and_an_old_amount_of_the_old_one(
    harness: ExporterHarness, canned: CannedService, clock: Clock
) -> None:
    """An exporter that never saw the old amounts can tell no more."""
    before, second = "2026-11-30T20:00:00+00:00", datetime(2026, 12, 2, 1, tzinfo=UTC)
    assert (30, "202611") == read(harness, canned, clock, second, spent(1000, 80, before))
    assert (2, "202612") == read(harness, canned, clock, second, spent(0, 0, before))
