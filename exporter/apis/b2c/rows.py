"""What a row states, and the rows of a report by their days."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from exporter.apis.b2c.records import UNATTRIBUTED
from exporter.model.collection import Run
from exporter.model.periods import DAY, Days, month_start

THIRTY_DAYS = timedelta(days=30)
LATEST = timedelta(days=14)
"""The newest row may be so late, and 30 days before it are still asked for."""


class Row(Protocol):
    """A row of any of the reports."""

    @property
    def stated_total(self) -> int | None: ...
    def parts(self) -> Iterator[tuple[str, int]]: ...


class DayRow(Row, Protocol):
    """A row that is about one day."""

    @property
    def at(self) -> datetime: ...
    @property
    def day(self) -> date: ...


R = TypeVar("R", bound=Row)
D = TypeVar("D", bound=DayRow)


def asked_after(now: datetime) -> date:
    """The bound to ask for: before the month's first day, and 30 days before a newest row that is two weeks late.

    Whether the bound of a `TimeStamp gt` filter belongs to the answer is not documented, so daily rows are
    asked for a day more than is needed, and filtered here.
    """
    return min(month_start(now), (now - THIRTY_DAYS - LATEST).date()) - DAY


def by_day(report: str, rows: Iterable[D], now: datetime, run: Run) -> dict[date, D]:
    """The row of each day, in order: of several the one with the newest time stamp, of equal stamps the last.

    Rows without a count, and rows of the day after tomorrow or later, are dropped with a warning.
    """
    days: dict[date, D] = {}
    for row in stating(report, rows, run):
        before = days.get(row.day)
        if row.day > now.date() + DAY:
            run.drop(f"{report}: the row of {row.day} is skipped: that day is in the future")
            continue
        if before is not None:
            run.drop(f"{report}: {row.day} has several rows: the one with the newest time stamp counts")
        if before is None or before.at <= row.at:
            days[row.day] = row
    if not days:
        run.warn(f"{report}: the answer has no rows")
    _warn_of_excess(report, days, run)
    return dict(sorted(days.items()))


def stating(what: str, rows: Iterable[R], run: Run) -> Iterator[R]:
    """The rows that state a count at all."""
    for row in rows:
        if row.stated_total is None and not any(True for _ in row.parts()):
            run.drop(f"{what}: a row is skipped: it states no count")
        else:
            yield row


def parts(row: Row, known: Collection[str] = ()) -> dict[str, int]:
    """Every part once. Where the stated parts make up the whole total, a `known` key that is missing is zero.

    A row that states zero and nothing else states it of `known`, and of `unattributed` where no key is known.
    """
    found: Counter[str] = Counter()
    for key, count in row.parts():
        found[key] += count
    whole = row.stated_total is not None and UNATTRIBUTED not in found
    return {**dict.fromkeys(known or ([] if found else [UNATTRIBUTED]), 0), **found} if whole else dict(found)


def excess(row: Row) -> str:
    """How far the parts exceed the total, where they do."""
    rest = dict(row.parts()).get(UNATTRIBUTED, 0)
    if row.stated_total is None or rest >= 0:
        return ""
    stated = f"the parts sum to {row.stated_total - rest}, the stated total is {row.stated_total}"
    return f"{stated}; the difference is published as a negative {UNATTRIBUTED}"


def missing(days: Collection[date], span: Days) -> str:
    """Which days of a span have no row, in words; empty where all have one."""
    absent = [span.start + n * DAY for n in range((span.end - span.start).days + 1) if span.start + n * DAY not in days]
    if not absent:
        return ""
    return f"no row of {absent[0]}" + (f" and {len(absent) - 1} other days" if len(absent) > 1 else "")


def _warn_of_excess(report: str, days: Mapping[date, Row], run: Run) -> None:
    exceeding = {day: text for day, row in days.items() if (text := excess(row))}
    if exceeding:
        newest = max(exceeding)
        others = f" (as on {len(exceeding) - 1} other days)" if len(exceeding) > 1 else ""
        run.warn(f"{report}: {newest}: {exceeding[newest]}{others}")
