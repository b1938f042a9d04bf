"""Billing periods of the partner's customers, and the summaries that state their bounds."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from exporter.simulator.world import Customer
from exporter.simulator.world.billing import anniversary, calendar_month

from .conftest import Browser, Clock
from .test_partner_center import ask, exact, fault

UNKNOWN = "/v1/customers/00000000-0000-0000-0000-000000000000/usagesummary"


def summary(browser: Browser, customer: Customer) -> dict[str, Any]:
    return exact(ask(browser, f"/v1/customers/{customer.id}/usagesummary"))


def legacy(browser: Browser) -> Customer:
    [found] = [one for one in browser.sim.world.partner_center.customers() if not one.azure_plan]
    return found


def test_an_azure_plan_states_the_calendar_month(browser: Browser) -> None:
    """The end is the first instant after it; the keys are those of the documented sample."""
    customer = next(one for one in browser.sim.world.partner_center.customers() if one.azure_plan and one.budget)
    found = summary(browser, customer)
    assert ("2026-11-01T00:00:00+00:00", "2026-12-01T00:00:00+00:00") == (
        found["billingStartDate"], found["billingEndDate"],
    )  # fmt: skip
    assert (customer.id, customer.name) == (found["resourceId"], found["resourceName"])
    assert (customer.currency, customer.total_cost) == (found["currencyCode"], found["totalCost"])
    assert (customer.usd_total_cost, customer.budget) == (found["usdTotalCost"], found["budget"]["amount"])
    assert (customer.last_modified, "CustomerUsageSummary") == (
        found["lastModifiedDate"], found["attributes"]["objectType"],
    )  # fmt: skip
    assert not {"id", "name", "links", "currencyLocale"} & set(found)


def test_a_legacy_customer_states_the_partners_anniversary(browser: Browser) -> None:
    """Its last day instead of its end, Pacific time, and the spelling of the documented sample."""
    customer = legacy(browser)
    found = summary(browser, customer)
    assert ("2026-10-28T00:00:00-07:00", "2026-11-27T00:00:00-08:00") == (
        found["billingStartDate"], found["billingEndDate"],
    )  # fmt: skip
    assert (customer.id, customer.name, "fr-FR") == (found["id"], found["name"], found["currencyLocale"])
    assert (customer.total_cost, customer.budget) == (found["totalCost"], found["budget"].get("ammount"))
    assert f"/customers/{customer.id}/usagesummary" == found["links"]["self"]["uri"]
    assert not {"resourceId", "resourceName", "currencyCode", "usdTotalCost"} & set(found)


@pytest.mark.parametrize(
    ("now", "start", "end"),
    [
        ("2026-11-28T07:59+00:00", "2026-10-28T07:00+00:00", "2026-11-28T08:00+00:00"),
        ("2026-11-28T08:00+00:00", "2026-11-28T08:00+00:00", "2026-12-28T08:00+00:00"),
        ("2026-01-01T00:00+00:00", "2025-12-28T08:00+00:00", "2026-01-28T08:00+00:00"),
        ("2026-03-08T12:00+00:00", "2026-02-28T08:00+00:00", "2026-03-28T07:00+00:00"),
        ("2026-11-01T08:30+00:00", "2026-10-28T07:00+00:00", "2026-11-28T08:00+00:00"),
        ("2024-02-29T12:00+00:00", "2024-02-28T08:00+00:00", "2024-03-28T07:00+00:00"),
    ],
)
def test_an_anniversary_holds_every_instant(now: str, start: str, end: str) -> None:
    """The turn of the period, of the year, of summer time, and a leap day."""
    period = anniversary(datetime.fromisoformat(now))
    assert [datetime.fromisoformat(text) for text in (start, end)] == [period.start, period.end]


def test_periods_follow_each_other_without_a_gap() -> None:
    """Of either kind: hour by hour over two years, each instant lies in its period."""
    now = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    for hours in range(0, 2 * 365 * 24, 5):
        instant = now + timedelta(hours=hours)
        for period in (anniversary(instant), calendar_month(instant)):
            assert period.start <= instant < period.end
            assert timedelta(0) < period.end - period.last_day <= timedelta(days=1)


def test_costs_begin_again_with_the_stated_period(browser: Browser, clock: Clock) -> None:
    """A legacy customer's on its anniversary, where nobody else's do; each grows up to the end that is stated."""
    costs = []
    for instant in ("2026-11-27T23:00", "2026-11-28T07:50", "2026-11-28T08:10", "2026-11-29T08:00", "2026-12-01T02:00"):
        clock.now = datetime.fromisoformat(f"{instant}+00:00")
        costs.append(legacy(browser).total_cost)
    assert costs[0] <= costs[1]
    assert 0 == costs[2] < costs[3] < costs[4] < costs[0]


def test_costs_are_those_of_the_records(browser: Browser) -> None:
    """For every customer, to the last digit; a budget that is missing there is missing here."""
    items = {item["id"]: item for item in exact(ask(browser))["items"]}
    token = browser.user_token()
    for customer in browser.sim.world.partner_center.customers():
        answer = browser.get(f"/v1/customers/{customer.id}/usagesummary", token)
        found = json.loads(answer.text, parse_float=Decimal, parse_int=Decimal)
        item = items[customer.id]
        assert (item["totalCost"], item["lastModifiedDate"]) == (found["totalCost"], found["lastModifiedDate"])
        assert item["budget"].get("amount") == found["budget"].get("amount", found["budget"].get("ammount"))


def test_summaries_of_unknown_customers_are_refused(browser: Browser) -> None:
    """There is no relation to the customer; and without a token nobody gets as far."""
    assert (403, "20002") == fault(ask(browser, UNKNOWN))
    assert (401, "800001") == fault(browser.get(UNKNOWN))
