"""Reports that Cost Management prepares: cost details and price sheets."""

import csv
import io
import json
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from .conftest import Browser, Clock
from .costs import Arm

OCTOBER = {"timePeriod": {"start": "2026-10-01", "end": "2026-10-31"}}
DETAILS = "generateCostDetailsReport"


@pytest.fixture
def arm(browser: Browser) -> Arm:
    return Arm(browser)


def finished(arm: Arm, answer: requests.Response) -> requests.Response:
    """The result of a report, polled at whatever address the latest answer names."""
    while answer.status_code == 202:
        assert "60" == answer.headers["Retry-After"]
        answer = arm.get(answer.headers["Location"])
    return answer


def parts(arm: Arm, path: str, body: dict[str, Any]) -> list[bytes]:
    """The files of a finished report."""
    result = finished(arm, arm.post(path, DETAILS, body))
    assert (200, "Completed") == (result.status_code, result.json()["status"])
    blobs = result.json()["manifest"]["blobs"]
    answers = [arm.browser.get(blob["blobLink"]) for blob in blobs]
    assert [200] * len(blobs) == [answer.status_code for answer in answers]
    assert [blob["byteCount"] for blob in blobs] == [len(answer.content) for answer in answers]
    return [answer.content for answer in answers]


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_report_is_the_usage_of_the_month(arm: Arm) -> None:
    """In several parts with a header each, every row of the old reports is there, under the new names."""
    ea = arm.sim.world.ea
    files = parts(arm, arm.azure.enrollment, OCTOBER)
    rows = [row for file in files for row in table(file)]
    assert 3 == len(files)
    assert not any(file.startswith(b"\xef\xbb\xbf") for file in files)
    assert {55} == {len(row) for row in rows}
    azure = [Decimal(row["CostInBillingCurrency"]) for row in rows if row["PublisherType"] == "Azure"]
    market = [Decimal(row["CostInBillingCurrency"]) for row in rows if row["PublisherType"] == "Marketplace"]
    assert [row.cost for row in ea.usage("202610")] == azure
    assert ea.marketplace("202610") == sum(market)
    first, old = rows[0], ea.usage("202610")[0]
    assert (old.subscription_guid, old.instance_id, "10/01/2026") == (
        first["SubscriptionId"],
        first["ResourceId"],
        first["Date"],
    )
    assert (old.department_name, old.resource_rate) == (first["InvoiceSectionName"], Decimal(first["EffectivePrice"]))
    assert {'"env": "prod","team": "shop"', ""} < {row["Tags"] for row in rows}
    assert "5.03470000000001E-06" in {row["EffectivePrice"] for row in rows}


@pytest.mark.parametrize("columns", [53, 57])
def test_versions_differ_in_their_columns(arm: Arm, columns: Any) -> None:
    """Benefits and accounts came later; a byte order mark may come first."""
    arm.sim.switches.cost_details_columns = columns
    arm.sim.switches.cost_details_bom = True
    [file, *_] = parts(arm, arm.azure.enrollment, {"metric": "AmortizedCost", "billingPeriod": "202610"})
    assert file.startswith(b"\xef\xbb\xbf")
    assert columns == len(table(file)[0])
    assert (columns == 57) == ("AccountId" in table(file)[0])


def test_a_customer_agreement_has_other_columns(arm: Arm) -> None:
    """65 in mixed case, a byte order mark, CRLF, two currencies, commitments in either view."""
    types = {}
    for metric in ("ActualCost", "AmortizedCost"):
        [file] = parts(arm, arm.azure.billing_profile, {"metric": metric, **OCTOBER})
        rows = table(file)
        assert file.startswith(b"\xef\xbb\xbfinvoiceId,")
        assert file.count(b"\r\n") == len(rows) + 1
        assert {65} == {len(row) for row in rows}
        assert {"EUR", "CHF"} == {row["billingCurrency"] for row in rows}
        types[metric] = {row["chargeType"] for row in rows}
    assert {"Usage", "Purchase", "Refund"} == types["ActualCost"]
    assert {"Usage", "Refund", "UnusedReservation", "UnusedSavingsPlan"} == types["AmortizedCost"]


def test_the_enrollment_has_commitments_by_a_switch(arm: Arm) -> None:
    """Then its actual cost exceeds its old reports by the purchases and the refund alone."""
    arm.sim.switches.cost_management_commitments = True
    rows = [row for file in parts(arm, arm.azure.enrollment, OCTOBER) for row in table(file)]
    azure = sum(Decimal(row["CostInBillingCurrency"]) for row in rows if row["PublisherType"] == "Azure")
    old = arm.sim.world.ea.ledger.cost(date(2026, 10, 1), date(2026, 10, 31))
    assert old + Decimal("744.00") + Decimal("310.00") - Decimal("55.20") == azure
    [purchase, *_] = [row for row in rows if row["ChargeType"] == "Purchase" and row["PricingModel"] == "Reservation"]
    assert ("", "36", True) == (purchase["SubscriptionId"], purchase["Term"], bool(purchase["ReservationId"]))


def test_an_operation_can_move_or_be_done_at_once(arm: Arm) -> None:
    """The newest Location counts, earlier ones are gone; the POST itself may be answered with the result."""
    arm.sim.switches.cost_details_moves = True
    started = arm.post(arm.azure.enrollment, DETAILS, OCTOBER)
    polled = arm.get(started.headers["Location"])
    assert (202, False) == (polled.status_code, polled.headers["Location"] == started.headers["Location"])
    assert 404 == arm.get(started.headers["Location"]).status_code
    assert 200 == arm.get(polled.headers["Location"]).status_code
    arm.sim.switches.cost_details_accepted = 0
    arm.sim.switches.cost_details_retry_after = None
    assert "Completed" == arm.post(arm.azure.enrollment, DETAILS, {}).json()["status"]


def test_without_data_there_are_two_answers(arm: Arm) -> None:
    """204, or the status NoDataFound; a failure is 200, too."""
    arm.sim.switches.cost_management_empty = True
    assert 204 == finished(arm, arm.post(arm.azure.enrollment, DETAILS, OCTOBER)).status_code
    arm.sim.switches.cost_details_no_data = "status"
    result = finished(arm, arm.post(arm.azure.enrollment, DETAILS, OCTOBER)).json()
    assert ("NoDataFound", None) == (result["status"], result["manifest"])
    arm.sim.switches.cost_details_failed = True
    result = finished(arm, arm.post(arm.azure.enrollment, DETAILS, OCTOBER)).json()
    assert ("Failed", "InternalServerError") == (result["status"], result["error"]["code"])


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({**OCTOBER, "billingPeriod": "202610"}, "only have either timePeriod or invoiceId or billingPeriod"),
        ({"timePeriod": {"start": "2026-09-01", "end": "2026-10-31"}}, "maximum allowed date range is 1 months"),
        ({"billingPeriod": "202509"}, "Start date must be after 10/01/2025."),
        ({"billingPeriod": "2026-10"}, "Invalid"),
        ({"timePeriod": {"start": "yesterday"}}, "Invalid"),
    ],
)
def test_invalid_periods_are_refused(arm: Arm, body: dict[str, Any], text: str) -> None:
    """One period of at most a month, 13 months back."""
    answer = arm.post(arm.azure.enrollment, DETAILS, body)
    assert (400, True) == (answer.status_code, text in answer.json()["error"]["message"])


def test_some_scopes_have_no_report(arm: Arm) -> None:
    """Plain text at management and resource groups, 422 for pay-as-you-go, no billing period off enrollments."""
    for path in (arm.azure.management_group, arm.azure.resource_group):
        answer = arm.post(path, DETAILS, OCTOBER)
        assert (404, True) == (answer.status_code, answer.text.startswith("The resource you are looking for"))
    answer = arm.post(arm.azure.pay_as_you_go, DETAILS, OCTOBER)
    assert (422, "422") == (answer.status_code, answer.json()["error"]["code"])
    assert 400 == arm.post(arm.azure.billing_account, DETAILS, {"billingPeriod": "202610"}).status_code
    assert 202 == arm.post(arm.azure.subscription, DETAILS, {"billingPeriod": "202610"}).status_code


def test_the_blob_host_wants_no_token(arm: Arm, clock: Clock) -> None:
    """A token is refused and recorded; without its signature, or after an hour, a link is of no use."""
    blobs = finished(arm, arm.post(arm.azure.enrollment, DETAILS, OCTOBER)).json()["manifest"]["blobs"]
    link = blobs[0]["blobLink"]
    before = len(arm.sim.blob_authorizations)
    assert 403 == arm.browser.get(link, "a-token").status_code
    assert before + 1 == len(arm.sim.blob_authorizations)
    assert 404 == arm.browser.get(link.partition("?")[0]).status_code
    clock.now += timedelta(hours=1)
    assert 403 == arm.browser.get(link).status_code


@pytest.mark.parametrize("names", [("downloadUrl", "validTill"), ("reportUrl", "validUntil")])
def test_a_price_sheet_is_an_archive(arm: Arm, names: tuple[str, str]) -> None:
    """202, Running, then the link under either name; the prices are those of the old report."""
    arm.sim.switches.price_sheet_fields = names[0]  # type: ignore[assignment]
    path = f"{arm.azure.enrollment}/billingPeriods/202611"
    answer = arm.post(path, "pricesheets/default/download", {})
    location = answer.headers["Location"]
    assert "Running" == arm.get(location).json()["status"]
    properties = arm.get(location).json()["properties"]
    assert set(names) == set(properties)
    with zipfile.ZipFile(io.BytesIO(arm.browser.get(properties[names[0]]).content)) as archive:
        rows = [row for name in archive.namelist() for row in table(archive.read(name))]
        assert len(archive.namelist()) > 1
    old = json.loads(arm.browser.ea("pricesheet").text, parse_float=Decimal, parse_int=Decimal)
    assert [(one["meterId"], one["offerId"], one["unitPrice"]) for one in old] == [
        (row["MeterID"], row["OfferID"], Decimal(row["UnitPrice"])) for row in rows
    ]


def test_a_billing_profile_has_a_flat_result(arm: Arm) -> None:
    """The link stands beside its expiry; an enrollment's path names a period; other scopes have no sheet."""
    answer = arm.post(arm.azure.billing_profile, "pricesheets/default/download", {})
    arm.get(answer.headers["Location"])
    assert {"expiryTime", "downloadUrl"} == set(arm.get(answer.headers["Location"]).json())
    for path in (arm.azure.enrollment, arm.azure.subscription):
        assert 404 == arm.post(path, "pricesheets/default/download", {}).status_code
