"""Ranges of days that are read at once, and which rows of their answers count."""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from exporter.errors import Malformed
from exporter.model.periods import DAY, Days, day_of

DISTINCT_DAYS = 1 << 12
"""How many texts of days are cached."""


def shares(days: Days, at_once: int) -> Iterator[Days]:
    """The days in ranges of which so many are read at once: long ones first, so that all readers end together."""
    start = days.start
    while start <= days.end:
        length = math.ceil(((days.end - start).days + 1) / (1.5 * at_once))
        end = start + (length - 1) * DAY
        yield Days(start, end)
        start = end + DAY


class Within:
    """Whether a row belongs to one of several ranges: an answer may also have rows of the days around it.

    Each day belongs to exactly one range: those before them all to the first one, those after them to the last one.
    """

    def __init__(self, days: Days, ranges: Sequence[Days]) -> None:
        self._days = Days(date.min if days == ranges[0] else days.start, date.max if days == ranges[-1] else days.end)
        self._contains = lru_cache(DISTINCT_DAYS)(self._has)

    def __call__(self, row: Any) -> bool:
        return self._contains(row.date)

    def _has(self, text: str | None) -> bool:
        if text is None:
            raise Malformed("usagedetails: a row does not state its day, so that it could be on pages of two ranges")
        return day_of(text) in self._days
