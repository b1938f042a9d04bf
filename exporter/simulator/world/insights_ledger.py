"""True counts of an External ID tenant, computed from its activity and not from its reports."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from exporter.simulator.world.insights import Activity, Cell
from exporter.simulator.world.periods import days

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class InsightsLedger:
    """Sums over days, both included, by what `key` finds in a cell; whether reports know the days is not asked.

    There is no sum of active users: cells overlap.
    """

    activity: Activity

    def authentications_by(self, key: Callable[[Cell], Key], start: date, end: date) -> dict[Key, tuple[int, int]]:
        """Attempts and successes."""
        return self._sums(key, lambda cell: (cell.attempts, cell.successes), start, end)

    def mfa_by(self, key: Callable[[Cell], Key], start: date, end: date) -> dict[Key, tuple[int, int]]:
        """Attempts and successes of second factors."""
        return self._sums(key, lambda cell: (cell.factor_attempts, cell.factor_successes), start, end)

    def sign_ups(self, start: date, end: date) -> int:
        """Users who signed up."""
        return self._sums(lambda _: "", lambda cell: (cell.sign_ups, 0), start, end).get("", (0, 0))[0]

    def _sums(
        self, key: Callable[[Cell], Key], counts: Callable[[Cell], tuple[int, int]], start: date, end: date
    ) -> dict[Key, tuple[int, int]]:
        sums: dict[Key, tuple[int, int]] = {}
        for day in days(start, end):
            for cell in self.activity.day(day):
                found, (first, second) = key(cell), counts(cell)
                before = sums.get(found, (0, 0))
                sums[found] = before[0] + first, before[1] + second
        return sums
