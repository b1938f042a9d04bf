"""Usage details as CSV, prepared by the service."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import msgspec

from exporter.apis.costs.selection import Row, Selection
from exporter.apis.ea.usage.csv_stream import Timeouts, csv_batches, period_params
from exporter.errors import Malformed, Reason, Rejected, Transient
from exporter.model.collection import Validators
from exporter.model.periods import Days
from exporter.transport.polling import poll
from exporter.transport.response import decode
from exporter.transport.session import Session

REPORT = "usagedetails/submit"
BLOB_SECONDS = 3600.0
"""Documented, from the submission on: after it a report is gone."""
GONE = frozenset({403, 404, 409, 410})
"""How storage answers for a blob that has expired, or is being removed."""
QUEUED, IN_PROGRESS, COMPLETED, FAILED, NO_DATA_FOUND, READY_TO_DOWNLOAD, TIMED_OUT = range(1, 8)
MAX_SUBMISSIONS = 3
"""How often a report is submitted because its blob has expired."""


@dataclass(frozen=True, slots=True)
class CsvAsync:
    """POST `usagedetails/submit`, then poll the report's URL until a blob can be read.

    The blob exists for an hour; if it is gone, the report is submitted again. Its URL contains its own permission, so
    the API key is not sent there. Neither the machine's wall clock nor the service's `requestedOn` decides how long to
    wait.
    """

    session: Session
    timeouts: Timeouts
    clock: Callable[[], float] = time.monotonic
    max_months: ClassVar[int] = 36

    def batches(
        self, root: str, days: Days, selection: Selection, validators: Validators, *, current: bool
    ) -> Iterator[Iterable[Row]]:
        """One batch per blob; its period is always named."""
        with ExitStack() as stack:
            if chunks := self._blob(stack, f"{root}/{REPORT}", days):
                yield from csv_batches(chunks, selection)

    def _blob(self, stack: ExitStack, url: str, days: Days) -> Iterator[bytes] | None:
        for _ in range(MAX_SUBMISSIONS):
            status = self._submitted(url, days)
            if status.status == NO_DATA_FOUND or not status.blob_path:
                return None
            stream = self.session.stream(status.blob_path, send_credentials=False, **asdict(self.timeouts))
            try:
                return stack.enter_context(stream)
            except Rejected as refused:
                if refused.status not in GONE:
                    raise Malformed(f"{REPORT}: the blob can't be read: {refused}") from refused
        raise Transient(f"{REPORT}: every report had expired before it could be read", Reason.TIMEOUT)

    def _submitted(self, url: str, days: Days) -> "ReportStatus":
        submitted = self._status(url, method="POST", params=period_params(days))

        def ready() -> ReportStatus | None:
            if not submitted.report_url:
                raise Malformed(f"{REPORT}: no reportUrl to poll")
            try:
                status = self._status(submitted.report_url)
            except Rejected as refused:
                if refused.reason is Reason.UNAUTHORIZED:
                    raise
                raise Transient(f"{REPORT}: the report is gone: {refused}", refused.reason) from refused
            return status if status.is_final else None

        if submitted.is_final:
            return submitted
        return poll(ready, self.session.pause, what=REPORT, total_seconds=BLOB_SECONDS, clock=self.clock)

    def _status(self, url: str, **arguments: Any) -> "ReportStatus":
        status: ReportStatus = decode(STATUS, self.session.get(url, **arguments), REPORT)
        if status.status in {FAILED, TIMED_OUT}:
            outcome = "failed" if status.status == FAILED else "timed out"
            raise Transient(f"{REPORT}: preparing the report {outcome}", Reason.SERVER_ERROR)
        return status


class ReportStatus(msgspec.Struct, rename="camel", frozen=True):
    """How far an asynchronous report is."""

    status: int
    report_url: str | None = None
    blob_path: str | None = None

    @property
    def is_final(self) -> bool:
        """Whether there is a blob, or never will be one; a report that is ready may name it late."""
        if self.status in {COMPLETED, READY_TO_DOWNLOAD}:
            if self.status == COMPLETED and not self.blob_path:
                raise Malformed(f"{REPORT}: completed, but no blob is named")
            return bool(self.blob_path)
        if self.status not in {QUEUED, IN_PROGRESS, NO_DATA_FOUND}:
            raise Malformed(f"{REPORT}: no documented status is {self.status}")
        return self.status == NO_DATA_FOUND


STATUS = msgspec.json.Decoder(ReportStatus, strict=False)
