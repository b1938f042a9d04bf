"""Reads units of work into parts; what is stored and final is not read again."""

import gc
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from exporter.backfill.folding import fold_past
from exporter.backfill.parts import Header, Parts
from exporter.backfill.units import Unit
from exporter.errors import Failure
from exporter.model.collection import Run
from exporter.runtime.job import Key

log = logging.getLogger(__name__)

OBJECTS = 100_000
"""How many new objects begin a garbage collection while a billing period is read."""


class Outcome(NamedTuple):
    """What became of a unit: its header if it is stored, and whether it was read now; or the failure.

    A unit without either was left out, since an earlier period of the same report has failed.
    """

    unit: Unit
    header: Header | None = None
    read: bool = False
    failure: Failure | None = None


def read_all(units: Iterable[Unit], parts: Parts, clock: Callable[[], datetime]) -> Iterator[Outcome]:
    """Read what is not stored yet; a failure ends its own report only."""
    failed: set[Key] = set()
    for unit in units:
        stored = parts.header(unit)
        if stored and stored.closed:
            yield Outcome(unit, stored)
        elif unit.job.key in failed:
            yield Outcome(unit)
        else:
            outcome = _read(unit, parts, clock())
            if outcome.failure:
                failed.add(unit.job.key)
            yield outcome


def _read(unit: Unit, parts: Parts, now: datetime) -> Outcome:
    run = Run(now)
    account, collector = unit.job.labels
    context = {"account": account, "collector": collector, "period": f"{unit.period.start:%Y%m}"}
    try:
        with _few_collections():
            past = unit.report.past(unit.period, now, run)
    except Failure as failure:
        return Outcome(unit, failure=failure)
    fold_past(past, unit.job.collector.families, unit.job.collector.max_series)
    if unit.report.forgets and parts.header(unit):
        past.keep(parts.past(unit))
    for warning in run.warnings:
        log.warning("read with a warning", extra=context | {"warning": warning})
    return Outcome(unit, parts.write(unit, past, now, closed=unit.report.closed(unit.period, now)), read=True)


@contextmanager
def _few_collections() -> Iterator[None]:
    """The sums of a month are many objects without cycles, which the garbage collector would visit again and again."""
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
