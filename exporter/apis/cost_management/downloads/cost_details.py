"""Costs by cost details reports: CSV that the service prepares."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import ClassVar

from exporter.apis.cost_management.arm import Arm
from exporter.apis.cost_management.columns import COMMITMENT_FILES
from exporter.apis.cost_management.downloads.download import ALWAYS_FILES, METRICS, Cost
from exporter.apis.cost_management.downloads.report import NAME, Blob, parts
from exporter.apis.cost_management.exports.content import file_batches
from exporter.apis.cost_management.exports.source import SMALL, Opened, small
from exporter.apis.cost_management.operations import result
from exporter.apis.costs.selection import Batches, Selection
from exporter.errors import Malformed, Reason, Rejected, Transient
from exporter.model.collection import Validators
from exporter.model.periods import Days
from exporter.transport.parallel import in_order

RESOURCE = "Microsoft.CostManagement/generateCostDetailsReport"
SILENCE_SECONDS, TOTAL_SECONDS = 300.0, 6 * 3600.0
"""How long a part may be silent, and how long it may take in total; a report has at most 2 GB."""
GONE = frozenset({403, 404, 409, 410})
"""How storage answers for a part that has expired, or is being removed."""
MONTHS = 13
"""How far back reports go."""
MAX_REPORTS = 3
"""How often a report is requested because a part has expired."""


class Expired(Transient):
    """A part was gone before it was read."""


@dataclass(frozen=True, slots=True)
class CostDetails:
    """POST `generateCostDetailsReport`, poll the address that the answer names, then read the parts.

    Links of parts contain their own permission, so no token is sent there. A report is of one month at most, and has
    all of its columns whatever is selected.
    """

    arm: Arm

    always: ClassVar[tuple[str, ...]] = ALWAYS_FILES
    commitments: ClassVar[tuple[str, ...]] = COMMITMENT_FILES

    def oldest(self, today: date) -> date:
        """The first of the month 13 months ago [documented]."""
        months = today.year * 12 + today.month - 1 - MONTHS
        return date(months // 12, months % 12 + 1, 1)

    def batches(self, days: Days, selection: Selection, cost: Cost, validators: Validators) -> Batches:
        """Batches of a few rows; no request is conditional.

        A report with an expired part is requested again, unless rows of it have been read already.
        """
        begun = False
        for _ in range(MAX_REPORTS):
            try:
                for batch in self._rows(self._parts(days, cost), selection, cost):
                    begun = True
                    yield batch
            except Expired:
                if begun:
                    raise
            else:
                return
        raise Transient(f"{NAME}: every report had expired before it could be read", Reason.TIMEOUT)

    def _rows(self, found: Sequence[Blob], selection: Selection, cost: Cost) -> Batches:
        """The rows of all parts in their order; the next small parts are received while one is read."""
        at_once = self.arm.session.at_once if len(found) > 1 else 1
        with closing(in_order((partial(self._content, part, at_once) for part in found), at_once)) as contents:
            for part, content in zip(found, contents, strict=True):
                if content is not None:
                    yield from file_batches(Opened(iter((content,))), selection, cost)
                    continue
                with self._part(part.blob_link) as chunks:
                    yield from file_batches(Opened(chunks), selection, cost)

    def _content(self, part: Blob, at_once: int) -> bytes | None:
        """All of a small part; None for one that is read as it arrives, once those before it have been read."""
        if at_once == 1 or part.size is None or part.size > SMALL:
            return None
        with self._part(part.blob_link) as chunks:
            return small(chunks)

    def _parts(self, days: Days, cost: Cost) -> Sequence[Blob]:
        """The parts of a new report; none for days without data."""
        body = {"metric": METRICS[cost], "timePeriod": {"start": str(days.start), "end": str(days.end)}}
        answer = self.arm.post(self.arm.url(RESOURCE), body)
        if answer is None:
            return ()
        found = parts(answer) if answer.status_code != 202 else None
        return found if found is not None else result(self.arm, answer, parts, what=NAME) or ()

    @contextmanager
    def _part(self, link: str) -> Iterator[Iterator[bytes]]:
        with ExitStack() as stack:
            try:
                chunks = stack.enter_context(
                    self.arm.session.stream(
                        link, send_credentials=False, silence_seconds=SILENCE_SECONDS, total_seconds=TOTAL_SECONDS
                    )
                )
            except Rejected as refused:
                text = f"{NAME}: a part of the report can't be read: {refused}"
                if refused.status in GONE:
                    raise Expired(text, refused.reason) from refused
                raise Malformed(text) from refused
            yield chunks
