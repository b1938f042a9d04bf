"""Costs from an export of Cost Management, or one in FOCUS, which runs about once a day."""

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from io import BytesIO
from typing import ClassVar

from exporter.apis.cost_management.columns import COMMITMENT_FILES
from exporter.apis.cost_management.downloads.download import FIRST_DAY, MARKETPLACE, Cost
from exporter.apis.cost_management.exports.content import file_batches
from exporter.apis.cost_management.exports.runs import ExportRun, Part, fingerprint, listed, newest
from exporter.apis.cost_management.exports.source import SMALL, Gone, Opened, Source, small
from exporter.apis.costs.selection import Batches, PartialSums, Row, Selection
from exporter.errors import Malformed, NotModified
from exporter.model.collection import Validators
from exporter.model.periods import Days
from exporter.transport.parallel import in_order

ATTEMPTS = 3
VALIDATOR = "export"


@dataclass(frozen=True, slots=True)
class Export:
    """Reads the newest run of an export; a run that is already published costs one list of its month's files.

    Rows are those of one run: if it is overwritten before the first row has been read, the files are listed again.
    Later there is no way to take back the rows that were summed, so the failure `Gone`, which is `Transient`, ends the
    collector's run; nothing of it is published, and the next one, which follows soon, starts over.
    """

    source: Source
    always: ClassVar[tuple[str, ...]] = (
        "unit_of_measure",
        "currency",
        "publisher_type",
        "subscription_name",
        *MARKETPLACE,
    )
    commitments: ClassVar[tuple[str, ...]] = COMMITMENT_FILES

    def oldest(self, today: date) -> date:
        return FIRST_DAY

    def batches(self, days: Days, selection: Selection, cost: Cost, validators: Validators) -> Batches:
        """All rows of the period with these days, mostly a whole month."""
        for attempt in range(ATTEMPTS):
            started = False
            try:
                for batch in self._batches(days, selection, cost, validators):
                    started = True
                    yield batch
            except Gone:
                if started or attempt == ATTEMPTS - 1:
                    raise
            else:
                return

    def _batches(self, days: Days, selection: Selection, cost: Cost, validators: Validators) -> Batches:
        found = listed(self.source, days)
        lines = [str(days), cost, *fingerprint(self.source, found)]
        state = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        if validators.known.get(VALIDATOR) == state:
            raise NotModified
        runs = [newest(self.source, folder, items, cost) for folder, items in found.items()]
        for run in runs:
            yield from self._rows(run, selection, cost)
        if any(run.parts for run in runs):
            validators.seen[VALIDATOR] = state

    def _rows(self, run: ExportRun, selection: Selection, cost: Cost) -> Batches:
        """The rows of all parts in their order; the next small parts are received while one is read."""
        total, at_once = 0, self.source.at_once if len(run.parts) > 1 else 1
        with closing(in_order((partial(self._content, part, at_once) for part in run.parts), at_once)) as contents:
            for part, content in zip(run.parts, contents, strict=True):
                rows = 0
                for batch in self._part(part, content, selection, cost):
                    rows += sum(row[4] for row in batch) if isinstance(batch, PartialSums) else len(batch)
                    yield batch
                _require(f"{self.source.place}/{part.item.name}", rows, part.rows)
                total += rows
        _require(f"{self.source.place}: the newest run", total, run.rows)

    def _content(self, part: Part, at_once: int) -> bytes | None:
        """All of a small part; None for one that is read as it arrives, once those before it have been read."""
        if part.item.size > SMALL or at_once == 1:
            return None
        with self._naming(part), self.source.open(part.item) as opened:
            return small(opened.chunks)

    def _part(
        self, part: Part, content: bytes | None, selection: Selection, cost: Cost
    ) -> Iterator[PartialSums | list[Row]]:
        with self._naming(part):
            if content is not None:
                yield from file_batches(Opened(iter((content,)), BytesIO(content)), selection, cost)
                return
            with self.source.open(part.item) as opened:
                yield from file_batches(opened, selection, cost)

    @contextmanager
    def _naming(self, part: Part) -> Iterator[None]:
        try:
            yield
        except Malformed as error:
            raise Malformed(f"{self.source.place}/{part.item.name}: {error}") from error


def _require(file: str, rows: int, stated: int | None) -> None:
    if stated is not None and rows != stated:
        raise Malformed(f"{file} has {rows} rows, but the manifest says {stated}")
