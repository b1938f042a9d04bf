"""Rows of days as parts, in each window that they cover."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from exporter.apis.b2c.keys import Keys
from exporter.apis.b2c.metrics import Part, Reading
from exporter.apis.b2c.records import UNATTRIBUTED
from exporter.apis.b2c.rows import THIRTY_DAYS, DayRow, Reported, parts
from exporter.model.collection import Run
from exporter.model.periods import DAY, Days, billing_month, day_end

TEN_DAYS = timedelta(days=10)
D = TypeVar("D", bound=DayRow)


def growth(report: str, reported: Reported[D], keys: Keys, run: Run) -> Iterator[Part | Reading]:
    """Users on the newest day, and how many more they are than on the day exactly ten days before."""
    days = reported.rows
    if not days:
        return
    newest = max(days)
    row, earlier = days[newest], days.get(newest - TEN_DAYS)
    yield Reading(at=day_end(newest), rows=len(days))
    if earlier is None:
        run.warn(f"{report}: no growth over ten days: no row of {newest - TEN_DAYS}")
    now = parts(row, parts(earlier) if earlier else ())
    before = parts(earlier, parts(row)) if earlier else {}
    totals = earlier is not None and row.stated_total is not None and earlier.stated_total is not None
    for key in sorted(now.keys() | before.keys()):
        # Between two totals the differences of all parts sum to the total's; without them only what both state counts.
        known = totals or (key in now and key in before)
        grown = now.get(key, 0) - before.get(key, 0) if known else None
        yield Part(of=keys.label(key), newest=now.get(key), trailing_10d=grown)


def windows(report: str, reported: Reported[D], now: datetime, keys: Keys, run: Run) -> Iterator[Part | Reading]:
    """The parts of each window: the sums of the rows of its days, where a day without a row counts zero.

    A window that an unusable row may belong to is absent, with a warning; the daily value is present on any day that
    has a row. The newest row can still grow, so the daily value is that of the day before. The month is that of
    `now`, up to the newest row; the 30 days end with the newest row.
    """
    days = reported.rows
    if not days:
        return
    newest, month = max(days), billing_month(now.date())
    yield Reading(at=day_end(newest), rows=len(days))
    day = newest - DAY
    to_date, trailing = Days(month.start, min(newest, month.end)), Days(newest - THIRTY_DAYS + DAY, newest)
    not_begun = f"no row since {month.start}" if newest < month.start else ""
    daily = _sums(f"{report}: no figures for the daily value", reported, Days(day, day), reported.unknown_on(day), run)
    month_to_date = _sums(
        f"{report}: no figures for the month to date", reported, to_date, not_begun or reported.unknown(to_date), run
    )
    trailing_30d = _sums(
        f"{report}: no figures for the last 30 days", reported, trailing, reported.unknown(trailing), run
    )
    for key in sorted(daily.keys() | month_to_date.keys() | trailing_30d.keys()):
        yield Part(
            of=keys.label(key),
            daily=daily.get(key),
            month_to_date=month_to_date.get(key),
            trailing_30d=trailing_30d.get(key),
        )


def _sums(what: str, reported: Reported[D], span: Days, unknown: str, run: Run) -> Mapping[str, int]:
    """The sum of each part over the days of the span; nothing where it is `unknown`."""
    if unknown:
        run.warn(f"{what}: {unknown}")
        return {}
    days = reported.rows
    known = {key for row in days.values() for key, _ in row.parts()}
    found = [parts(row, known) for day, row in days.items() if day in span]
    sums: Counter[str] = Counter()
    if len(found) <= (span.end - span.start).days:
        sums.update(dict.fromkeys(known or (UNATTRIBUTED,), 0))
    for counts in found:
        sums.update(counts)
    return sums
