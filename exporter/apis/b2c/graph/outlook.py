"""Which days are not known, why, and from when on a window without them will be known."""

from collections.abc import Collection
from datetime import date

from exporter.apis.b2c.graph.coverage import Coverage, days_between
from exporter.model.collection import Run
from exporter.model.periods import DAY, billing_month

MONTH, TRAILING, USERS_OF_MONTH = "the month to date", "the last 30 days", "the number of the month's active users"
THIRTY_DAYS = 30 * DAY


def window_start(coverage: Coverage) -> date:
    """The first day of the windows that end with the newest day."""
    return min(billing_month(coverage.newest).start, coverage.newest - THIRTY_DAYS + DAY)


def unknown_days(coverage: Coverage, known: Collection[date], first: date) -> list[date]:
    """The days from `first` to the newest one that are not among those that are known."""
    return [day for day in days_between(first, coverage.newest + DAY) if day not in known]


def reason(coverage: Coverage, day: date) -> str:
    """Why a day is not known."""
    if why := coverage.unread_days.get(day):
        return f"an entry of {day} in the audit log can't be read: {why}"
    for start, end in coverage.gaps:
        if start.date() <= day <= end.date():
            bounds = f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
            return f"the audit log, which has entries of 7 days, was not read from {bounds}"
    return f"the audit log of {day} was not read"


def outlook(coverage: Coverage, known: Collection[date], windows: Collection[str], run: Run) -> None:
    """Warn if a day of `windows` is not known: why, and from when on each of them will be."""
    month = billing_month(coverage.newest)
    unknown = unknown_days(coverage, known, window_start(coverage))
    if not unknown:
        return
    last, promised = unknown[-1], []
    if last >= month.start:
        promised += [
            f"{window} is known from {month.end + DAY}" for window in (MONTH, USERS_OF_MONTH) if window in windows
        ]
    if TRAILING in windows and last > coverage.newest - THIRTY_DAYS:
        promised.append(f"{TRAILING} are known from {last + THIRTY_DAYS}")
    if promised:
        run.warn(f"audit log: {reason(coverage, last)}: {', '.join(promised)}")
