"""Requests to canned answers about a scope of Cost Management."""

from collections.abc import Sequence

from exporter.apis.cost_management.arm import Arm
from exporter.apis.cost_management.downloads.download import Cost, Download
from exporter.apis.cost_management.scope import Scope
from exporter.apis.costs.selection import PartialSums, Row, Selection
from exporter.auth.api_key import ApiKey
from exporter.auth.secret import Secret
from exporter.model.collection import Validators
from exporter.model.periods import Days, day_of
from exporter.transport.http import HttpClient
from exporter.transport.session import Session
from tests.harness import Answer, CannedService, Stopped
from tests.transport.sessions import KEY, Observer

ENROLLMENT = Scope.from_keys({"enrollment": "100"})
GUID = "22222222-0000-4000-8000-000000000001"
REPORT = f"{ENROLLMENT.path}/providers/Microsoft.CostManagement/generateCostDetailsReport"
RESULTS = f"{ENROLLMENT.path}/providers/Microsoft.CostManagement/costDetailsOperationResults"
NONE_FOUND = Answer({"id": "x", "name": "x", "status": "NoDataFound", "manifest": None, "validTill": None})
SUBSCRIPTION = Scope.from_keys({"subscription": GUID})


def arm(canned: CannedService, scope: Scope, stopped: Stopped | None = None) -> Arm:
    """A scope at the canned service; no wait passes, those between requests are recorded in `stopped`."""
    waits = stopped or Stopped()
    waits.skip_waits = True
    http = HttpClient(origin=canned.url, observer=Observer(), timeout=5)
    return Arm(Session(http, ApiKey(Secret(KEY)), base_url=canned.url, observer=Observer(), stopped=waits), scope)


def november(*days: int) -> Days:
    """All days of November 2026, or from one to another."""
    first, last = days or (1, 30)
    return Days(day_of(f"2026-11-{first:02}"), day_of(f"2026-11-{last:02}"))


def read(download: Download, *columns: str, tags: tuple[str, ...] = (), cost: Cost = "actual") -> list[Row]:
    """The rows of some columns in November."""
    selection = Selection.from_names(columns, tags)
    found: list[Row] = []
    for batch in download.batches(november(), selection, cost, Validators()):
        assert not isinstance(batch, PartialSums)
        found += batch
    return found


def page(columns: Sequence[str], *rows: Sequence[object], link: str | None = None) -> Answer:
    """A page as the service sends it."""
    properties = {"nextLink": link, "columns": [{"name": name, "type": "String"} for name in columns], "rows": rows}
    return Answer({"id": "x", "name": "x", "type": "Microsoft.CostManagement/query", "properties": properties})


def refusal(message: str, status: int = 400, code: str = "BadRequest") -> Answer:
    return Answer({"error": {"code": code, "message": f"{message} (Request ID: x)"}}, status)


def accepted(canned: CannedService, number: int = 1, after: str | None = "60") -> Answer:
    """The answer that names where the result will be."""
    headers = {"Location": f"{canned.url}{RESULTS}/{number}?api-version=2025-03-01"}
    return Answer(b"", 202, headers | ({"Retry-After": after} if after else {}))


def completed(*links: str, **manifest: object) -> Answer:
    """A report with its parts."""
    parts = {"manifestVersion": "2022-05-01", "dataFormat": "Csv", "blobCount": len(links), "byteCount": 1}
    parts |= {"blobs": [{"blobLink": link, "byteCount": 9} for link in links], **manifest}
    return Answer({"id": "x", "name": "x", "status": "Completed", "manifest": parts})


def failed(code: str) -> Answer:
    return Answer({"id": "x", "name": "x", "status": "Failed", "error": {"code": code, "message": "It failed."}})
