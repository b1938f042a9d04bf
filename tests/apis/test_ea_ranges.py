"""Usage of days by their dates: in several ranges at once, with the same result as in one."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

import pytest

from exporter.apis.ea.usage.ranges import shares
from exporter.model.periods import Days
from exporter.simulator import Simulator
from tests.apis.company import Company
from tests.harness import Answer, CannedService, ExporterHarness, families, value

USAGE = "usagedetails"
PATH = f"/v3/enrollments/100/{USAGE}bycustomdate"
PERIOD = {"start": date(2026, 11, 2), "end": date(2026, 11, 19)}
RANGE = ", usage: {period: {start: 2026-11-03, end: 2026-11-05}}"
FEW_ROWS = 50
BUILD = Callable[..., ExporterHarness]


def requested(simulator: Simulator) -> list[tuple[str, str]]:
    """The days of the requests, without those for further pages."""
    found = [one.parameters for one in simulator.received if one.path.endswith("/usagedetailsbycustomdate")]
    return [(query["startTime"], query["endTime"]) for query in found if "startTime" in query]


@pytest.mark.parametrize(
    ("days", "at_once", "lengths"),
    [(30, 4, [5, 5, 4, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1]), (1, 4, [1]), (6, 4, [1] * 6), (5, 2, [2, 1, 1, 1])],
    ids=str,
)
def test_the_shares_become_shorter(days: int, at_once: int, lengths: Sequence[int]) -> None:
    """So that all readers end at about the same time; together they are all of the days."""
    first = date(2026, 11, 1)
    found = list(shares(Days(first, date.fromordinal(first.toordinal() + days - 1)), at_once))
    assert lengths == [(one.end - one.start).days + 1 for one in found]
    assert first == found[0].start
    assert all(one.end.toordinal() + 1 == other.start.toordinal() for one, other in pairwise(found))


def test_ranges_that_are_read_at_once_give_the_same_page(company: Company, simulator: Simulator) -> None:
    """Byte for byte; and nothing at all is read again while the data is unchanged."""
    simulator.switches.ea_page_size = FEW_ROWS
    one, four = (company.retired(at_once, usage={"period": PERIOD}) for at_once in (1, 4))
    assert [None] == one.run(USAGE)
    assert [("2026-11-02", "2026-11-19")] == requested(simulator)
    assert [None] == four.run(USAGE)
    assert 10 < len(requested(simulator))
    assert families(one.exporter) == families(four.exporter)
    before = len(requested(simulator))
    assert [None] == four.run(USAGE)
    assert [("2026-11-02", "2026-11-19")] == requested(simulator)[before:]


def test_days_that_fit_on_a_page_are_one_request(company: Company, simulator: Simulator) -> None:
    """There is nothing to read at once."""
    simulator.switches.ea_page_size = 1_000_000
    assert [None] == company.retired(usage={"period": PERIOD}).run(USAGE)
    assert [("2026-11-02", "2026-11-19")] == requested(simulator)


def test_a_billing_period_is_read_page_by_page(company: Company, simulator: Simulator) -> None:
    """Which rows belong to it is the service's to decide."""
    simulator.switches.ea_page_size = FEW_ROWS
    assert [None] == company.retired(usage={"period": "202610"}).run(USAGE)
    assert [] == requested(simulator)


def page(*days: str, link: str = "") -> Answer:
    rows = [{"date": f"{day}T00:00:00", "cost": 1, "consumedQuantity": 1, "meterName": "m"} for day in days]
    return Answer({"data": rows, "nextLink": link})


def test_a_range_that_fails_fails_the_run(canned: CannedService, enrollment: BUILD) -> None:
    """Nothing is published without its rows."""
    harness = enrollment(RANGE)
    canned.answer(PATH, page(link=f"{canned.url}/more"), page("2026-11-03"), Answer(status=400))
    assert "400" in str(harness.failure(USAGE))
    assert {} == families(harness.exporter)


def test_a_row_without_its_day_is_malformed_there(canned: CannedService, enrollment: BUILD) -> None:
    """It could be on pages of several ranges."""
    harness = enrollment(RANGE)
    canned.answer(PATH, page(link=f"{canned.url}/more"), Answer({"data": [{"cost": 1}]}))
    assert "a row does not state its day" in str(harness.failure(USAGE))


def test_a_row_counts_once_although_two_ranges_have_it(canned: CannedService, enrollment: BUILD) -> None:
    """An answer may have rows of the days around those that were requested; days without data are none."""
    harness = enrollment(RANGE)
    rows = "2026-11-03", "2026-11-04", "2026-11-05"
    nothing = Answer({"error": {"code": "404", "message": "No data for this period."}}, 404)
    canned.answer(PATH, page(link=f"{canned.url}/more"), page(*rows), page(*rows), nothing)
    assert [None] == harness.run(USAGE)
    assert 2 == value(harness.scrape(), "azure_cost_month_to_date")
