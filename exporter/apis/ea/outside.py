"""Rows of days that are not in the range that was read: which are left out, and which are a wrong date format."""

from datetime import date

from exporter.errors import Malformed
from exporter.model.collection import Run
from exporter.model.periods import DAY, Days, billing_month, day_of, period_name

NEIGHBOURING = 3 * DAY
"""An answer may bring so many days along that lie before its period, or after it."""
FARTHEST = 31 * DAY + NEIGHBOURING
"""No answer holds days that are farther away: it is for the period or, at its turn, for the one before."""
CALENDAR_LAG = 3 * DAY
"""For so long after the month's turn the service may still call the previous month the current one."""


class Outside:
    """Counts rows outside of a range by their day."""

    def __init__(self, asked: Days, today: date) -> None:
        self.asked = asked
        self.rows: dict[date, int] = {}
        self._today = today

    def admits(self, day: date) -> bool:
        """Whether a row of the day counts; raises `Malformed` for a day that no answer for the range can have."""
        if day in self.asked:
            return True
        distance = self.asked.start - day if day < self.asked.start else day - self.asked.end
        if distance > FARTHEST or day > self._today + DAY:
            raise Malformed(f"a row of {day} is far outside {self.asked}; dates are yyyy-MM-dd or MM/dd/yyyy")
        return False

    def lags(self, inside: int) -> bool:
        """Whether the service answered for the month before, since its calendar has not turned to this one yet.

        Then there are more rows of that month, its last days aside, than of this one (`inside`).
        """
        turned = self._today - self.asked.start >= CALENDAR_LAG
        previous = sum(number for day, number in self.rows.items() if day < self.asked.start - NEIGHBOURING)
        return not turned and previous > inside

    def overlaps(self, start: str | None, end: str | None) -> bool:
        """Whether a row counts that is of the days from `start` to `end`, as far as it states them."""
        days = [day_of(text) for text in (start, end) if text]
        if not days or (min(days) <= self.asked.end and max(days) >= self.asked.start):
            return True
        self.rows[max(days)] = self.rows.get(max(days), 0) + 1
        return False

    def report(self, run: Run, name: str, *, lags: bool) -> None:
        """Count the rows as dropped, and name their days; an answer that `lags` is no failure."""
        if lags:
            previous = period_name(billing_month(self.asked.start - DAY))
            text = f"the service still answers for {previous}; this month's figures are absent until its calendar turns"
            run.warn(f"{name}: {text}")
        elif self.rows:
            first, last, number = min(self.rows), max(self.rows), sum(self.rows.values())
            days = str(first) if first == last else str(Days(first, last))
            rows, lie = ("row", "lies") if number == 1 else ("rows", "lie")
            run.drop(f"{name}: {number} {rows} of {days} {lie} outside {self.asked}", number)
