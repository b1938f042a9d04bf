"""Spans of time as a person reads them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

UNITS = ((86_400, "d"), (3600, "h"), (60, "min"))


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant: `relative` to now, and `exact` in UTC."""

    relative: str
    exact: str


def ago(at: datetime, now: datetime) -> Moment:
    """`2 h ago`; an instant after now is `now`, since the clock may have been set back."""
    return Moment("now" if now - at < timedelta(seconds=1) else f"{span(now - at)} ago", _exact(at))


def until(at: datetime, now: datetime) -> Moment:
    """`in 2 h`, or `now` for an instant that has passed."""
    return Moment("now" if at - now < timedelta(seconds=1) else f"in {span(at - now)}", _exact(at))


def span(length: timedelta) -> str:
    """In the largest unit of which there are at least two, rounded down: `90 min`, `36 h`, `3 d`."""
    seconds = max(0, int(length.total_seconds()))
    for size, unit in UNITS:
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def interval(length: timedelta) -> str:
    """An interval of the configuration, exactly: `12 h`, `90 min`, `1 d`."""
    seconds = int(length.total_seconds())
    for size, unit in UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{length.total_seconds():g} s"


def _exact(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
