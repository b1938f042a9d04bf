"""When a day's values are written."""

from datetime import date, timedelta

LAST = timedelta(hours=23, minutes=50)
"""The last instant of a day: a query looks back five minutes, so at midnight it finds no series of the day before."""
LEAST = timedelta(minutes=1)
DAY_SECONDS = 86_400
MARKER_SECONDS = 60
"""How long before midnight a staleness marker is."""
EPOCH = date(1970, 1, 1).toordinal()


class Instants:
    """The instants of each day, in Unix seconds: at 23:50, or all through the day, `every` so often from midnight on.

    After the last one of a day there is a gap of at least ten minutes. Text has no staleness markers: without the gap,
    sums over a midnight would count series that ended beside those that took their place.
    """

    def __init__(self, every: timedelta | None) -> None:
        last = int(LAST.total_seconds())
        self._offsets = range(0, last + 1, int(every.total_seconds())) if every else range(last, last + 1)

    @property
    def per_day(self) -> int:
        """How many there are on a day."""
        return len(self._offsets)

    @staticmethod
    def marker(day: date) -> int:
        """When a day's series end: after all samples of the day, and before those of the next one."""
        return _midnight(day) + DAY_SECONDS - MARKER_SECONDS

    def of(self, day: date) -> range:
        """Those of one day."""
        midnight = _midnight(day)
        return range(midnight + self._offsets.start, midnight + self._offsets.stop, self._offsets.step)


def _midnight(day: date) -> int:
    return (day.toordinal() - EPOCH) * DAY_SECONDS
