"""Lists of customers that repeat some, or stop before their end."""

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from .conftest import Browser
from .test_partner_center import PATH, ask, exact

Item = dict[str, Any]


def pages(browser: Browser) -> list[dict[str, Any]]:
    """Every page that links lead to."""
    found = [exact(ask(browser))]
    while link := found[-1]["links"].get("next"):
        headers = {pair["key"]: pair["value"] for pair in link["headers"]}
        found.append(exact(ask(browser, "/v1" + link["uri"], headers=headers)))
    return found


def order(first: Item, second: Item) -> int:
    """-1 if the second record is newer, 0 if both are equal."""
    if first == second:
        return 0
    stamps = [datetime.fromisoformat(item["lastModifiedDate"]) for item in (first, second)]
    assert stamps[0] < stamps[1]
    assert first["totalCost"] < second["totalCost"]
    return -1


@pytest.mark.parametrize(("newer", "expected"), [(False, 0), (True, -1)])
def test_a_customer_can_be_listed_twice_in_a_row(browser: Browser, newer: bool, expected: int) -> None:
    """The second record is the world's; the first is equal or older, and both are counted."""
    browser.sim.switches.partner_center_duplicates = "same_page"
    browser.sim.switches.partner_center_duplicates_newer = newer
    [page] = pages(browser)
    first, second, *others = page["items"]
    customers = browser.sim.world.partner_center.customers()
    assert (26, 26) == (page["totalCount"], len(page["items"]))
    assert [one.id for one in customers] == [first["id"], *(item["id"] for item in others)]
    assert (expected, customers[0].total_cost) == (order(first, second), second["totalCost"])


@pytest.mark.parametrize(("newer", "expected"), [(False, 0), (True, -1)])
def test_pages_can_overlap(browser: Browser, newer: bool, expected: int) -> None:
    """The last record of a page begins the next one; no customer is lost, and each is counted once."""
    switches = browser.sim.switches
    switches.partner_center_duplicates, switches.partner_center_page_size = "overlapping_pages", 8
    switches.partner_center_duplicates_newer = newer
    found = pages(browser)
    customers = browser.sim.world.partner_center.customers()
    assert [8, 8, 8, 4] == [len(page["items"]) for page in found]
    assert {25} == {page["totalCount"] for page in found}
    for left, right in pairwise(found):
        assert left["items"][-1]["id"] == right["items"][0]["id"]
        assert expected == order(left["items"][-1], right["items"][0])
    newest = {item["id"]: item["totalCost"] for page in found for item in page["items"]}
    assert {one.id: one.total_cost for one in customers} == newest


@pytest.mark.parametrize("form", ["same_page", "overlapping_pages"])
def test_an_empty_partner_has_no_duplicates(browser: Browser, form: Any) -> None:
    """Nobody is listed twice where nobody is listed."""
    browser.sim.switches.partner_center_duplicates, browser.sim.switches.partner_center_empty = form, True
    assert (0, []) == (exact(ask(browser))["totalCount"], exact(ask(browser))["items"])


@pytest.mark.parametrize("size", [None, 10])
def test_a_token_can_stand_where_a_link_is_missing(browser: Browser, size: int | None) -> None:
    """The envelope alone says that more follow; who sends the token gets the rest, and the last page has none."""
    switches = browser.sim.switches
    switches.partner_center_continuation_token, switches.partner_center_page_size = True, size
    page = exact(ask(browser))
    names, tokens = [item["name"] for item in page["items"]], []
    while token := page.get("continuationToken"):
        assert "next" not in page["links"]
        tokens.append(token)
        page = exact(ask(browser, f"{PATH}?seekOperation=Next", headers={"MS-ContinuationToken": token}))
        names += [item["name"] for item in page["items"]]
    assert [one.name for one in browser.sim.world.partner_center.customers()] == names
    assert (1 if size is None else 2) == len(tokens)


@pytest.mark.parametrize(("size", "lengths"), [(None, [15]), (10, [10, 5]), (5, [5, 5, 5])])
def test_a_list_can_stop_early(browser: Browser, size: int | None, lengths: list[int]) -> None:
    """After the switched number of records there is no link, though more are counted."""
    switches = browser.sim.switches
    switches.partner_center_missing_items, switches.partner_center_page_size = 15, size
    found = pages(browser)
    assert lengths == [len(page["items"]) for page in found]
    assert {25} == {page["totalCount"] for page in found}
    assert "continuationToken" not in found[-1]
