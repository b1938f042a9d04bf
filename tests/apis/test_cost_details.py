"""Costs by cost details reports."""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from exporter.apis.cost_management.downloads.cost_details import CostDetails
from exporter.apis.cost_management.downloads.download import Cost
from exporter.apis.costs.selection import Selection
from exporter.errors import Malformed, Transient
from exporter.model.collection import Validators
from tests.apis.arm import (
    ENROLLMENT,
    NONE_FOUND,
    REPORT,
    RESULTS,
    accepted,
    arm,
    completed,
    november,
    read,
)
from tests.harness import Answer, CannedService, Stopped

HEADER = b"Date,MeterName,CostInBillingCurrency,Quantity,BillingCurrencyCode\r\n"
BLOB = "/reports/part0.csv"


@pytest.fixture
def storage() -> Iterator[CannedService]:
    """Where the parts are: another origin."""
    with CannedService() as service:
        yield service


@pytest.fixture
def stopped() -> Stopped:
    """Records the waits."""
    return Stopped()


@pytest.fixture
def details(canned: CannedService, stopped: Stopped) -> CostDetails:
    return CostDetails(arm(canned, ENROLLMENT, stopped))


def test_all_parts_of_a_prepared_report_are_read(
    canned: CannedService, storage: CannedService, details: CostDetails, stopped: Stopped
) -> None:
    """Where the newest answer says, no sooner than it says, and without the token."""
    canned.answer(REPORT, accepted(canned))
    canned.answer(f"{RESULTS}/1", Answer(b"", 202, {"Retry-After": "20"}), accepted(canned, 2, after=None))
    canned.answer(f"{RESULTS}/2", completed(*(f"{storage.url}/part{n}.csv?sig=hush-{n}" for n in (0, 1))))
    storage.answer("/part0.csv", Answer(b"\xef\xbb\xbf" + HEADER + b"11/02/2026,A,1.25,2,EUR\r\n"))
    storage.answer("/part1.csv", Answer(HEADER.replace(b",Quantity", b",quantity") + b"11/03/2026,B,-0.5,1,USD\r\n"))
    assert [
        ("11/02/2026", ("A", "EUR"), Decimal(2), Decimal("1.25")),
        ("11/03/2026", ("B", "USD"), Decimal(1), Decimal("-0.5")),
    ] == read(details, "meter_name", "currency")
    assert [60, 20] == stopped.waits[:2]
    assert [f"{REPORT}?api-version=2025-03-01", *(f"{RESULTS}/{n}?api-version=2025-03-01" for n in (1, 1, 2))] == [
        path for path, _ in canned.received
    ]
    assert {"azure-billing-exporter"} == {headers["clienttype"] for _, headers in canned.received}
    assert not any({"authorization", "clienttype"} & headers.keys() for _, headers in storage.received)
    assert {"metric": "ActualCost", "timePeriod": {"start": "2026-11-01", "end": "2026-11-30"}} == json.loads(
        canned.bodies[0]
    )


@pytest.mark.parametrize(("cost", "metric"), [("actual", "ActualCost"), ("amortized", "AmortizedCost")])
def test_the_kind_of_cost_is_requested(canned: CannedService, details: CostDetails, cost: Cost, metric: str) -> None:
    canned.answer(REPORT, Answer(b"", 204))
    assert [] == read(details, "currency", cost=cost)
    assert metric == json.loads(canned.bodies[0])["metric"]


@pytest.mark.parametrize(
    "answer",
    [Answer(b"", 204), NONE_FOUND, completed(), completed(blobs=None, blobCount=0)],
    ids=["204", "NoDataFound", "no parts", "null"],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_no_data_is_no_failure(canned: CannedService, details: CostDetails, answer: Answer, at_once: bool) -> None:
    """In all forms, at the start or at the end."""
    canned.answer(REPORT, answer if at_once else accepted(canned))
    canned.answer(f"{RESULTS}/1", answer)
    assert [] == read(details, "currency")


def test_a_report_may_be_there_at_once(
    canned: CannedService, storage: CannedService, details: CostDetails, stopped: Stopped
) -> None:
    canned.answer(REPORT, completed(f"{storage.url}{BLOB}"))
    storage.answer(BLOB, Answer(HEADER))
    assert [] == read(details, "currency")
    assert [] == stopped.waits


def test_status_200_may_say_that_the_report_is_not_ready(
    canned: CannedService, details: CostDetails, stopped: Stopped
) -> None:
    """Price sheets do, and their operations are the same."""
    canned.answer(REPORT, accepted(canned))
    canned.answer(f"{RESULTS}/1", Answer({"status": "Running"}, headers={"Retry-After": "9999"}), NONE_FOUND)
    assert [] == read(details, "currency")
    assert [60, 300] == stopped.waits[:2]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_report_that_has_expired_is_requested_again(
    canned: CannedService, storage: CannedService, details: CostDetails, status: int
) -> None:
    canned.answer(REPORT, completed(f"{storage.url}{BLOB}"))
    storage.answer(
        BLOB, Answer(b"<Error><Code>BlobNotFound</Code></Error>", status), Answer(HEADER + b"11/02/2026,A,1,1,EUR")
    )
    assert 1 == len(read(details, "meter_name", "currency"))
    assert 2 == len(canned.received)


def test_reports_that_always_expire_are_requested_three_times(
    canned: CannedService, storage: CannedService, details: CostDetails
) -> None:
    """The next run tries again."""
    canned.answer(REPORT, completed(f"{storage.url}{BLOB}?sig=hush"))
    storage.answer(BLOB, Answer(b"", 404))
    with pytest.raises(Transient, match="had expired"):
        read(details, "currency")
    assert 3 == len(canned.received)


def test_rows_of_two_reports_are_never_mixed(
    canned: CannedService, storage: CannedService, details: CostDetails
) -> None:
    """Once some rows have been read, only a new run can read the others."""
    canned.answer(REPORT, completed(f"{storage.url}{BLOB}", f"{storage.url}/gone?sig=hush"))
    storage.answer(BLOB, Answer(HEADER + b"11/02/2026,A,1,1,EUR"))
    with pytest.raises(Transient, match="a part of the report can't be read") as raised:
        read(details, "currency")
    assert "hush" not in str(raised.value)
    assert 1 == len(canned.received)


@pytest.mark.parametrize("body", [b"", b"<html>sorry</html>", b"a,b\r\n1,2\r\n"])
def test_a_part_without_a_header_is_malformed(
    canned: CannedService, storage: CannedService, details: CostDetails, body: bytes
) -> None:
    canned.answer(REPORT, completed(f"{storage.url}{BLOB}"))
    storage.answer(BLOB, Answer(body))
    with pytest.raises(Malformed):
        read(details, "currency")


def test_a_part_that_is_cut_is_no_end(canned: CannedService, storage: CannedService, details: CostDetails) -> None:
    canned.answer(REPORT, completed(f"{storage.url}{BLOB}"))
    storage.answer(BLOB, Answer(HEADER + b"11/02/2026,A,1,1,EUR\r\n", cut=True))
    with pytest.raises(Transient):
        read(details, "currency")


def test_a_storage_account_that_refuses_a_link_is_malformed(
    canned: CannedService, storage: CannedService, details: CostDetails
) -> None:
    """No permission of the configuration is missing."""
    canned.answer(REPORT, completed(f"{storage.url}{BLOB}?sig=hush"))
    storage.answer(BLOB, Answer(b"<Error><Code>InvalidQueryParameterValue</Code></Error>", 400))
    with pytest.raises(Malformed, match="InvalidQueryParameterValue") as raised:
        read(details, "currency")
    assert "hush" not in str(raised.value)


def test_days_within_a_month_are_those_of_the_report(canned: CannedService, details: CostDetails) -> None:
    """Both included."""
    canned.answer(REPORT, NONE_FOUND)
    assert [] == list(details.batches(november(3, 5), Selection(("currency",)), "actual", Validators()))
    assert {"start": "2026-11-03", "end": "2026-11-05"} == json.loads(canned.bodies[0])["timePeriod"]


def test_throttling_does_not_end_an_operation(
    canned: CannedService, storage: CannedService, details: CostDetails, stopped: Stopped
) -> None:
    """The report goes on being prepared; a request for another one would be throttled as well."""
    canned.answer(REPORT, accepted(canned))
    canned.answer(f"{RESULTS}/1", Answer(b"", 429, {"Retry-After": "45"}), completed(f"{storage.url}{BLOB}"))
    storage.answer(BLOB, Answer(HEADER))
    assert [] == read(details, "currency")
    assert 1 == sum(path.startswith(REPORT) for path, _ in canned.received)
    assert 45 in stopped.waits


def test_a_public_address_in_a_link_is_that_of_the_mirror(
    canned: CannedService, storage: CannedService, details: CostDetails
) -> None:
    """Nothing is sent to Azure itself by an account with another base URL."""
    link = f"https://management.azure.com{RESULTS}/1?api-version=2025-03-01"
    canned.answer(REPORT, Answer(b"", 202, {"Location": link}))
    canned.answer(f"{RESULTS}/1", completed(f"{storage.url}{BLOB}"))
    storage.answer(BLOB, Answer(HEADER))
    assert [] == read(details, "currency")


def test_a_part_that_is_named_twice_is_malformed(
    canned: CannedService, storage: CannedService, details: CostDetails
) -> None:
    """Its rows would count twice, whatever the signature of its link."""
    canned.answer(REPORT, completed(f"{storage.url}{BLOB}?sig=a", f"{storage.url}{BLOB}?sig=b"))
    with pytest.raises(Malformed, match="twice"):
        read(details, "currency")


def test_a_part_may_be_compressed(canned: CannedService, storage: CannedService, details: CostDetails) -> None:
    """As the manifest can say; the bytes show it."""
    canned.answer(REPORT, completed(f"{storage.url}{BLOB}", compressData=True))
    storage.answer(BLOB, Answer(gzip.compress(HEADER)))
    assert [] == read(details, "currency")
