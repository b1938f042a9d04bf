"""Rows of days as parts, in each window that they cover."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar

from exporter.apis.b2c.records import UNATTRIBUTED, DayRow, Part, Reading, UserCount
from exporter.apis.b2c.windows.keys import Keys
from exporter.apis.b2c.windows.rows import THIRTY_DAYS, RowsByDay, parts
from exporter.model.collection import Run
from exporter.model.periods import DAY, Days, billing_month, day_end

D = TypeVar("D", bound=DayRow)
TEN_DAYS = timedelta(days=10)


def growth(report: str, days: RowsByDay[UserCount], keys: Keys, run: Run) -> Iterator[Part | Reading]:
    """Users on the newest day, and those who registered in the ten days up to it.

    Where that is not stated, how many more they are than on the day exactly ten days before.
    """
    if not days.rows:
        return
    newest = max(days.rows)
    row, earlier = days.rows[newest], days.rows.get(newest - TEN_DAYS)
    yield Reading(day_end(newest), len(days.rows))
    now = parts(row, parts(earlier) if earlier else ())
    if (registered := row.registered) is None:
        if earlier is None:
            run.warn(f"{report}: no growth over ten days: no row of {newest - TEN_DAYS}")
        registered = _grown(row, earlier) if earlier else {}
    else:
        registered = {**dict.fromkeys(now, 0), **registered}
    for key in sorted(now.keys() | registered.keys()):
        yield Part(breakdown_key=keys.label(key), newest=now.get(key), trailing_10d=registered.get(key))


def _grown(row: UserCount, earlier: UserCount) -> Mapping[str, int]:
    """The difference of each part.

    Between two totals the differences of all parts sum to the total's; without them only what both state counts.
    """
    now, before = parts(row, parts(earlier)), parts(earlier, parts(row))
    totals = row.stated_total is not None and earlier.stated_total is not None
    keys = now.keys() | before.keys() if totals else now.keys() & before.keys()
    return {key: now.get(key, 0) - before.get(key, 0) for key in keys}


def windows(
    report: str, days: RowsByDay[D], now: datetime, keys: Keys, run: Run, *, whole_days: bool = False
) -> Iterator[Part | Reading]:
    """The parts of each window: the sums of the rows of its days, where a day without a row counts zero.

    A window that an unusable row may belong to is absent, with a warning; the daily value is present on any day that
    has a row. The newest row can still grow, so the daily value is that of the day before; of a source with
    `whole_days` it is that of the newest row, unless that is today's. The month is that of `now`, up to the newest row;
    the 30 days end with the newest row.
    """
    if not days.rows:
        return
    newest, month = max(days.rows), billing_month(now.date())
    yield Reading(day_end(newest), len(days.rows))
    day = newest if whole_days and newest < now.date() else newest - DAY
    yield from window_parts(report, days, day, newest, month, keys, run)


def window_parts(
    report: str, days: RowsByDay[D], day: date, newest: date, month: Days, keys: Keys, run: Run
) -> Iterator[Part]:
    """The parts of each window: `day`, the `month` up to the `newest` row, and the 30 days that end with it."""

    def sums(window: str, span: Days, unknown: str) -> Mapping[str, int]:
        if unknown:
            run.warn(f"{report}: no figures for {window}: {unknown}")
        return {} if unknown else _sums(days, span)

    daily = sums("the daily value", Days(day, day), days.unknown_on(day))
    to_date = Days(month.start, min(newest, month.end))
    empty = f"no row since {month.start}" if newest < month.start else ""
    month_to_date = sums("the month to date", to_date, empty or days.unknown(to_date))
    trailing = Days(newest - THIRTY_DAYS + DAY, newest)
    trailing_30d = sums("the last 30 days", trailing, days.unknown(trailing))
    for key in sorted(daily.keys() | month_to_date.keys() | trailing_30d.keys()):
        yield Part(
            breakdown_key=keys.label(key),
            daily=daily.get(key),
            month_to_date=month_to_date.get(key),
            trailing_30d=trailing_30d.get(key),
        )


def _sums(days: RowsByDay[D], span: Days) -> Mapping[str, int]:
    """The sum of each part over the days of the span."""
    known = {key for row in days.rows.values() for key, _ in row.parts()}
    found = [parts(row, known) for day, row in days.rows.items() if day in span]
    sums: Counter[str] = Counter()
    if len(found) <= (span.end - span.start).days:
        sums.update(dict.fromkeys(known or (UNATTRIBUTED,), 0))
    for counts in found:
        sums.update(counts)
    return sums
