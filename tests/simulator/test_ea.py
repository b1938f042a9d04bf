"""The Enterprise Agreement reports."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from .conftest import Browser, Clock, ea_error

EXACT: dict[str, Any] = {"parse_float": Decimal, "parse_int": Decimal}


def every_page(browser: Browser, rest: str, version: str = "v3") -> list[dict[str, Any]]:
    """All pages of a usage report, with every number as a Decimal."""
    url = f"{browser.sim.url}/{version}/enrollments/{browser.sim.world.ea.enrollment}/{rest}"
    pages = []
    while url:
        answer = browser.get(url, browser.sim.world.ea.api_key)
        assert answer.status_code == 200, answer.text
        pages.append(json.loads(answer.text, **EXACT))
        url = pages[-1].get("nextLink") or ""
    return pages


def all_rows(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for page in pages for row in page["data"]]


def test_the_current_period_is_paged_and_sums_to_the_cent(browser: Browser) -> None:
    """Every row arrives once, with every digit of its cost, and in v3's 40 fields."""
    truth = browser.sim.world.ea.usage("202611")
    pages = every_page(browser, "usagedetails")
    rows = all_rows(pages)
    assert [500, 500, len(truth) - 1000] == [len(page["data"]) for page in pages]
    assert [row.cost for row in truth] == [row["cost"] for row in rows]
    assert sum(row.cost for row in truth) == sum(row["cost"] for row in rows)
    assert {40} == {len(row) for row in rows}
    assert "2026-11-01T00:00:00" == rows[0]["date"]
    assert {True, False} == {row["chargesBilledSeparately"] for row in rows}


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_older_versions_have_33_fields_and_a_capital_cost(browser: Browser, version: str) -> None:
    """The fields that v3 added are missing, and the cost is spelled as in the example or the table."""
    rest = "usagedetailsbycustomdate?startTime=2026-11-03&endTime=2026-11-03"
    [row, *_] = all_rows(every_page(browser, rest, version))
    assert 33 == len(row)
    assert "Cost" in row
    assert "2026-11-03T00:00:00.000Z" == row["date"]
    browser.sim.switches.ea_v2_cost = "cost"
    assert "cost" in all_rows(every_page(browser, rest, version))[0]


def test_a_period_and_custom_dates_choose_rows(browser: Browser) -> None:
    """Both ends of a range are included; one day is a range."""
    ea = browser.sim.world.ea
    october = all_rows(every_page(browser, "billingPeriods/202610/usagedetails"))
    one_day = all_rows(every_page(browser, "usagedetailsbycustomdate?startTime=2026-11-03&endTime=2026-11-03"))
    assert len(ea.usage("202610")) == len(october)
    assert {"2026-11-03T00:00:00"} == {row["date"] for row in one_day}


@pytest.mark.parametrize(("switch", "last"), [("empty", [""]), ("null", [None]), ("missing", [])])
def test_the_last_page_says_so_in_three_ways(browser: Browser, switch: Any, last: list[str | None]) -> None:
    """The end is an empty link, null, or no link."""
    browser.sim.switches.ea_last_link = switch
    page = every_page(browser, "usagedetails")[-1]
    assert last == [page[name] for name in page if name == "nextLink"]


def test_equal_rows_can_fall_on_two_pages(browser: Browser) -> None:
    """A row that repeats legitimately may begin the next page; none is lost or added."""
    browser.sim.switches.ea_repeat_across_pages, browser.sim.switches.ea_page_size = True, 100
    pages = every_page(browser, "usagedetails")
    edges = [(left["data"][-1], right["data"][0]) for left, right in pairwise(pages)]
    assert edges
    assert all(left == right for left, right in edges)
    assert len(browser.sim.world.ea.usage("202611")) == len(all_rows(pages))


def test_pages_show_the_rows_of_the_first_request(browser: Browser, clock: Clock) -> None:
    """Usage that arrives between two pages neither shifts nor doubles a row."""
    truth = [row.cost for row in browser.sim.world.ea.usage("202611")]
    first = json.loads(browser.ea("usagedetails").text, **EXACT)
    clock.now += timedelta(hours=5)
    second = json.loads(browser.get(first["nextLink"], browser.sim.world.ea.api_key).text, **EXACT)
    third = json.loads(browser.get(second["nextLink"], browser.sim.world.ea.api_key).text, **EXACT)
    assert truth == [row["cost"] for page in (first, second, third) for row in page["data"]]


def test_paths_and_parameters_have_no_case(browser: Browser) -> None:
    """Paths and parameter names match in any case, and a doubled slash is one."""
    ea = browser.sim.world.ea
    paths = [
        f"/V3/Enrollments/{ea.enrollment}/BILLINGPERIODS/202610/UsageDetails",
        f"/v3/enrollments/{ea.enrollment}//usagedetails",
        f"/v3/enrollments/{ea.enrollment}/UsageDetailsByCustomDate?STARTTIME=2026-11-01&endtime=2026-11-02",
    ]
    assert [200] * 3 == [browser.get(path, ea.api_key).status_code for path in paths]


@pytest.mark.parametrize("rest", ["usagedetails", "balancesummary"])
def test_an_etag_holds_until_the_rows_move(browser: Browser, clock: Clock, rest: str) -> None:
    """If-None-Match gives 304 without a body while nothing changed, and everything again when it did."""
    tag = browser.ea(rest).headers["ETag"]
    same = browser.ea(rest, headers={"If-None-Match": tag})
    assert (304, b"", tag) == (same.status_code, same.content, same.headers["ETag"])
    clock.now += timedelta(hours=1)
    moved = browser.ea(rest, headers={"If-None-Match": tag})
    assert 200 == moved.status_code
    assert tag != moved.headers["ETag"]


def test_an_etag_of_a_closed_period_stays(browser: Browser, clock: Clock) -> None:
    """What does not move keeps its ETag for days; other reports have others."""
    tag = browser.ea("billingPeriods/202610/usagedetails").headers["ETag"]
    clock.now += timedelta(days=3)
    assert tag == browser.ea("billingPeriods/202610/usagedetails").headers["ETag"]
    assert tag != browser.ea("billingPeriods/202609/usagedetails").headers["ETag"]


def test_only_the_first_page_has_an_etag(browser: Browser) -> None:
    """It vouches for all rows, so later pages have none to give."""
    first = browser.ea("usagedetails")
    second = browser.get(first.json()["nextLink"], browser.sim.world.ea.api_key)
    assert (True, False) == ("ETag" in first.headers, "ETag" in second.headers)


def test_etags_can_be_weak_or_absent(browser: Browser) -> None:
    """Form and presence are not documented, so clients must live with either."""
    browser.sim.switches.ea_etag = "weak"
    tag = browser.ea("balancesummary").headers["ETag"]
    assert tag.startswith('W/"')
    assert 304 == browser.ea("balancesummary", headers={"If-None-Match": f'"other", {tag}'}).status_code
    browser.sim.switches.ea_etag = "absent"
    assert "ETag" not in browser.ea("balancesummary").headers


def test_the_balance_adds_up(browser: Browser) -> None:
    """The documented identities hold, and total usage is the sum of the usage rows."""
    for period in ("202604", "202607", "202611"):
        found = json.loads(browser.ea(f"billingPeriods/{period}/balancesummary").text, **EXACT)
        covered = found["beginningBalance"] + found["newPurchases"] + found["adjustments"]
        assert covered - found["utilized"] == found["endingBalance"]
        assert found["serviceOverage"] + found["chargesBilledSeparately"] == found["totalOverage"]
        assert found["utilized"] + found["totalOverage"] == found["totalUsage"]
        assert sum(row.cost for row in browser.sim.world.ea.usage(period)) == found["totalUsage"]
        assert sum(line["value"] for line in found["newPurchasesDetails"]) == found["newPurchases"]
        assert sum(line["value"] for line in found["adjustmentDetails"]) == found["adjustments"]
        assert (period, "EUR") == (str(found["billingPeriodId"]), found["currencyCode"])


def test_a_balance_begins_with_what_the_last_one_left(browser: Browser) -> None:
    """Within an agreement year the ending balance is carried over."""
    world = browser.sim.world.ea
    assert world.balance("202610").ending == world.balance("202611").beginning
    assert 0 == world.balance("202607").beginning


def test_the_balance_has_two_forms(browser: Browser) -> None:
    """An object with a number, or an array with a text."""
    assert 202611 == browser.ea("balancesummary").json()["billingPeriodId"]
    browser.sim.switches.ea_balance_form, browser.sim.switches.ea_balance_period = "array", "string"
    assert ["202611"] == [one["billingPeriodId"] for one in browser.ea("balancesummary").json()]


def test_billing_periods_come_newest_first(browser: Browser) -> None:
    """Three years of them, with the documented oddities of links and ends."""
    ea = browser.sim.world.ea
    found = browser.get(f"/v2/enrollments/{ea.enrollment}/billingperiods", ea.api_key).json()
    assert ["202611", "202610", "202609"] == [one["billingPeriodId"] for one in found[:3]]
    assert 36 == len(found)
    assert "2026-11-30T11:59:59Z" == found[0]["billingEnd"]
    assert f"/v1/enrollments/{ea.enrollment}/billingperiods/202611/usagedetails" == found[0]["usageDetails"]


def test_the_first_hours_of_a_month_have_no_usage_yet(browser: Browser, clock: Clock) -> None:
    """No rows are 404, the balance stands at its beginning, and the period has no link to usage."""
    clock.now = datetime(2026, 12, 1, 0, 20, tzinfo=UTC)
    ea = browser.sim.world.ea
    key = ea.make_key()
    assert (404, "404") == ea_error(browser.ea("usagedetails", key=key))
    balance = json.loads(browser.ea("balancesummary", key=key).text, **EXACT)
    assert (0, 0) == (balance["totalUsage"], balance["utilized"])
    newest = browser.get(f"/v2/enrollments/{ea.enrollment}/billingperiods", key).json()[0]
    assert ("202612", None, None) == (
        newest["billingPeriodId"], newest["usageDetails"], newest["marketplaceCharges"],
    )  # fmt: skip
    clock.now = datetime(2026, 12, 1, 1, 20, tzinfo=UTC)
    assert 200 == browser.ea("usagedetails", key=key).status_code
