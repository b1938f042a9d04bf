"""When users of a directory were created."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from exporter.simulator.world.directory import Directory, Person

STATED_SINCE = date(2018, 6, 1)
"""Of users who were created before June 2018 the time is documented as null."""


def created_at(directory: Directory, person: Person, now: datetime) -> datetime | None:
    """The beginning of the day on which the user was created; None for the first users."""
    days = range((now.date() - STATED_SINCE).days + 2)

    def created_before(number: int) -> int:
        return _created_before(directory, STATED_SINCE + timedelta(days=number)).get(person.group, 0)

    following = bisect_right(days, person.number, key=created_before)
    if not following:
        return None
    return _midnight(STATED_SINCE + timedelta(days=following - 1))


@lru_cache(maxsize=20_000)
def _created_before(directory: Directory, day: date) -> dict[str, int]:
    return directory.created(_midnight(day))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
