"""Rows of the reports as parts, in each window that a row lies in."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol, TypeAlias

from exporter.apis.b2c.metrics import Part
from exporter.apis.b2c.settings import Application
from exporter.model.collection import Run
from exporter.model.periods import DAY, day_end, month_start

TEN_DAYS, THIRTY_DAYS = timedelta(days=10), timedelta(days=30)
STATED = frozenset({"local", "directory", "unattributed"})
"""Parts that are no keys of a breakdown, and so never folded."""
OTHER = "__other__"

Keys: TypeAlias = Callable[[str], str]
"""What a key of a breakdown is called in a label: itself, or `__other__`."""


class Row(Protocol):
    """A row of any of the reports."""

    def parts(self) -> Iterator[tuple[str, int]]: ...


class DayRow(Row, Protocol):
    """A row that is about one day."""

    @property
    def at(self) -> datetime: ...


class PeriodRow(Row, Protocol):
    """The row of a report that counts once."""

    @property
    def start(self) -> datetime | None: ...
    @property
    def at(self) -> datetime | None: ...


def largest(rows: Iterable[Row], most: int) -> Keys:
    """The `most` largest keys of all rows keep their names; the rest are folded into one, so that sums stay exact."""
    sizes: Counter[str] = Counter()
    for row in rows:
        sizes.update({of: count for of, count in row.parts() if of not in STATED})
    kept = STATED | set(sorted(sizes, key=lambda of: (-sizes[of], of))[:most])
    return lambda of: of if of in kept else OTHER


def growth(rows: Sequence[DayRow], keys: Keys) -> Iterator[Part]:
    """Users on the newest day, and how many more they are than ten days before; `rows` are in order."""
    if not rows:
        return
    newest = rows[-1]
    earlier = [row for row in rows if row.at.date() <= (newest.at - TEN_DAYS).date()]
    for of, count in newest.parts():
        yield Part(of=keys(of), at=newest.at, newest=count, trailing_10d=count if earlier else None)
    if earlier:
        for of, count in earlier[-1].parts():
            yield Part(of=keys(of), at=newest.at, trailing_10d=-count)


def windows(rows: Iterable[DayRow], now: datetime, keys: Keys) -> Iterator[Part]:
    """The parts of daily rows; the newest row can still grow, so the daily value is that of the day before."""
    days = sorted(rows, key=lambda row: row.at)
    dates = sorted({row.at.date() for row in days})
    complete = dates[-2] if len(dates) > 1 else None
    for row in days:
        day = row.at.date()
        for of, count in row.parts():
            yield Part(
                of=keys(of),
                at=day_end(day),
                daily=count if day == complete else None,
                month_to_date=count if day >= month_start(now) else None,
                trailing_30d=count if day > dates[-1] - THIRTY_DAYS else None,
            )


def activity(
    application: Application,
    this_month: Sequence[PeriodRow],
    trailing: Sequence[PeriodRow],
    month: date,
    keys: Keys,
    run: Run,
) -> Iterator[Part]:
    """What an application's answers for the month and for 30 days say, with warnings where they are doubtful."""
    for row in this_month:
        for of, count in row.parts():
            yield Part(of=keys(of), at=row.at, application=application, month_to_date=count)
        if row.start and row.start.date() < month:
            text = f"the answer for this month begins on {row.start.date()}, and may count more than the month"
            run.warn(f"application {application.described}: {text}")
    for row in trailing:
        for of, count in row.parts():
            yield Part(of=keys(of), at=row.at, application=application, trailing_30d=count)
    windows = {"this month": this_month, "the last 30 days": trailing}
    if empty := " and ".join(window for window, rows in windows.items() if not rows):
        text = "either the tenant has no such application, or it had no activity in the period"
        run.warn(f"application {application.described}: empty answer for {empty}: {text}")


def asked_after(now: datetime) -> date:
    """The bound to ask for: a day before the month's first day, and 30 days back.

    Whether the bound of a `TimeStamp gt` filter belongs to the answer is not documented, so daily rows are
    asked for a day more than is needed, and filtered here.
    """
    return min(month_start(now), (now - THIRTY_DAYS).date()) - DAY


def per_day(rows: Iterable[DayRow]) -> dict[date, int]:
    """The total of each day; of rows of one day the sum."""
    totals: Counter[date] = Counter()
    for row in rows:
        totals[row.at.date()] += sum(count for _, count in row.parts())
    return dict(totals)
