"""The rows of a report as they were known at the end of past days."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, TypeVar

from exporter.apis.b2c.records import DayRow, Part, Reading, Unreadable
from exporter.apis.b2c.windows.rows import LATEST, THIRTY_DAYS, RowsByDay, by_day
from exporter.model.collection import Run
from exporter.model.families import Family
from exporter.model.history import Past
from exporter.model.periods import DAY, Days, day_end

D = TypeVar("D", bound=DayRow)
KEPT = THIRTY_DAYS + LATEST
"""How far back reports that keep 30 days may have rows."""
STORED = 400 * DAY
"""How far back daily counts that the exporter stores itself are looked up."""
FINAL_AFTER = 3 * DAY
"""When the rows of a day no longer change."""


def first_row_needed(period: Days) -> date:
    """The filter's bound for the rows of a period and of the 30 days before it."""
    return period.start - THIRTY_DAYS - DAY


def past_days(
    rows: Iterable[D | Unreadable],
    report: str,
    period: Days,
    now: datetime,
    run: Run,
    records: Callable[[RowsByDay[D], date], Iterator[Part | Reading]],
    families: tuple[Family, ...],
) -> Past:
    """The records at the end of each day, from the first row on until yesterday.

    What the API had before its first row is not known any more, so windows with such a day are absent.
    """
    days = by_day(report, rows, now, run)
    found = Past(period, rows=sum(day in period for day in days.rows), timestamps=[None] * len(list(period)))
    if not days.rows:
        return found
    first, newest = min(days.rows), min(max(days.rows), (now - DAY).date())
    before: dict[date | None, str] = dict.fromkeys(Days(first - KEPT, first - DAY), f"the first row is of {first}")
    unusable = before | dict(days.unusable)
    for day in period:
        if first <= day <= newest:
            known = RowsByDay({each: row for each, row in days.rows.items() if each <= day}, unusable)
            parts: list[Any] = [each for each in records(known, day) if isinstance(each, Part)]
            found.put(day, parts, families)
            found.timestamps[found.place(day)] = day_end(day).timestamp()
    return found
