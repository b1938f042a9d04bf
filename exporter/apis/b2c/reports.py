"""What the collectors need of a source of usage, whatever API it is."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Protocol, TypeVar

from exporter.apis.b2c.records import ActiveUsers, DayRow, PeriodRow, Unreadable
from exporter.model.collection import Run

D = TypeVar("D", bound=DayRow)
P = TypeVar("P", bound=PeriodRow)


class Reports(Protocol):
    """Daily and summed usage of a tenant.

    With `whole_days` only days that are over are reported, so the newest one is complete; else it still grows.
    """

    whole_days: ClassVar[bool]

    def daily(self, kind: type[D], after: date, run: Run) -> Iterator[D | Unreadable]:
        """The rows of the days after `after`: one for each day that is known, `Unreadable` for one that is not.

        A day for which nothing comes had no activity.
        """

    def in_period(self, kind: type[P], application: str, after: date | None, run: Run) -> Iterator[P | Unreadable]:
        """The row of one application since the day after `after`, by default in 30 days; no row for no activity."""

    def active_users(self, run: Run) -> ActiveUsers | None:
        """The active users of the current month; None where they are not known."""
