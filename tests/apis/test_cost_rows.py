"""Rows of cost files: every agreement's columns, dates and spellings."""

import csv
import io
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from exporter.apis.cost_management.downloads.download import MARKETPLACE, Cost
from exporter.apis.cost_management.rows import csv_batches
from exporter.apis.costs.selection import Row, Selection
from exporter.errors import Malformed
from exporter.model.periods import day_of

EA = {
    "InvoiceSectionName": "Retail",
    "SubscriptionId": "aaaa-1",
    "SubscriptionName": "Shop",
    "ResourceGroup": "rg-shop",
    "Date": "11/02/2026",
    "ProductName": "Firewall Pro",
    "MeterCategory": "Networking",
    "Quantity": "24",
    "CostInBillingCurrency": "4.6104",
    "Tags": '"Team": "checkout"',
    "PublisherType": "Azure",
    "PublisherName": "Microsoft",
    "BillingCurrencyCode": "EUR",
    "PlanName": "",
}
MCA = {
    "invoiceSectionName": "Retail",
    "date": "11/02/2026",
    "ProductName": "Firewall Pro",
    "SubscriptionId": "aaaa-1",
    "subscriptionName": "Shop",
    "publisherType": "Microsoft",
    "publisherName": "Microsoft",
    "resourceGroupName": "rg-shop",
    "quantity": "24",
    "billingCurrency": "EUR",
    "pricingCurrency": "USD",
    "costInBillingCurrency": "4.6104",
    "costInPricingCurrency": "5",
    "costInUsd": "5",
    "meterCategory": "Networking",
    "tags": '{"team":"checkout"}',
}
PAY_AS_YOU_GO = {
    "SubscriptionGuid": "aaaa-1",
    "ResourceGroup": "rg-shop",
    "UsageDateTime": "2026-11-02",
    "MeterCategory": "Networking",
    "UsageQuantity": "24",
    "ResourceRate": "0.1921",
    "PreTaxCost": "4.6104",
    "Tags": '"team": "checkout"',
    "Currency": "EUR",
}
FOCUS = {
    "BilledCost": "4.6104",
    "BillingCurrency": "EUR",
    "ChargeDescription": "Firewall Pro",
    "ChargePeriodEnd": "2026-11-03T00:00Z",
    "ChargePeriodStart": "2026-11-02T00:00Z",
    "ConsumedQuantity": "24",
    "EffectiveCost": "2.5",
    "PublisherName": "Microsoft",
    "SubAccountId": "/subscriptions/aaaa-1",
    "SubAccountName": "Shop",
    "Tags": '{"team":"checkout"}',
    "x_InvoiceSectionId": "7",
    "x_InvoiceSectionName": "Retail",
    "x_PublisherCategory": "Cloud Provider",
    "x_ResourceGroupName": "rg-shop",
    "x_SkuMeterCategory": "Networking",
}
EVERYWHERE = Selection(("currency", "subscription_id", "resource_group", "meter_category"), ("team",))
OFFER = Selection(MARKETPLACE)


def file(*rows: Mapping[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def read(content: bytes, selection: Selection = EVERYWHERE, cost: Cost = "actual") -> list[Row]:
    """The rows of a file that arrives in pieces."""
    pieces = (content[at : at + 7] for at in range(0, len(content), 7))
    return [row for batch in csv_batches(pieces, selection, cost) for row in batch]


def values(row: Mapping[str, str], *columns: str) -> tuple[Any, ...]:
    """The values of some columns in the only row of a file."""
    ((_, found, _, _),) = read(file(row), Selection(columns))
    return found


@pytest.mark.parametrize("row", [EA, MCA, PAY_AS_YOU_GO, FOCUS], ids=["EA", "MCA", "PAYG", "FOCUS"])
def test_every_agreement_has_the_same_rows(row: Mapping[str, str]) -> None:
    ((day, found, quantity, cost),) = read(file(row))
    assert ("EUR", "aaaa-1", "rg-shop", "Networking", ("checkout",)) == found
    assert (Decimal(24), Decimal("4.6104")) == (quantity, cost)
    assert "2026-11-02" == str(day_of(day or ""))


@pytest.mark.parametrize(
    "day", ["11/2/2026", "2026-11-02T00:00:00Z", "2026-11-02T00:00Z", "2026-11-02", " 11/02/2026 "]
)
def test_days_are_read_in_every_form(day: str) -> None:
    ((found, *_),) = read(file(EA | {"Date": day}))
    assert "2026-11-02" == str(day_of(found or ""))


def test_amortized_costs_of_focus_are_effective_and_others_are_those_of_the_file() -> None:
    assert [Decimal("2.5")] == [row[3] for row in read(file(FOCUS), cost="amortized")]
    assert [Decimal("4.6104")] == [row[3] for row in read(file(EA), cost="amortized")]


def test_a_focus_file_without_effective_costs_has_no_amortized_ones() -> None:
    content = file({name: text for name, text in FOCUS.items() if name != "EffectiveCost"})
    with pytest.raises(Malformed, match="no column effectivecost"):
        read(content, cost="amortized")


def test_an_absent_amount_is_not_zero() -> None:
    ((_, _, quantity, cost),) = read(file(EA | {"Quantity": "", "CostInBillingCurrency": " "}))
    assert (None, None) == (quantity, cost)
    ((_, _, quantity, _),) = read(file({name: text for name, text in EA.items() if name != "Quantity"}))
    assert quantity is None


def test_amounts_may_have_an_exponent_and_nothing_else_that_only_python_reads() -> None:
    ((_, _, quantity, cost),) = read(file(EA | {"Quantity": "5.64902E-05", "CostInBillingCurrency": "-1e-7"}))
    assert (Decimal("0.0000564902"), Decimal("-0.0000001")) == (quantity, cost)
    for text in ("1_000", "NaN", "1,5", "\u0661", "--1"):
        with pytest.raises(Malformed, match="not an amount"):
            read(file(EA | {"CostInBillingCurrency": text}))


def test_focus_values_are_spelled_as_in_other_files() -> None:
    none = FOCUS | {"x_InvoiceSectionId": "-2", "x_InvoiceSectionName": "Unassigned", "SubAccountId": ""}
    columns = "invoice_section_id", "department_name", "subscription_guid"
    assert ("7", "Retail", "aaaa-1") == values(FOCUS, *columns)
    assert ("", "", "") == values(none, *columns)
    assert ("Unassigned",) == values(EA | {"InvoiceSectionName": "Unassigned"}, "invoice_section_name")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            EA | {"PublisherType": "Marketplace", "PublisherName": "Acme", "PlanName": "pro"},
            ("Acme", "Firewall Pro", "pro"),
        ),
        (FOCUS | {"x_PublisherCategory": "Vendor", "PublisherName": "Acme"}, ("Acme", "Firewall Pro", UNSET)),
        (EA, ("", "", "")),
        (PAY_AS_YOU_GO, (UNSET, UNSET, UNSET)),
    ],
)
def test_only_rows_of_third_parties_have_an_offer(row: Mapping[str, str], expected: tuple[Any, ...]) -> None:
    assert expected == values(row, *MARKETPLACE)


def test_what_a_file_lacks_is_unset() -> None:
    assert ("EUR", UNSET) == values(PAY_AS_YOU_GO, "currency", "reservation_id")
    ((_, found, *_),) = read(file({"Date": "11/02/2026", "Cost": "1"}), Selection(("currency",), ("team",)))
    assert (UNSET, UNSET) == found


def test_values_have_no_blanks_around() -> None:
    assert ("EUR", "Shop") == values(
        EA | {"BillingCurrencyCode": "EUR  ", "SubscriptionName": " Shop"}, "currency", "subscription_name"
    )


def test_the_first_synonym_counts() -> None:
    assert ("Retail",) == values(EA | {"DepartmentName": "old"}, "department_name")


def test_a_byte_order_mark_and_any_line_ends_are_accepted() -> None:
    content = file(EA, EA)
    assert read(content) == read(b"\xef\xbb\xbf" + content) == read(content.replace(b"\r\n", b"\n"))


def test_a_header_without_rows_is_no_rows() -> None:
    assert [] == read(file(EA).splitlines(keepends=True)[0])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b"<html>gateway</html>",
        b"Date,Quantity\r\n11/01/2026,1\r\n",
        file(EA)[:-20],
        b"Date,Cost\n\xff,1\n",
    ],
)
def test_anything_else_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        read(content)


def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    def endless(total: Sequence[int] = range(1 << 20)) -> Any:
        yield b"Date,Cost\n"
        yield from (b"x" * (1 << 20) for _ in total)

    with pytest.raises(Malformed, match="line of more than"):
        list(csv_batches(endless(), EVERYWHERE, "actual"))


@given(
    st.lists(st.tuples(st.text(max_size=5), st.decimals(allow_nan=False, allow_infinity=False, places=6)), max_size=600)
)
def test_no_money_is_lost(amounts: list[tuple[str, Decimal]]) -> None:
    """The rows of a file have its sum, whatever the texts in other columns."""
    rows = [
        EA | {"CostInBillingCurrency": f"{cost:f}", "SubscriptionName": name.replace("\0", "")}
        for name, cost in amounts
    ]
    content = file(*rows) if rows else file(EA).splitlines(keepends=True)[0]
    assert [cost for _, cost in amounts] == [row[3] for row in read(content, Selection(("subscription_name",)))]


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_malformed(content: bytes) -> None:
    for content_ in (content, file(EA) + content):
        with suppress(Malformed):
            read(content_)


def test_two_columns_with_the_name_of_the_cost_are_malformed() -> None:
    """Which of them is the bill is not known; other columns may repeat."""
    header = "Date,CostInBillingCurrency,BillingCurrencyCode,Term,Term"
    assert list(csv_batches([f"{header}\n11/02/2026,1,EUR,,\n".encode()], Selection(("currency",)), "actual"))
    with pytest.raises(Malformed, match="2 columns have the name costinbillingcurrency"):
        list(csv_batches([f"{header},costInBillingCurrency\n".encode()], Selection(("currency",)), "actual"))
