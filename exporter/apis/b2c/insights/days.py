"""Rows of the usage reports from the stored counts of days."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TypeVar

import msgspec

from exporter.apis.b2c.graph.counts import Counts, DailyCounts
from exporter.apis.b2c.records import (
    AuthenticationsInPeriod,
    DailyAuthentications,
    DailyMfaRequests,
    DayRow,
    MfaRequestsInPeriod,
    PeriodRow,
    Unreadable,
)
from exporter.model.collection import Run
from exporter.model.periods import DAY, billing_month, day_end

D = TypeVar("D", bound=DayRow)
P = TypeVar("P", bound=PeriodRow)
THIRTY_DAYS = timedelta(days=30)
STORED_AS = {
    AuthenticationsInPeriod.report: DailyAuthentications.report,
    MfaRequestsInPeriod.report: DailyMfaRequests.report,
}
"""The report under which the days of a period are stored."""
PROPERTIES = {
    DailyAuthentications.report: ("AuthenticationCount", "AuthFlowTypeBreakDown"),
    DailyMfaRequests.report: ("MfaCount", "MfaTypeBreakDown"),
}
"""The properties of a row that have the total and its parts."""


class StoredDays:
    """What is known of the days of two months, up to the newest one that is known.

    A key in several spellings is one key, in the spelling of the newest day. Counts without a key are in the total
    only. Days that are `provisional` may lack a row without a date, so no sum of days is known.
    """

    def __init__(
        self, counts: DailyCounts, report: str, today: date, provisional: Mapping[date, Counts] | None = None
    ) -> None:
        self._report = report
        self._undated = provisional is not None
        stored = counts.days(report, today - 2 * THIRTY_DAYS, today + DAY)
        self._days = dict(sorted({**(provisional or {}), **stored}.items()))
        self.newest = max(self._days, default=None)
        self._spelled = {key.casefold(): key for day in self._days.values() for _, key in sorted(day)}

    def rows(self, kind: type[D], after: date) -> Iterator[D | Unreadable]:
        """The row of each day after `after` that is known, also without activity; `Unreadable` for each that is not."""
        if self._undated:
            yield Unreadable(None)
        for day in self._span(after):
            if (counts := self._days.get(day)) is None:
                yield _unknown(day)
            else:
                yield msgspec.convert({"Date": day.isoformat(), **self._properties([counts])}, kind)

    def sums(self, kind: type[P], application: str, after: date | None) -> Iterator[P | Unreadable]:
        """The sums of one application since the day after `after`, by default of the 30 days up to the newest.

        No row without activity; `Unreadable` if one of the days is not known.
        """
        if self._undated:
            yield Unreadable(None, "a row without a date may be of one of its days")
            return
        span = self._span(after or (self.newest or date.max) - THIRTY_DAYS)
        if unknown := [day for day in span if day not in self._days]:
            yield _unknown(unknown[-1])
            return
        found = {day: _of_application(self._days[day], application.lower()) for day in span}
        if any(found.values()):
            bounds = {"StartTimeStamp": span[0].isoformat(), "EndTimeStamp": day_end(span[-1]).isoformat()}
            yield msgspec.convert({**bounds, **self._properties(found.values())}, kind)

    def announce(self, today: date, run: Run) -> None:
        """Warn of windows that are not known yet, with the day from which on they will be."""
        if self.newest is None:
            return
        since, month = self.newest, billing_month(today)
        while since - DAY in self._days:
            since -= DAY
        windows = []
        if since > month.start:
            windows.append(f"the month to date is known from {month.end + DAY}")
        if since > self.newest - THIRTY_DAYS + DAY:
            windows.append(f"the last 30 days are known from {since + THIRTY_DAYS}")
        if windows:
            run.warn(f"user insights: nothing is known of days before {since}: {', '.join(windows)}")

    def _span(self, after: date) -> list[date]:
        days = (self.newest - after).days if self.newest else 0
        return [after + number * DAY for number in range(1, days + 1)]

    def _properties(self, days: Iterable[Counts]) -> Mapping[str, object]:
        parts: Counter[str] = Counter()
        for counts in days:
            for (_, key), number in counts.items():
                parts[self._spelled[key.casefold()]] += number
        total, breakdown = PROPERTIES[self._report]
        return {total: parts.total(), breakdown: {key: number for key, number in parts.items() if key}}


def _of_application(counts: Counts, application: str) -> Counts:
    return {key: number for key, number in counts.items() if key[0] == application}


def _unknown(day: date) -> Unreadable:
    return Unreadable(day, f"user insights of {day} are not known")
