"""The usage records of a partner's customers."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from .conftest import AAD_GRAPH, PARTNER_CENTER, Browser, Clock

PATH = "/v1/customers/usagerecords"


def ask(browser: Browser, path: str = PATH, **options: Any) -> requests.Response:
    return browser.get(path, options.pop("token", None) or browser.user_token(), **options)


def exact(answer: requests.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.text, parse_float=Decimal, parse_int=Decimal)
    return found


def fault(answer: requests.Response) -> tuple[int, str]:
    body = answer.json()
    assert {"code", "description", "data", "source"} == set(body)
    return answer.status_code, body["code"]


def test_every_customer_is_there_to_the_last_digit(browser: Browser) -> None:
    """The records are the world's, with amounts written digit by digit."""
    truth = browser.sim.world.partner_center.customers()
    found = exact(ask(browser))
    assert 25 == found["totalCount"] == len(found["items"])
    for customer, item in zip(truth, found["items"], strict=True):
        assert (customer.id, customer.id) == (item["resourceId"], item["id"])
        assert (customer.name, customer.name) == (item["resourceName"], item["name"])
        assert (customer.total_cost, customer.usd_total_cost) == (item["totalCost"], item["usdTotalCost"])
        assert (customer.budget, customer.percent_used) == (item["budget"].get("amount"), item["percentUsed"])
        assert customer.last_modified == item["lastModifiedDate"]
    digits = [-int(customer.total_cost.as_tuple().exponent) for customer in truth]
    assert max(digits) >= 18


def test_customers_are_of_every_kind(browser: Browser) -> None:
    """Below, near, over and far over budget; none, zero; one legacy; several currencies; all names."""
    items = exact(ask(browser))["items"]
    used = [item["percentUsed"] for item in items if item["budget"].get("amount")]
    assert any(0 < percent < 40 for percent in used)
    assert any(percent > 300 for percent in used)
    assert any("amount" not in item["budget"] for item in items)
    assert [(0, 0)] * 2 == [
        (item["budget"]["amount"], item["percentUsed"]) for item in items if item["budget"].get("amount") == 0
    ]
    [legacy] = [item for item in items if not item["isUpgraded"]]
    assert ("fr-FR", 0, False) == (legacy["currencyLocale"], legacy["usdTotalCost"], "currencyCode" in legacy)
    assert {"EUR", "SEK", "GBP", "USD", "JPY", "CHF", "DKK"} == {item.get("currencyCode", "EUR") for item in items}
    assert any(not item["name"].isascii() for item in items)
    assert len({item["name"] for item in items}) < len(items)


def test_percent_used_is_cost_over_budget(browser: Browser) -> None:
    """The stated percentage is the quotient, to two decimals; 0 without a budget."""
    for customer in browser.sim.world.partner_center.customers():
        quotient = customer.total_cost / customer.budget * 100 if customer.budget else Decimal(0)
        assert abs(quotient - customer.percent_used) <= Decimal("0.005")


def test_times_have_up_to_seven_fraction_digits_and_an_offset(browser: Browser) -> None:
    """They differ from customer to customer and none lies ahead."""
    stamps = [item["lastModifiedDate"] for item in exact(ask(browser))["items"]]
    fractions = {len(stamp.removesuffix("+00:00").partition(".")[2]) for stamp in stamps}
    assert set(range(8)) == fractions
    assert all(datetime.fromisoformat(stamp) <= browser.sim.received[-1].time for stamp in stamps)


def test_costs_grow_in_a_period_and_begin_again(browser: Browser, clock: Clock) -> None:
    """Azure plan customers begin with the month, the legacy one with its own anniversary."""
    partner, sums = browser.sim.world.partner_center, []
    for day in (2, 12, 22):
        clock.now = clock.now.replace(day=day)
        sums.append(sum(customer.total_cost for customer in partner.customers() if customer.azure_plan))
    assert sorted(sums) == sums
    clock.now = datetime(2026, 12, 1, 0, 10, tzinfo=clock.now.tzinfo)
    assert {0} == {customer.total_cost for customer in partner.customers() if customer.azure_plan}
    assert all(customer.total_cost > 0 for customer in partner.customers() if not customer.azure_plan)


def test_calls_can_be_told_apart(browser: Browser) -> None:
    """The correlation id comes back, the request id is the server's own, on failures too."""
    sent = {"MS-CorrelationId": "c0", "MS-RequestId": "r0"}
    good, bad = ask(browser, headers=sent), browser.get(PATH, headers=sent)
    assert ["c0", "c0"] == [good.headers["MS-CorrelationId"], bad.headers["MS-CorrelationId"]]
    assert 3 == len({"r0", good.headers["MS-RequestId"], bad.headers["MS-RequestId"]})


def test_only_a_person_of_the_partner_may_read(browser: Browser, clock: Clock) -> None:
    """Tokens that are missing, broken, of a program, for another API, of another tenant, or expired."""
    partner = browser.sim.world.partner_center
    form = {
        "grant_type": "client_credentials", "client_id": partner.client_id, "client_secret": partner.client_secret,
        "scope": f"{PARTNER_CENTER}/.default",
    }  # fmt: skip
    program = browser.post(f"/{partner.tenant}/oauth2/v2.0/token", form).json()["access_token"]
    wrong_audience = browser.exchange(scope=f"{AAD_GRAPH}/.default").json()["access_token"]
    good = browser.user_token()
    assert (401, "800001") == fault(browser.get(PATH))
    assert (401, "400") == fault(browser.get(PATH, "broken"))
    assert (403, "2032") == fault(browser.get(PATH, program))
    assert (403, "2032") == fault(browser.get(PATH, browser.program_token(PARTNER_CENTER)))
    assert (401, "900420") == fault(browser.get(PATH, wrong_audience))
    clock.now += timedelta(hours=1)
    assert (401, "400") == fault(browser.get(PATH, good))


def test_a_token_without_mfa_is_refused_unless_that_is_off(browser: Browser) -> None:
    """Enforcement is a switch; ValidateMfa tells either way whether the token would pass."""
    sent = {"ValidateMfa": "true"}
    assert "true" == ask(browser, headers=sent).headers["isMfaCompliant"]
    assert "isMfaCompliant" not in ask(browser).headers
    browser.sim.switches.token_mfa = False
    refused = ask(browser, headers=sent)
    assert (401, "900421") == fault(refused)
    assert "false" == refused.headers["isMfaCompliant"]
    browser.sim.switches.partner_center_enforce_mfa = False
    answer = ask(browser, headers=sent)
    assert (200, "false") == (answer.status_code, answer.headers["isMfaCompliant"])


@pytest.mark.parametrize("query", ["?size=10", "?seekOperation=Next", "?a="])
def test_query_parameters_are_refused(browser: Browser, query: str) -> None:
    """The documented call has none."""
    assert (400, "2012") == fault(ask(browser, PATH + query))


@pytest.mark.parametrize("prefix", ["", "/v1"])
def test_pages_follow_with_their_headers(browser: Browser, prefix: Any) -> None:
    """Links are relative, with or without the version, and need the headers that they name."""
    browser.sim.switches.partner_center_page_size = 10
    browser.sim.switches.partner_center_link_prefix = prefix
    page, names = exact(ask(browser)), []
    while True:
        names += [item["name"] for item in page["items"]]
        link = page["links"].get("next")
        if link is None:
            break
        path = "/v1" + link["uri"].removeprefix("/v1")
        assert link["uri"].startswith(f"{prefix}/customers/")
        assert (400, "2012") == fault(ask(browser, path))
        page = exact(ask(browser, path, headers={pair["key"]: pair["value"] for pair in link["headers"]}))
    assert [customer.name for customer in browser.sim.world.partner_center.customers()] == names


def test_the_last_page_can_link_to_itself(browser: Browser) -> None:
    """In loop mode there is always another page."""
    browser.sim.switches.partner_center_page_size = 20
    browser.sim.switches.partner_center_loop = True
    page, tokens = exact(ask(browser)), []
    for _ in range(3):
        link = page["links"]["next"]
        tokens.append(link["headers"][0]["value"])
        page = exact(ask(browser, "/v1" + link["uri"], headers={"MS-ContinuationToken": tokens[-1]}))
    assert 1 == len(set(tokens))


def test_quirks_of_the_body_can_be_switched_on(browser: Browser) -> None:
    """A count that does not match, a byte order mark, a null budget, an empty partner."""
    switches = browser.sim.switches
    switches.partner_center_total_count = 99
    assert 99 == exact(ask(browser))["totalCount"]
    switches.partner_center_bom, switches.partner_center_null_budget = True, True
    body = ask(browser).content
    assert body.startswith(b"\xef\xbb\xbf{")
    assert b'"amount":null' in body
    switches.partner_center_bom, switches.partner_center_total_count = False, None
    switches.partner_center_empty = True
    assert (0, []) == (exact(ask(browser))["totalCount"], exact(ask(browser))["items"])


def test_other_resources_are_not_found(browser: Browser) -> None:
    """The API's own 404."""
    assert (404, "1000") == fault(ask(browser, "/v1/customers"))


def test_subscriptions_sum_to_their_customer_to_the_last_digit(browser: Browser) -> None:
    """One to three each; an Azure plan is called the same everywhere, a legacy one states a locale and no dollars."""
    token, counts = browser.user_token(), set()
    for customer in browser.sim.world.partner_center.customers():
        items = exact(browser.get(f"/v1/customers/{customer.id}/subscriptions/usagerecords", token))["items"]
        counts.add(len(items))
        assert customer.total_cost == sum((item["totalCost"] for item in items), Decimal(0))
        assert {"Azure plan"} == {item["name"] for item in items} or not customer.azure_plan
        assert {customer.currency or customer.locale} == {
            item.get("currencyCode", item.get("currencyLocale")) for item in items
        }
        if customer.usd_total_cost is not None:
            assert customer.usd_total_cost == sum((item["usdTotalCost"] for item in items), Decimal(0))
    assert {1, 2, 3} == counts


def test_subscriptions_of_a_stranger_are_refused(browser: Browser) -> None:
    """There is no relation to the customer; and without a token nobody gets as far."""
    path = "/v1/customers/00000000-0000-0000-0000-000000000000/subscriptions/usagerecords"
    assert (403, "20002") == fault(ask(browser, path))
    assert (401, "800001") == fault(browser.get(path))
