"""The price sheet of an enrollment or a billing profile: a zip of CSV files that the service prepares."""

import zipfile
from decimal import Decimal
from typing import Any

import pytest

from exporter.apis.costs.prices import PriceSheet
from exporter.errors import Malformed, Rejected, Transient
from tests.apis.cost_scopes import ENROLLMENT, PROFILE, Collected, ScopeHarness
from tests.apis.price_sheets import (
    DOWNLOAD,
    EA,
    MCA,
    RESULT,
    START,
    ZIP,
    accepted,
    csv,
    ea_row,
    failing,
    paths,
    ready,
    zipped,
)
from tests.harness import Answer, CannedService


def collected(canned: CannedService, *files: bytes, meters: tuple[str, ...] = (), **options: Any) -> Collected:
    canned.answer(START, accepted(canned))
    canned.answer(RESULT, ready(canned))
    canned.answer(ZIP, Answer(zipped(*files)))
    options = options or {"prices": "all"}
    return ScopeHarness(canned, ENROLLMENT, meters, options).collect(PriceSheet)


def test_the_prices_are_those_of_the_retired_report(canned: CannedService) -> None:
    """With the same labels; the price is of a whole unit, and a meter can have one per offer."""
    rows = ea_row("m1", IncludedQuantity="5"), ea_row("m1", "11.2", OfferID="MS-AZR-0148P")
    found = collected(canned, csv(EA, *rows)).samples
    labels = "m1", "D4s v3", "AAA-1", "MS-AZR-0017P", "100 Hours"
    other = "m1", "D4s v3", "AAA-1", "MS-AZR-0148P", "100 Hours"
    assert {(*labels, "EUR"): Decimal("19.21"), (*other, "EUR"): Decimal("11.2")} == found["azure_unit_price"]
    assert {labels: Decimal(5), other: Decimal(0)} == found["azure_included_quantity"]


def test_the_sheet_of_the_month_is_requested_and_awaited(canned: CannedService) -> None:
    """Running may come with 202 or 200, and a new address with each answer; the zip's host gets no token."""
    canned.answer(START, accepted(canned, "/moved"))
    canned.answer("/moved", accepted(canned))
    canned.answer(RESULT, Answer({"status": "Running"}), ready(canned))
    canned.answer(ZIP, Answer(zipped(csv(EA, ea_row("m1")))))
    found = ScopeHarness(canned, ENROLLMENT, options={"prices": "all"}).collect(PriceSheet)
    assert 1 == len(found.samples["azure_unit_price"])
    assert [START, "/moved", RESULT, RESULT, ZIP] == paths(canned)
    assert "api-version=2025-03-01" in canned.received[0][0]
    assert all(headers["clienttype"] == "azure-billing-exporter" for _, headers in canned.received[:-1])
    assert ["authorization" in headers for _, headers in canned.received] == [True] * 4 + [False]


@pytest.mark.parametrize("name", ["downloadUrl", "reportUrl"])
@pytest.mark.parametrize("nested", [True, False])
def test_the_link_has_two_names_and_two_places(canned: CannedService, name: str, nested: bool) -> None:
    """A billing profile's answer is flat and has no status; its sheet has other columns, and no period."""
    link = {name: f"{canned.url}{ZIP}?sig=SECRET", "expiryTime": "2026-11-20T10:00:00Z"}
    start = f"{PROFILE}/{DOWNLOAD}"
    row = {"MeterId": "m1", "MeterName": "B2", "UnitOfMeasure": "1 Hour", "UnitPrice": "0.5", "Currency": "USD"}
    files = csv(MCA, {**row, "BillingCurrency": "EUR", "PriceType": "Consumption"})
    canned.answer(start, Answer({"status": "Completed", "properties": link} if nested else link))
    canned.answer(ZIP, Answer(zipped(files, method=zipfile.ZIP_STORED)))
    found = ScopeHarness(canned, PROFILE, options={"prices": "all"}).collect(PriceSheet).samples
    assert {("m1", "B2", "", "", "1 Hour", "USD"): Decimal("0.5")} == found["azure_unit_price"]
    assert {} == found["azure_included_quantity"]
    assert [start, ZIP] == paths(canned)


def test_prices_of_reservations_are_not_prices_of_units(canned: CannedService) -> None:
    """They are for a whole term, and name no meter."""
    rows = (
        ea_row("", "1500", PriceType="Reservation", Term="P3Y"),
        ea_row("m1", "900", PriceType="SavingsPlan", Term="P1Y"),
        ea_row("m1"),
    )
    assert [Decimal("19.21")] == list(collected(canned, csv(EA, *rows)).samples["azure_unit_price"].values())


def test_all_files_of_the_zip_are_read(canned: CannedService) -> None:
    """Each with its own header, in its own order, with or without a byte order mark."""
    second = csv("PriceType,UNITPRICE,meterid,CurrencyCode", {"UNITPRICE": "1", "meterid": "m2", "CurrencyCode": "EUR"})
    found = collected(canned, csv(EA, ea_row("m1")), b"\xef\xbb\xbf" + second).samples["azure_unit_price"]
    assert {"m1", "m2"} == {labels[0] for labels in found}


def test_only_meters_in_use_are_published(canned: CannedService) -> None:
    """Whatever the case of their ids."""
    sheet = csv(EA, ea_row("M1"), ea_row("m2"))
    found = collected(canned, sheet, meters=("m1",), prices="used").samples["azure_unit_price"]
    assert {"M1"} == {labels[0] for labels in found}


def test_an_expired_sheet_is_requested_again(canned: CannedService) -> None:
    """Its permission is short."""
    canned.answer(START, accepted(canned))
    canned.answer(RESULT, ready(canned))
    canned.answer(ZIP, Answer(status=403), Answer(zipped(csv(EA, ea_row("m1")))))
    found = ScopeHarness(canned, ENROLLMENT, options={"prices": "all"}).collect(PriceSheet).samples
    assert 1 == len(found["azure_unit_price"])
    assert [START, RESULT, ZIP] * 2 == paths(canned)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer({"status": "Failed"}), Transient),
        (Answer({"status": "Failed", "error": {"code": "500", "message": "sorry"}}), Malformed),
        (Answer({"status": "Completed"}), Malformed),
        (Answer({"status": "Guess"}), Malformed),
        (Answer({"downloadUrl": "http://attacker.example/x?sig=SECRET"}), Malformed),
        (Answer({"downloadUrl": 1}), Malformed),
        (Answer(b"<html></html>"), Malformed),
        (Answer(status=204), Rejected),
    ],
)
def test_what_is_no_sheet_is_a_failure(canned: CannedService, answer: Answer, kind: type[Exception]) -> None:
    """And not an empty one."""
    assert kind is failing(canned, answer).type


def test_sheets_that_all_expire_are_a_failure_that_passes(canned: CannedService) -> None:
    """After three of them."""
    canned.answer(ZIP, Answer(status=404))
    assert failing(canned, ready(canned)).type is Transient
    assert 3 == paths(canned).count(ZIP)


def test_a_location_that_leads_away_gets_no_token(canned: CannedService) -> None:
    """The zip alone may be elsewhere."""
    canned.answer(START, Answer(status=202, headers={"Location": "https://attacker.example/x"}))
    with pytest.raises(Malformed, match="a link leads away"):
        ScopeHarness(canned, ENROLLMENT, options={"prices": "all"}).collect(PriceSheet)
