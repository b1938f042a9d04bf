"""Cost details reports that fail, and links that they must not follow."""

from contextlib import suppress

import pytest

from exporter.apis.cost_management.downloads.cost_details import CostDetails
from exporter.apis.cost_management.scope import Scope
from exporter.errors import Failure, Malformed, Reason, Rejected, Transient
from tests.apis.arm import ENROLLMENT, NONE_FOUND, REPORT, RESULTS, SUBSCRIPTION, accepted, arm, completed, failed, read
from tests.harness import Answer, CannedService
from tests.hostile import Recorder, hostile_links


@pytest.fixture
def details(canned: CannedService) -> CostDetails:
    return CostDetails(arm(canned, ENROLLMENT))


@pytest.mark.parametrize(("code", "reason"), [("BadRequest", Reason.BAD_REQUEST), ("401", Reason.UNAUTHORIZED)])
def test_a_report_that_fails_for_good_is_refused(
    canned: CannedService, details: CostDetails, code: str, reason: Reason
) -> None:
    canned.answer(REPORT, accepted(canned))
    canned.answer(f"{RESULTS}/1", failed(code))
    with pytest.raises(Rejected, match=f"failed: {code}: It failed") as raised:
        read(details, "currency")
    assert reason is raised.value.reason


def test_a_report_that_fails_otherwise_is_transient(canned: CannedService, details: CostDetails) -> None:
    canned.answer(REPORT, accepted(canned))
    canned.answer(f"{RESULTS}/1", failed("InternalServerError"))
    with pytest.raises(Transient, match="failed: InternalServerError: It failed") as raised:
        read(details, "currency")
    assert Reason.SERVER_ERROR is raised.value.reason


def test_a_result_that_is_gone_is_transient(canned: CannedService, details: CostDetails) -> None:
    """The scope has been found before, so the advice is not about it."""
    canned.answer(REPORT, accepted(canned))
    with pytest.raises(Transient, match="the result is gone") as raised:
        read(details, "currency")
    assert "check that" not in str(raised.value)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"", 202),
        Answer(b""),
        Answer(b"{"),
        Answer({"status": "Other"}),
        Answer({"status": "Completed"}),
        Answer({"status": "Completed", "manifest": {"blobs": []}}),
        Answer({"status": "Completed", "manifest": {"blobs": [{}]}}),
        completed("https://example.invalid/x", blobCount=2),
        completed("https://example.invalid/x", dataFormat="Parquet"),
        Answer({"error": {"code": "500", "message": "no"}}),
    ],
)
def test_what_is_not_documented_is_malformed(canned: CannedService, details: CostDetails, answer: Answer) -> None:
    canned.answer(REPORT, answer)
    with pytest.raises(Malformed):
        read(details, "currency")


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (
            Answer({"error": {"code": "422", "message": "offer type: WebDirect for get detailed report is not"}}, 422),
            "download: query",
        ),
        (
            Answer({"error": {"code": "BadRequest", "message": "Start date must be after 10/01/2025."}}, 400),
            "13 months",
        ),
        (Answer({"error": {"code": "401", "message": "Unauthorized."}}, 401), "role EnrollmentReader"),
    ],
)
def test_a_refusal_says_what_to_do(canned: CannedService, details: CostDetails, answer: Answer, advice: str) -> None:
    canned.answer(REPORT, answer)
    with pytest.raises(Rejected, match=advice):
        read(details, "currency")


@pytest.mark.parametrize(
    "scope",
    [
        Scope.from_keys({"management_group": "all"}),
        Scope.from_path(f"{SUBSCRIPTION.path}/resourceGroups/shop"),
    ],
    ids=lambda scope: scope.kind,
)
def test_a_scope_without_reports_says_what_to_do(canned: CannedService, scope: Scope) -> None:
    """Its answer is plain text."""
    text = b"The resource you are looking for has been removed, had its name changed, or is temporarily unavailable."
    path = f"{scope.path}/providers/Microsoft.CostManagement/generateCostDetailsReport"
    canned.answer(path, Answer(text, 404, {"Content-Type": "text/html"}))
    with pytest.raises(Rejected, match=f"at no {scope.kind}: set .*download: query"):
        read(CostDetails(arm(canned, scope)), "currency")


@pytest.mark.parametrize("name", ["Location", "blobLink"])
def test_no_link_leads_a_token_away(canned: CannedService, details: CostDetails, name: str) -> None:
    """The result needs the token and stays at home; a part may be anywhere, and never sees it."""
    with Recorder() as evil:
        canned.answer("/good", NONE_FOUND)
        links = hostile_links(evil.netloc, canned.url.removeprefix("http://"), "/good")
        for link in (link for link in links if name == "blobLink" or (link.isascii() and link.isprintable())):
            canned.answer(REPORT, Answer(b"", 202, {"Location": link}) if name == "Location" else completed(link))
            with suppress(Failure):
                read(details, "currency")
            assert [] == [request for request in evil.requests if "authorization" in request.headers], link
            assert name == "blobLink" or 0 == evil.connections, link
