"""Usage details as CSV: in one stream, or prepared by the service."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from operator import itemgetter
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET

from exporter.apis.ea.amounts import amount
from exporter.apis.ea.columns import COLUMNS
from exporter.apis.ea.downloads import ALIASES, REQUIRED, TITLE, key_of
from exporter.apis.ea.sums import Row
from exporter.apis.ea.usage import Needed
from exporter.errors import Malformed, Reason, Rejected, Transient
from exporter.model.collection import Validators
from exporter.model.periods import Days, period_name
from exporter.transport.polling import poll
from exporter.transport.response import decode
from exporter.transport.session import Session
from exporter.transport.tables import table

LIFE_OF_BLOB = 3600.0
"""Seconds, documented from the submission on, after which a report is gone."""
GONE = frozenset({403, 404, 409, 410})
"""How storage answers for a blob that has expired, or is being removed."""
QUEUED, IN_PROGRESS, COMPLETED, FAILED, NO_DATA_FOUND, READY_TO_DOWNLOAD, TIMED_OUT = range(1, 8)
SUBMISSIONS = 3
"""How often a report is submitted again because its blob has expired."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a stream may be silent, and how long it may take as a whole, in seconds."""

    silence_seconds: float
    total_seconds: float


@dataclass(frozen=True, slots=True)
class Csv:
    """GET `usagedetails/download`: one stream, whose first byte may take an hour."""

    session: Session
    limits: Limits
    most_months: ClassVar[int] = 1

    def batches(self, path: str, asked: Days | None, needed: Needed, validators: Validators) -> Iterator[Iterable[Row]]:
        """One batch per stream."""
        url, params = f"{path}/usagedetails/download", _asked(asked)
        with self.session.stream(url, params=params, validators=validators, **asdict(self.limits)) as chunks:
            yield from _csv(chunks, needed)


@dataclass(frozen=True, slots=True)
class CsvAsync:
    """POST `usagedetails/submit`, then poll the report's URL until a blob can be read.

    The blob exists for an hour; one that is gone is submitted for again. Its URL is its own permission, so the API key
    is not sent there. Neither the machine's wall clock nor the service's `requestedOn` decides how long to wait.
    """

    session: Session
    limits: Limits
    clock: Callable[[], float] = time.monotonic
    most_months: ClassVar[int] = 36

    def batches(self, path: str, asked: Days | None, needed: Needed, validators: Validators) -> Iterator[Iterable[Row]]:
        """One batch per blob."""
        with ExitStack() as stack:
            if chunks := self._blob(stack, path, asked):
                yield from _csv(chunks, needed)

    def _blob(self, stack: ExitStack, path: str, asked: Days | None) -> Iterator[bytes] | None:
        for _ in range(SUBMISSIONS):
            status = self._submitted(path, asked)
            if status.status == NO_DATA_FOUND or not status.blob_path:
                return None
            stream = self.session.stream(status.blob_path, send_credentials=False, **asdict(self.limits))
            try:
                return stack.enter_context(stream)
            except Rejected as refused:
                if refused.status not in GONE:
                    raise Malformed(f"usagedetails/submit: the blob can't be read: {refused}") from refused
        raise Transient("usagedetails/submit: every report had expired before it could be read", Reason.TIMEOUT)

    def _submitted(self, path: str, asked: Days | None) -> "ReportStatus":
        submitted = self._status(f"{path}/usagedetails/submit", method="POST", params=_asked(asked))

        def ready() -> ReportStatus | None:
            if not submitted.report_url:
                raise Malformed("usagedetails/submit: no reportUrl to poll")
            try:
                status = self._status(submitted.report_url)
            except Rejected as refused:
                if refused.reason is Reason.UNAUTHORIZED:
                    raise
                raise Transient(f"usagedetails/submit: the report is gone: {refused}", refused.reason) from refused
            return status if status.is_final else None

        if submitted.is_final:
            return submitted
        return poll(ready, self.session.pause, what="usagedetails/submit", total_seconds=LIFE_OF_BLOB, clock=self.clock)

    def _status(self, url: str, **arguments: Any) -> "ReportStatus":
        status: ReportStatus = decode(STATUS, self.session.get(url, **arguments), "usagedetails/submit")
        if status.status in {FAILED, TIMED_OUT}:
            ended = "failed" if status.status == FAILED else "timed out"
            raise Transient(f"usagedetails/submit: the service says that the report {ended}", Reason.SERVER_ERROR)
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
                raise Malformed("usagedetails/submit: completed, but no blob is named")
            return bool(self.blob_path)
        if self.status not in {QUEUED, IN_PROGRESS, NO_DATA_FOUND}:
            raise Malformed(f"usagedetails/submit: no documented status is {self.status}")
        return self.status == NO_DATA_FOUND


STATUS = msgspec.json.Decoder(ReportStatus, strict=False)


def _asked(asked: Days | None) -> dict[str, str]:
    if asked is None:
        raise ValueError("a CSV is asked for by its days")
    if period := period_name(asked):
        return {"billingPeriod": period}
    return {"startTime": str(asked.start), "endTime": str(asked.end)}


def _csv(chunks: Iterator[bytes], needed: Needed) -> Iterator[Iterable[Row]]:
    places, rows = table(chunks, REQUIRED, TITLE, ALIASES)
    if not places:
        return
    wanted = [COLUMNS[column].lower() for column in needed.columns]
    values: Iterable[list[Any]] = rows
    if not places.keys() >= {*wanted, "tags"}:  # v2 lacks seven columns
        nowhere = max(places.values()) + 1
        places = defaultdict(lambda: nowhere, places)
        values = ([*row[:nowhere], UNSET] for row in rows)
    key = key_of(itemgetter, [places[name] for name in wanted], itemgetter(places["tags"]), needed)
    day, quantity, cost = (places[name] for name in ("date", "consumedquantity", "cost"))
    yield ((row[day], key(row), amount(row[quantity]), amount(row[cost])) for row in values)
