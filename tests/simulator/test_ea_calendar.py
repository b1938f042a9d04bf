"""Where the enrollment's calendar and its ranges differ from what was requested."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from .conftest import Browser, Clock, ea_error
from .test_ea import all_rows, every_page

FIRST_HOURS = datetime(2026, 12, 1, 5, 30, tzinfo=UTC)
NAMED = "billingPeriods/202612/"
NEIGHBOURS = {date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)}


@pytest.fixture
def lagging(browser: Browser, clock: Clock) -> Browser:
    """A service that still lives in November when December is five and a half hours old."""
    clock.now = FIRST_HOURS
    browser.sim.switches.ea_calendar_lag_hours = 6
    return browser


def billing_periods(browser: Browser) -> list[str]:
    ea = browser.sim.world.ea
    answer = browser.get(f"/v2/enrollments/{ea.enrollment}/billingperiods", ea.api_key)
    return [period["billingPeriodId"] for period in answer.json()]


def csv_days(content: bytes) -> set[date]:
    lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig").partition("\r\n\r\n")[2]))
    return {date.fromisoformat(line["Date"]) for line in lines}


def submitted(browser: Browser, query: str) -> dict[str, str | int]:
    """The last status of a submitted report, polled until it is no longer in progress."""
    ea = browser.sim.world.ea
    headers = {"Authorization": f"Bearer {ea.api_key}"}
    status: dict[str, str | int] = browser.post(
        f"/v3/enrollments/{ea.enrollment}/usagedetails/submit?{query}", {}, headers=headers
    ).json()
    while status["status"] in (1, 2):
        status = browser.get(str(status["reportUrl"]), ea.api_key).json()
    return status


def test_a_lagging_calendar_answers_for_the_old_month(lagging: Browser) -> None:
    """Every path without a period, and the list of periods, stay with November."""
    days = {row["date"][:7] for row in all_rows(every_page(lagging, "usagedetails"))}
    assert {"2026-11"} == days
    assert 202611 == lagging.ea("balancesummary").json()["billingPeriodId"]
    assert {"202611"} == {row["billingPeriodId"] for row in lagging.ea("pricesheet").json()}
    assert {"2026-11"} == {row["usageStartDate"][:7] for row in lagging.ea("marketplacecharges").json()}
    assert ["202611", "202610"] == billing_periods(lagging)[:2]


@pytest.mark.parametrize("status", [404, 400])
@pytest.mark.parametrize("report", ["usagedetails", "balancesummary", "pricesheet", "marketplacecharges"])
def test_a_lagging_calendar_has_no_data_for_the_new_month(lagging: Browser, report: str, status: int) -> None:
    """The documented refusal of a range without data, though the days themselves have rows."""
    lagging.sim.switches.ea_no_rows = status  # type: ignore[assignment]
    assert (status, str(status)) == ea_error(lagging.ea(NAMED + report))
    assert (status, str(status)) == ea_error(lagging.ea("usagedetails/download?billingPeriod=202612"))
    assert 5 == submitted(lagging, "billingPeriod=202612")["status"]
    assert 200 == lagging.ea("usagedetailsbycustomdate?startTime=2026-12-01&endTime=2026-12-01").status_code


def test_a_lagging_calendar_catches_up(lagging: Browser, clock: Clock) -> None:
    """After the switched hours the new month is current under all names."""
    clock.now = FIRST_HOURS.replace(hour=6, minute=0)
    assert 202612 == lagging.ea("balancesummary").json()["billingPeriodId"]
    assert [200, 200] == [lagging.ea(rest).status_code for rest in (NAMED + "usagedetails", NAMED + "pricesheet")]
    assert ["202612", "202611"] == billing_periods(lagging)[:2]


def test_neighbouring_days_come_along_in_every_download(browser: Browser) -> None:
    """JSON by custom dates, CSV and submitted reports hold the same three days for one."""
    browser.sim.switches.ea_stray_days = 1
    query = "startTime=2026-11-03&endTime=2026-11-03"
    rows = all_rows(every_page(browser, f"usagedetailsbycustomdate?{query}"))
    blob = browser.get(str(submitted(browser, query)["blobPath"]))
    assert NEIGHBOURS == {date.fromisoformat(row["date"][:10]) for row in rows}
    assert NEIGHBOURS == csv_days(browser.ea(f"usagedetails/download?{query}").content)
    assert NEIGHBOURS == csv_days(blob.content)
    assert len(browser.sim.world.ea.usage_between(min(NEIGHBOURS), max(NEIGHBOURS))) == len(rows)


@pytest.mark.parametrize("stray", [1, 3])
def test_neighbouring_days_of_a_period_are_of_other_months(browser: Browser, stray: int) -> None:
    """As many days on either side as were asked for, on however many pages."""
    browser.sim.switches.ea_stray_days = stray
    rows = all_rows(every_page(browser, "billingPeriods/202610/usagedetails"))
    assert {date(2026, 10, 1 + day).isoformat() for day in range(31)} == {
        row["date"][:10] for row in rows if row["date"].startswith("2026-10")
    }
    assert ("2026-09", "2026-11") == (rows[0]["date"][:7], rows[-1]["date"][:7])
    assert 31 + 2 * stray == len({row["date"] for row in rows})


def test_neighbouring_days_are_no_data_by_themselves(browser: Browser) -> None:
    """A range without rows of its own is refused, whatever its neighbours have."""
    browser.sim.switches.ea_stray_days = 2
    query = "startTime=2026-11-19&endTime=2026-11-20"
    assert (404, "404") == ea_error(browser.ea(f"usagedetailsbycustomdate?{query}"))
    assert 5 == submitted(browser, query)["status"]
