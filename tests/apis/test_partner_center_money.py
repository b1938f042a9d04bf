"""Partner Center: the currency of an amount, and values that are no amounts."""

from collections.abc import Callable

import pytest
from babel import Locale
from babel.numbers import get_territory_currencies

from exporter.apis.partner_center.reading.money import CURRENCIES, currency_of, iso_code
from tests.apis.conftest import PATH, collection, customers, failure, record
from tests.harness import Answer, CannedService, ExporterHarness, series, value

COST = "partner_center_customer_cost_month_to_date"
DIFFERENCES = {
    "BG": "BGN",  # the euro since 1 January 2026
    "BT": "INR",
    "GS": "GBP",  # none in ISO 4217
    "LS": "ZAR",
    "NA": "ZAR",
    "PS": "ILS",  # none in ISO 4217
    "ZW": "USD",
}
"""Where babel 2.18 differs: of several currencies of a territory, our table has its own."""
NOT_ISO_3166 = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}


def test_the_table_of_currencies_differs_from_cldr_where_it_is_known_to() -> None:
    """A changed currency fails this test when babel is updated."""
    names = map(str, Locale("en").territories)
    territories = {name for name in names if len(name) == 2 and name.isalpha()} - NOT_ISO_3166
    cldr = {name: next(iter(get_territory_currencies(name)), None) for name in territories}
    assert cldr.keys() - CURRENCIES.keys() == {"AQ", "GS", "PS"}
    assert CURRENCIES.keys() <= cldr.keys()
    assert {name: found for name, found in cldr.items() if found != CURRENCIES.get(name)} == DIFFERENCES
    assert all(iso_code(currency) == currency for currency in CURRENCIES.values())


@pytest.mark.parametrize(
    ("locale", "currency"),
    [
        ("fr-FR", "EUR"),
        ("en-US", "USD"),
        ("de-CH", "CHF"),
        ("zh-Hant-TW", "TWD"),
        ("xx-JP", "JPY"),
        ("en_US ", "USD"),
        ("ca-ES-valencia", "EUR"),
        ("bg-BG", "EUR"),
        ("hr-HR", "EUR"),
        ("sq-XK", "EUR"),
        ("fr", None),
        ("", None),
        ("FR", None),
        ("en-ZZ", None),
        ("es-419", None),
        ("x-private-us", None),
    ],
)
def test_a_locale_names_its_territorys_currency(locale: str, currency: str | None) -> None:
    """An unknown one names none."""
    assert currency == currency_of(locale)


@pytest.mark.parametrize("code", ["", "  ", "EURO", "€", "EU", "12E", "ÄÖÜ", None, 978])
def test_a_code_that_is_none_is_replaced_by_the_locale(
    partner: ExporterHarness, canned: CannedService, code: object
) -> None:
    """And without a locale the customer's money is absent, with a warning that names the customer; dollars stay."""
    canned.answer(
        PATH,
        Answer(
            {
                "items": [
                    record(1, totalCost=1, currencyCode=code, currencyLocale="fr-FR"),
                    record(2, totalCost=2, usdTotalCost=3, currencyCode=code, budget={"amount": 4}, percentUsed=50),
                    record(3, totalCost=3, currencyCode=" sek "),
                ]
            }
        ),
    )
    assert [None] == partner.run()
    samples = partner.scrape()
    assert {"c-1": "EUR", "c-3": "SEK"} == {
        dict(labels)["customer_id"]: dict(labels)["currency"] for labels in series(samples, COST)
    }
    assert {"c-2": 3} == customers(samples, f"{COST}_usd")
    assert {} == customers(samples, "partner_center_customer_budget_amount")
    assert {} == customers(samples, "partner_center_customer_budget_used_ratio")
    assert 2 == value(samples, "partner_center_customers_without_budget", azure_plan="false")
    assert any("names a currency" in text and text.endswith(": c-2") for text in collection(partner).warnings)


@pytest.mark.parametrize(
    "field",
    [
        b'"totalCost": "x"',
        b'"totalCost": true',
        b'"totalCost": "NaN"',
        b'"totalCost": "sNaN"',
        b'"totalCost": "Infinity"',
        b'"totalCost": 4.9E-324',
        b'"totalCost": 1e300',
        b'"totalCost": {}',
        b'"budget": 5',
        b'"budget": {"amount": "much"}',
        b'"budget": {"amount": 1e-90}',
    ],
)
def test_an_amount_that_is_none_drops_its_customer_alone(
    partner: ExporterHarness, canned: CannedService, field: bytes
) -> None:
    """The others are published to the last digit; a warning names the customer and the correlation id."""
    good = b'{"resourceId": "good", "totalCost": 0.1234567890123456789012, "currencyCode": "EUR"}'
    bad = b'{"resourceId": "bad", "currencyCode": "EUR", %b}' % field
    canned.answer(PATH, Answer(b'{"items": [%b, %b]}' % (bad, good)))
    assert [None] == partner.run()
    samples = partner.scrape()
    assert {"good"} == customers(samples, COST).keys()
    assert b"0.1234567890123456789012\n" in partner.exporter.store.current.body
    assert 1 == value(samples, "partner_center_customers", azure_plan="false")
    assert 1 == value(samples, "azure_billing_exporter_collector_dropped_records", collector="usagerecords")
    (warning,) = collection(partner).warnings
    assert f": bad [MS-CorrelationId {canned.received[-1][1]['ms-correlationid']}]" in warning


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (b'"lastModifiedDate": "soon"', "lastModifiedDate"),
        (b'"lastModifiedDate": 5', "lastModifiedDate"),
        (b'"lastModifiedDate": "9999-12-31T23:59:59-12:00"', "lastModifiedDate"),
        (b'"percentUsed": "half"', "percentUsed"),
        (b'"percentUsed": "NaN"', "percentUsed"),
        (b'"percentUsed": 1e400', "percentUsed"),
        (b'"resourceName": {"x": 1}', "resourceName"),
        (b'"name": 7', "name"),
        (b'"isUpgraded": "yes"', "isUpgraded"),
        (b'"usdTotalCost": "x"', "usdTotalCost"),
        (b'"usdTotalCost": "NaN"', "usdTotalCost"),
    ],
)
def test_an_invalid_field_that_is_no_money_drops_no_record(
    partner: ExporterHarness, canned: CannedService, field: bytes, name: str
) -> None:
    """It counts as not stated, and a warning names it and the customer; other customers are not affected."""
    both = b'"currencyCode": "EUR", "totalCost": 1, "budget": {"amount": 4}'
    odd = b'{"resourceId": "odd", %b, %b}' % (both, field)
    even = b'{"resourceId": "even", "percentUsed": 25, %b}' % both
    canned.answer(PATH, Answer(b'{"items": [%b, %b]}' % (odd, even)))
    assert [None] == partner.run()
    assert {"odd": 1, "even": 1} == customers(partner.scrape(), COST)
    assert {"even": 0.25} == customers(partner.scrape(), "partner_center_customer_budget_used_ratio")
    (warning,) = collection(partner).warnings
    assert warning.startswith(f"customers/usagerecords: {name} ")
    assert warning.endswith(": odd")


def test_what_is_no_record_is_dropped(partner: ExporterHarness, canned: CannedService) -> None:
    """So is one without an id; and where nothing is left, the run fails."""
    canned.answer(PATH, Answer({"items": [7, {"totalCost": 1}, record(1, totalCost=1, currencyCode="EUR")]}))
    assert [None] == partner.run()
    assert {"c-1": 1} == customers(partner.scrape(), COST)
    assert 2 == value(partner.scrape(), "azure_billing_exporter_collector_dropped_records", collector="usagerecords")
    canned.answer(PATH, Answer({"items": [{"totalCost": 1}]}))
    assert "malformed" == failure(partner).reason


def test_a_limit_on_series_applies_to_both_reports(
    canned: CannedService, partner_with: Callable[..., ExporterHarness]
) -> None:
    """Costs fold and stay whole, what can't be summed is left out, and the overflow is reported."""
    harness = partner_with("max_series: 3")
    items = [record(n, totalCost=n, currencyCode="EUR", budget={"amount": 10 * n}, percentUsed=10) for n in range(1, 6)]
    canned.answer(PATH, Answer({"items": items}))
    assert [None] == harness.run("usagerecords")
    samples = harness.scrape()
    assert {"c-4": 4, "c-5": 5, "__other__": 6} == customers(samples, COST)
    assert {"c-4": 40, "c-5": 50} == customers(samples, "partner_center_customer_budget_amount")
    assert 5 == value(samples, "partner_center_customers", azure_plan="false")
    assert 0 < value(samples, "azure_billing_exporter_collector_overflow_series", collector="usagerecords")
    assert {3} == {job.collector.max_series for job in harness.exporter.jobs}
