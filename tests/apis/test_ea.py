"""Enterprise Agreement reports, as documented and as they come."""

import json
from collections.abc import Callable
from fractions import Fraction

import pytest

from exporter.simulator import Simulator
from tests.harness import Answer, CannedService, ExporterHarness, families, series, value

USAGE, BALANCE = "/v3/enrollments/100/usagedetails", "/v3/enrollments/100/balancesummary"
SUMMARY = {
    "id": "enrollments/100/billingperiods/202611/balancesummaries",
    "billingPeriodId": 202611,
    "currencyCode": "EUR",
    "beginningBalance": 1000,
    "endingBalance": 876.55,
    "adjustments": -3.45,
    "newPurchasesDetails": [{"name": "", "value": 1}, {"name": "Promo", "value": 2}],
    "adjustmentDetails": [{"name": "Promo Credit", "value": 1.1}, {"name": "Promo Credit", "value": 2.2}],
}


def row(cost: float, day: str = "2026-11-18", field: str = "cost", **more: object) -> dict[str, object]:
    return {
        "subscriptionName": "shop",
        "meterCategory": "Storage",
        "meterSubCategory": None,
        "meterName": "LRS",
        "date": f"{day}T00:00:00",
        "consumedQuantity": 2,
        "unitOfMeasure": "GB",
        field: cost,
        **more,
    }


@pytest.fixture
def enrollment(canned: CannedService, harness_for: Callable[..., ExporterHarness]) -> ExporterHarness:
    """A harness that reads canned answers of enrollment 100."""
    canned.answer(BALANCE, Answer(SUMMARY))
    return harness_for(f'ea: [{{name: contoso, enrollment: "100", api_key: k, base_url: "{canned.url}"}}]')


def test_the_sum_of_all_pages_is_the_sum_of_the_rows(simulator: Simulator, harness: ExporterHarness) -> None:
    """To the cent and beyond, in the enrollment's currency, against the simulated company's own ledger."""
    simulator.switches.ea_page_size = 37
    assert [None] == harness.run("usagedetails")
    total = sum(
        Fraction(line.rpartition(b" ")[2].decode())
        for line in families(harness.exporter)["azure_cost_month_to_date"].splitlines()
        if not line.startswith(b"#")
    )
    rows = simulator.world.ea.usage("202611")
    assert sum(Fraction(row.cost) for row in rows) == total
    assert len(rows) == value(
        harness.scrape(), "azure_billing_exporter_collector_records", account="contoso-ea", collector="usagedetails"
    )


@pytest.mark.parametrize("spelling", ["cost", "Cost"])
def test_both_spellings_of_the_cost_count(canned: CannedService, enrollment: ExporterHarness, spelling: str) -> None:
    """v2's example writes `Cost`; rows repeat legitimately, and credits are negative."""
    canned.answer(
        USAGE, Answer({"data": [row(0.1, field=spelling), row(0.2, field=spelling), row(-0.05, field=spelling)]})
    )
    assert [None] == enrollment.run("usagedetails")
    assert b'currency="EUR"} 0.25\n' in enrollment.exporter.store.current.body


@pytest.mark.parametrize("end", [{}, {"nextLink": None}, {"nextLink": ""}])
def test_the_last_page_ends_in_three_ways(
    canned: CannedService, enrollment: ExporterHarness, end: dict[str, None]
) -> None:
    """Missing, null and empty all mean that there is no next page."""
    canned.answer(USAGE, Answer({"data": [row(1)], "nextLink": f"{canned.url}/next?token=opaque%2B1"}))
    canned.answer("/next", Answer({"data": [row(2)], **end}))
    assert [None] == enrollment.run("usagedetails")
    assert 3 == value(enrollment.scrape(), "azure_cost_month_to_date")
    assert "/next?token=opaque%2B1" == canned.received[-1][0]


@pytest.mark.parametrize(
    "page",
    [
        '{"data":[ROW],"nextLink":"LINK"}',
        '{"data": [ROW], "nextLink" : "LINK" }\r\n',
        '{"nextLink":"LINK","data":[ROW]}',
        '{"data":[ROW],"nextLink":"LINK","count":1}',
        '{"data":[ROW],"nextLink":"ESCAPED"}',
        '\ufeff{"data":[ROW],"nextLink":"LINK"}',
    ],
)
def test_a_link_is_followed_wherever_it_is(canned: CannedService, enrollment: ExporterHarness, page: str) -> None:
    """Before, within or after the rows, whose texts may look like one."""
    text = json.dumps(row(1, tags='{"nextLink":"https://elsewhere.example"}', costCenter='"nextLink":""}'))
    link = f"{canned.url}/next"
    page = page.replace("ROW", text).replace("LINK", link).replace("ESCAPED", link.replace("/", "\\/"))
    canned.answer(USAGE, Answer(page.encode()))
    canned.answer("/next", Answer({"data": [row(2)]}))
    assert [None] == enrollment.run("usagedetails")
    assert 3 == value(enrollment.scrape(), "azure_cost_month_to_date")


@pytest.mark.parametrize("day", [{"date": None}, {"date": ""}])
def test_a_row_without_its_day_counts_for_the_month(
    canned: CannedService, enrollment: ExporterHarness, day: dict[str, object]
) -> None:
    """And for no day."""
    canned.answer(USAGE, Answer({"data": [row(1) | day, row(2)]}))
    assert [None] == enrollment.run("usagedetails")
    samples = enrollment.scrape()
    assert (3, 2) == (value(samples, "azure_cost_month_to_date"), value(samples, "azure_cost_daily"))


def test_the_newest_complete_day_is_two_days_back(canned: CannedService, enrollment: ExporterHarness) -> None:
    """Later rows can still grow, so they count for the month alone."""
    canned.answer(USAGE, Answer({"data": [row(1, "2026-11-17"), row(2, "2026-11-18"), row(4, "2026-11-19")]}))
    enrollment.run("usagedetails")
    samples = enrollment.scrape()
    assert (2, 7, 6) == (
        value(samples, "azure_cost_daily"),
        value(samples, "azure_cost_month_to_date"),
        value(samples, "azure_usage_quantity_month_to_date", unit="GB"),
    )


def test_a_number_with_22_decimals_stays_exact(canned: CannedService, enrollment: ExporterHarness) -> None:
    """No float touches it."""
    body = b'{"data": [{"date": "2026-11-18T00:00:00", "cost": 0.0000000000000000000001}, {"cost": 123456789012.01}]}'
    canned.answer(USAGE, Answer(body))
    assert [None] == enrollment.run("usagedetails")
    assert b"} 123456789012.0100000000000000000001\n" in enrollment.exporter.store.current.body


def test_an_empty_month_is_no_failure(canned: CannedService, enrollment: ExporterHarness) -> None:
    """As JSON without rows, and as the predecessor's text."""
    canned.answer(USAGE, Answer({"data": []}), Answer(b'"Usage Data Extract","2026-11"\r\n'))
    assert [None] == enrollment.run("usagedetails")
    assert [None] == enrollment.run("usagedetails")
    assert {} == series(enrollment.scrape(), "azure_cost_month_to_date")


def test_a_page_without_its_rows_is_malformed(canned: CannedService, enrollment: ExporterHarness) -> None:
    """A 200 without `data` is not an empty month."""
    canned.answer(USAGE, Answer({"id": "x"}))
    assert "malformed" == enrollment.failure("usagedetails").reason


def test_an_unchanged_month_is_confirmed_and_not_read_again(simulator: Simulator, harness: ExporterHarness) -> None:
    """304 is a success; what changed last stays where it was, and the samples stay published."""
    harness.run()
    before = harness.scrape()
    assert [None, None] == harness.run("usagedetails") + harness.run("balancesummary")
    after = harness.scrape()
    assert {key: before[key] for key in before if key[0].startswith("azure_ea")} == {
        key: after[key] for key in after if key[0].startswith("azure_ea")
    }
    assert 2 == value(after, "azure_billing_exporter_api_requests_total", api="ea", code="304")


def test_a_failure_on_the_second_page_leaves_no_etag_behind(canned: CannedService, enrollment: ExporterHarness) -> None:
    """Otherwise the next run would get 304, and the month would never appear."""
    first = Answer({"data": [row(1)], "nextLink": f"{canned.url}/next"}, headers={"ETag": '"1"'})
    canned.answer(USAGE, first)
    canned.answer("/next", Answer({}, 400), Answer({"data": [row(2)]}))
    assert "bad_request" == enrollment.failure("usagedetails").reason
    assert [None] == enrollment.run("usagedetails")
    assert 3 == value(enrollment.scrape(), "azure_cost_month_to_date")
    assert [None, None] == [h.get("if-none-match") for path, h in canned.received if path == USAGE]


@pytest.mark.parametrize(
    "form", [SUMMARY, [SUMMARY], {**SUMMARY, "billingPeriodId": "202611", "currencyCode": "eur  "}]
)
def test_the_balance_comes_as_an_object_or_an_array(
    canned: CannedService, enrollment: ExporterHarness, form: object
) -> None:
    """What the summary does not state is absent; lines of one name are summed."""
    canned.answer(BALANCE, Answer(form))
    assert [None] == enrollment.run("balancesummary")
    samples = enrollment.scrape()
    assert (1000, 876.55, -3.45) == tuple(
        value(samples, f"azure_ea_{name}", account="contoso", currency="EUR")
        for name in ("beginning_balance", "ending_balance", "adjustments")
    )
    assert {} == series(samples, "azure_ea_total_usage")
    assert 3.3 == value(samples, "azure_ea_adjustment_detail", name="Promo Credit")
    assert 1 == value(samples, "azure_ea_enrollment_info", enrollment="100", currency="EUR")


def test_usage_is_refused_while_its_currency_is_unknown(canned: CannedService, enrollment: ExporterHarness) -> None:
    """A department's key may not read the balance; the message contains what to configure."""
    refusal = {"error": {"code": "401", "message": "Report type and report view are not compatible."}}
    canned.answer(BALANCE, Answer(refusal, 401))
    canned.answer(USAGE, Answer({"data": [row(1)]}))
    (failure,) = enrollment.run("usagedetails")
    assert "set `currency` for this enrollment" in str(failure)


def test_a_configured_currency_needs_no_balance(
    canned: CannedService, harness_for: Callable[..., ExporterHarness]
) -> None:
    """For such a key."""
    canned.answer(USAGE, Answer({"data": [row(1)]}))
    harness = harness_for(f'ea: [{{enrollment: "100", api_key: k, currency: USD, base_url: "{canned.url}"}}]')
    assert [None] == harness.run("usagedetails")
    assert 1 == value(harness.scrape(), "azure_cost_month_to_date", account="100", currency="USD")
    assert [USAGE] == [path for path, _ in canned.received]
