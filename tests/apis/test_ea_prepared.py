"""Reports that the service prepares: submitted, polled, and read as a blob."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from exporter.errors import Reason
from tests.harness import NOON, Answer, CannedService, ExporterHarness, value

ROOT = "/v3/enrollments/100"
COST = "azure_cost_month_to_date"
BUILD = Callable[..., ExporterHarness]
GOOD = b"Date,Cost,ConsumedQuantity,SubscriptionName\r\n2026-11-18,12.34,1,Shop\r\n"


def prepared(canned: CannedService, enrollment: BUILD, **status: object) -> ExporterHarness:
    """A harness whose report has this status from the submission on."""
    body = {"status": 3, "requestedOn": NOON.isoformat(), "reportUrl": f"{canned.url}/report"} | status
    canned.answer(f"{ROOT}/usagedetails/submit", Answer(body))
    canned.answer("/report", Answer(body))
    harness = enrollment(", usage: {download: csv_async}")
    canned.answer("/v2/enrollments/100/billingperiods", Answer([]))
    return harness


@pytest.mark.parametrize("status", [302, 400, 409, 416])
def test_a_blob_that_is_refused_is_not_a_month_without_data(
    canned: CannedService, enrollment: BUILD, status: int
) -> None:
    """An answer of the blob's host is about the blob, and not about the data."""
    harness = prepared(canned, enrollment, blobPath=f"{canned.url}/blob")
    canned.answer("/blob", Answer(GOOD), Answer(b"no", status))
    assert [None] == harness.run("usagedetails")
    assert harness.run("usagedetails") != [None]
    assert 12.34 == value(harness.scrape(), COST)


def test_a_status_that_is_not_documented_is_malformed(canned: CannedService, enrollment: BUILD) -> None:
    """It is not polled again."""
    failure = prepared(canned, enrollment, status=99).failure("usagedetails")
    assert Reason.MALFORMED == failure.reason


def test_a_report_without_data_needs_no_address(canned: CannedService, enrollment: BUILD) -> None:
    """Status 5 may come with `reportUrl: null`."""
    assert [None] == prepared(canned, enrollment, status=5, reportUrl=None).run("usagedetails")


def test_a_key_that_expires_while_a_report_is_prepared_is_unauthorized(
    canned: CannedService, enrollment: BUILD
) -> None:
    """It is not tried again and again."""
    harness = prepared(canned, enrollment, status=1)
    canned.answer("/report", Answer(b"", 401))
    failure = harness.failure("usagedetails")
    assert Reason.UNAUTHORIZED == failure.reason


@pytest.mark.parametrize("off", [-3, 3])
def test_a_wall_clock_that_is_off_still_fetches_a_good_blob(canned: CannedService, enrollment: BUILD, off: int) -> None:
    """The service's `requestedOn` decides nothing."""
    requested = (NOON + timedelta(hours=off)).isoformat()
    harness = prepared(canned, enrollment, blobPath=f"{canned.url}/blob", requestedOn=requested)
    canned.answer("/blob", Answer(GOOD))
    assert [None] == harness.run("usagedetails")
    assert 12.34 == value(harness.scrape(), COST)
    assert 1 == sum("submit" in path for path, _ in canned.received)
