"""Rows of days as parts, in each window that they cover."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from exporter.apis.b2c.keys import Keys
from exporter.apis.b2c.metrics import Part, Reading
from exporter.apis.b2c.rows import THIRTY_DAYS, DayRow, missing, parts
from exporter.model.collection import Run
from exporter.model.periods import DAY, Days, billing_month, day_end

TEN_DAYS = timedelta(days=10)


def growth(report: str, days: Mapping[date, DayRow], keys: Keys, run: Run) -> Iterator[Part | Reading]:
    """Users on the newest day, and how many more they are than on the day exactly ten days before."""
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


def windows(report: str, days: Mapping[date, DayRow], now: datetime, keys: Keys, run: Run) -> Iterator[Part | Reading]:
    """The parts of each window whose days all have a row; the others are absent, with a warning.

    The newest row can still grow, so the daily value is that of the day before. The month is that of `now`, up to
    the newest row; the 30 days end with the newest row.
    """
    if not days:
        return
    newest, month = max(days), billing_month(now.date())
    yield Reading(at=day_end(newest), rows=len(days))
    daily = _sums(report, "the daily value", days, Days(newest - DAY, newest - DAY), run)
    month_to_date = _sums(report, "the month to date", days, Days(month.start, min(newest, month.end)), run)
    trailing_30d = _sums(report, "the last 30 days", days, Days(newest - THIRTY_DAYS + DAY, newest), run)
    for key in sorted(daily.keys() | month_to_date.keys() | trailing_30d.keys()):
        yield Part(
            of=keys.label(key),
            daily=daily.get(key),
            month_to_date=month_to_date.get(key),
            trailing_30d=trailing_30d.get(key),
        )


def _sums(report: str, what: str, days: Mapping[date, DayRow], span: Days, run: Run) -> Mapping[str, int]:
    if span.end < span.start:
        run.warn(f"{report}: no figures for {what}: no row since {span.start}")
        return {}
    if gap := missing(days, span):
        run.warn(f"{report}: no figures for {what}: {gap}")
        return {}
    known = {key for row in days.values() for key, _ in row.parts()}
    sums: Counter[str] = Counter()
    for day in days:
        if day in span:
            for key, count in parts(days[day], known).items():
                sums[key] += count
    return sums
