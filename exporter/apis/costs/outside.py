"""Rows that are outside of the requested days."""

from datetime import date

from exporter.errors import Malformed
from exporter.model.collection import Run
from exporter.model.periods import DAY, Days, billing_month, day_of, period_name

NEIGHBOURING = 3 * DAY
"""How many days before and after its period an answer may also contain."""
FARTHEST = 31 * DAY + NEIGHBOURING
"""No answer has days that are farther away: it is for the period or, at the month's turn, for the previous one."""
CALENDAR_LAG = 3 * DAY
"""For how long after the month's turn the service may still call the previous month the current one."""


class Outside:
    """The number of rows that are outside of some days, by their day."""

    def __init__(self, days: Days, today: date) -> None:
        self.rows: dict[date, int] = {}
        self._days = days
        self._today = today

    def contains(self, day: date) -> bool:
        """Whether the day is outside; raises `Malformed` for a day that no answer for these days can have."""
        if day in self._days:
            return False
        distance = self._days.start - day if day < self._days.start else day - self._days.end
        if distance > FARTHEST or day > self._today + DAY:
            raise Malformed(f"a row of {day} is far outside {self._days}; dates are yyyy-MM-dd or MM/dd/yyyy")
        return True

    def count_span(self, start: str | None, end: str | None) -> bool:
        """Whether a row of the days from `start` to `end`, as far as it states them, is outside; counts it then."""
        days = [day_of(text) for text in (start, end) if text]
        if not days or (min(days) <= self._days.end and max(days) >= self._days.start):
            return False
        self.rows[max(days)] = self.rows.get(max(days), 0) + 1
        return True

    def lags(self, inside: int) -> bool:
        """Whether the service answered for the previous month, since its calendar has not turned to this one yet.

        Then there are more rows of that month, its last days aside, than of this one (`inside`).
        """
        turned = self._today - self._days.start >= CALENDAR_LAG
        previous = sum(number for day, number in self.rows.items() if day < self._days.start - NEIGHBOURING)
        return not turned and previous > inside

    def report(self, run: Run, name: str, *, lags: bool) -> None:
        """Count the rows as dropped, with a warning that names their days; an answer that `lags` is no failure."""
        if lags:
            previous = period_name(billing_month(self._days.start - DAY))
            text = f"the service still answers for {previous}; this month's figures are absent until its calendar turns"
            run.warn(f"{name}: {text}")
        elif self.rows:
            first, last, number = min(self.rows), max(self.rows), sum(self.rows.values())
            days = first if first == last else Days(first, last)
            rows = "row of {} is" if number == 1 else "rows of {} are"
            run.drop(f"{name}: {number} {rows.format(days)} outside {self._days}", number)
