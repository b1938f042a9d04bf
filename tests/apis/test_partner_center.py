"""Partner Center usage records as documented, and as the service sends them."""

import pytest

from exporter.simulator import Simulator
from tests.apis.conftest import PATH, customers, failure, record
from tests.harness import Answer, CannedService, ExporterHarness, series, value

RECORDS = b"""\xef\xbb\xbf{"totalCount": 25, "items": [
  {"budget": {"attributes": {"objectType": "SpendingBudget"}}, "percentUsed": 0, "isUpgraded": false,
   "resourceId": "legacy", "resourceName": "Old & Co", "totalCost": 7.5, "currencyLocale": "fr-FR", "usdTotalCost": 0,
   "lastModifiedDate": "2026-08-01T23:00:16.57+00:00"},
  {"budget": {"amount": 20}, "percentUsed": 602.84, "isUpgraded": true, "resourceId": "over",
   "resourceName": "Over", "totalCost": 120.5682999999995904716, "currencyCode": "SEK",
   "usdTotalCost": 12.39999999999999985235, "lastModifiedDate": "2026-11-17T17:08:11.1433333+00:00"},
  {"budget": {"amount": 0}, "percentUsed": 0, "isUpgraded": true, "id": "zero", "name": "Zero",
   "totalCost": -0.01, "currencyCode": "gbp", "usdTotalCost": 0},
  {"budget": null, "isUpgraded": true, "resourceId": "none", "resourceName": "None", "totalCost": 0,
   "currencyCode": "GBP", "usdTotalCost": null}
]}"""


def test_amounts_come_out_to_the_last_digit(partner: ExporterHarness, canned: CannedService) -> None:
    """The page has every digit that Microsoft sent; a reader of doubles gets the nearest one."""
    canned.answer(PATH, Answer(RECORDS))
    assert [None] == partner.run()
    assert b'currency="SEK"} 120.5682999999995904716\n' in partner.exporter.store.current.body
    samples = partner.scrape()
    assert {"legacy": 7.5, "over": 120.5682999999995904716, "zero": -0.01, "none": 0} == customers(
        samples, "partner_center_customer_cost_month_to_date"
    )


def test_budgets_are_absent_where_none_is_set(partner: ExporterHarness, canned: CannedService) -> None:
    """A budget of zero is set; null and absent are not."""
    canned.answer(PATH, Answer(RECORDS))
    partner.run()
    samples = partner.scrape()
    assert {"over": 20, "zero": 0} == customers(samples, "partner_center_customer_budget_amount")
    assert {"over": 6.0284} == customers(samples, "partner_center_customer_budget_used_ratio")
    assert 2 == value(samples, "partner_center_customers_without_budget", azure_plan="true") + value(
        samples, "partner_center_customers_without_budget", azure_plan="false"
    )
    assert 3 == value(samples, "partner_center_customers", azure_plan="true")


def test_dollars_are_published_where_microsoft_states_them(partner: ExporterHarness, canned: CannedService) -> None:
    """A legacy zero and a null are not stated."""
    canned.answer(PATH, Answer(RECORDS))
    partner.run()
    assert {"over": 12.39999999999999985235, "zero": 0} == customers(
        partner.scrape(), "partner_center_customer_cost_month_to_date_usd"
    )


def test_currencies_are_iso_codes_and_never_locales(partner: ExporterHarness, canned: CannedService) -> None:
    """Euro for fr-FR, upper case for gbp."""
    canned.answer(PATH, Answer(RECORDS))
    partner.run()
    found = series(partner.scrape(), "partner_center_customer_cost_month_to_date")
    assert ["EUR", "GBP", "GBP", "SEK"] == sorted(dict(labels)["currency"] for labels in found)


def test_the_documented_headers_are_sent(partner: ExporterHarness, canned: CannedService, waits: list[float]) -> None:
    """One request id for all attempts of a request, and nothing in the query."""
    canned.answer(PATH, Answer(status=500), Answer({"items": []}))
    assert [None] == partner.run()
    (path, first), (_, second) = canned.received
    assert (PATH, "application/json", "en-US") == (path, first["accept"], first["x-locale"])
    assert first["authorization"].startswith("Bearer ey")
    assert (first["ms-requestid"], first["ms-correlationid"]) == (second["ms-requestid"], second["ms-correlationid"])
    assert first["ms-requestid"] != first["ms-correlationid"]


@pytest.mark.parametrize(
    "uri",
    [
        "/customers/usagerecords/2",
        "/v1/customers/usagerecords/2",
        "v1/customers/usagerecords/2",
        "customers/usagerecords/2",
        "{url}/v1/customers/usagerecords/2",
    ],
)
def test_a_continuation_is_followed_with_its_headers(partner: ExporterHarness, canned: CannedService, uri: str) -> None:
    """Relative or absolute, with or without the version; no link replaces the credentials."""
    headers = [{"key": "MS-ContinuationToken", "value": "t"}, {"key": "authorization", "value": "x"}]
    link = {"uri": uri.replace("{url}", canned.url), "method": "GET", "headers": headers}
    canned.answer(PATH, Answer({"items": [record(1, totalCost=1, currencyCode="EUR")], "links": {"next": link}}))
    canned.answer(f"{PATH}/2", Answer({"items": [record(2, totalCost=2, currencyCode="EUR")], "links": {"self": link}}))
    assert [None] == partner.run()
    assert {"c-1": 1, "c-2": 2} == customers(partner.scrape(), "partner_center_customer_cost_month_to_date")
    (_, first), (_, second) = canned.received
    assert ("t", first["authorization"]) == (second["ms-continuationtoken"], second["authorization"])


def test_a_link_without_headers_and_odd_records_are_read(partner: ExporterHarness, canned: CannedService) -> None:
    """null headers and `isUpgraded`, .NET's earliest instant for never changed, spaces around a currency."""
    odd = record(1, totalCost=1, currencyCode=" eur ", isUpgraded=None, lastModifiedDate="0001-01-01T00:00:00")
    link = {"uri": "/customers/usagerecords/2", "method": "GET", "headers": None}
    canned.answer(PATH, Answer({"items": [odd], "links": {"next": link}}))
    canned.answer(f"{PATH}/2", Answer({"items": [record(2, totalCost=2, currencyCode="EUR", lastModifiedDate="")]}))
    assert [None] == partner.run()
    samples = partner.scrape()
    assert {"EUR"} == {
        dict(labels)["currency"] for labels in series(samples, "partner_center_customer_cost_month_to_date")
    }
    assert {} == series(samples, "partner_center_customer_last_modified_timestamp_seconds")


def test_an_empty_partner_is_no_failure_and_publishes_nothing(partner: ExporterHarness, canned: CannedService) -> None:
    """Absent is not zero."""
    canned.answer(PATH, Answer({"totalCount": 0, "items": []}))
    assert [None] == partner.run()
    assert {} == series(partner.scrape(), "partner_center_customers")


@pytest.mark.parametrize(
    "body", [b"<html></html>", b'{"totalCount": 3}', b'{"items": [{"totalCost": "x"}]}', b"", b"{"]
)
def test_an_answer_that_is_not_as_documented_keeps_the_last_good_values(
    partner: ExporterHarness, canned: CannedService, body: bytes
) -> None:
    """The failure is counted with its reason, and the next success heals it."""
    canned.answer(PATH, Answer(RECORDS), Answer(body), Answer(RECORDS))
    partner.run()
    published = partner.exporter.store.current.body
    assert "malformed" == partner.failure("usagerecords").reason
    labels = {"account": "csp", "collector": "usagerecords"}
    samples = partner.scrape()
    assert published == partner.exporter.store.current.body
    assert (0, 1) == (
        value(samples, "azure_billing_exporter_collector_success", **labels),
        value(samples, "azure_billing_exporter_collector_failures_total", reason="malformed", **labels),
    )
    partner.run()
    assert 1 == value(partner.scrape(), "azure_billing_exporter_collector_success", **labels)


@pytest.mark.parametrize("quirk", ["page_size", "bom", "null_budget", "total_count", "link_prefix"])
def test_every_quirk_of_the_service_yields_the_same_samples(
    simulator: Simulator, harness: ExporterHarness, quirk: str
) -> None:
    """The envelope changes no sample."""
    harness.run("usagerecords")
    published = harness.exporter.store.current.body
    switches = simulator.switches
    if quirk == "page_size":
        switches.partner_center_page_size = 4
    elif quirk == "link_prefix":
        switches.partner_center_page_size, switches.partner_center_link_prefix = 7, "/v1"
    elif quirk == "total_count":
        switches.partner_center_total_count = 3
    else:
        setattr(switches, f"partner_center_{quirk}", True)
    assert [None] == harness.run("usagerecords")
    assert published == harness.exporter.store.current.body


def test_a_loop_of_pages_is_malformed(simulator: Simulator, harness: ExporterHarness) -> None:
    """Reading ends at the first page that repeats."""
    simulator.switches.partner_center_page_size = 10
    simulator.switches.partner_center_loop = True
    assert "malformed" == failure(harness).reason
