"""One application's activity: each window is requested, and accepted or left out, on its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from exporter.apis.b2c.records import Part, PeriodRow, Reading, Unreadable
from exporter.apis.b2c.reports import Reports
from exporter.apis.b2c.settings import Application
from exporter.apis.b2c.windows.keys import Keys
from exporter.apis.b2c.windows.rows import THIRTY_DAYS, excess, parts, states_count
from exporter.errors import Failure, Reason, Rejected
from exporter.model.collection import Run
from exporter.model.periods import DAY, month_start

OF_THE_ACCOUNT = frozenset(
    {
        Reason.UNAUTHORIZED,
        Reason.LOGIN,
        Reason.SIGN_IN_REQUIRED,
        Reason.CREDENTIAL_UNREADABLE,
        Reason.THROTTLED,
        Reason.TLS,
    }
)
"""Reasons that concern every application and every filter."""
MONTH, TRAILING = "this month", "the last 30 days"
Rows = list[PeriodRow | Unreadable]


@dataclass(frozen=True, slots=True)
class Activity:
    """What the two answers about an application state; None for one that is absent."""

    application: Application
    month_to_date: PeriodRow | None
    trailing_30d: PeriodRow | None

    @property
    def rows(self) -> list[PeriodRow]:
        """The rows that there are."""
        return [row for row in (self.month_to_date, self.trailing_30d) if row]

    def parts(self, keys: Keys) -> Iterator[Part | Reading]:
        """The parts of both windows."""
        known = {key for row in self.rows for key in parts(row)}
        for row in self.rows:
            yield Reading(row.at, 1)
            for key, count in parts(row, known).items():
                yield Part(
                    breakdown_key=keys.label(key),
                    application=self.application,
                    month_to_date=count if row is self.month_to_date else None,
                    trailing_30d=count if row is self.trailing_30d else None,
                )


@dataclass(slots=True)
class ActivityReader:
    """Reads the activity of applications, and remembers what failed."""

    client: Reports
    kind: type[PeriodRow]
    now: datetime
    run: Run
    accepted: int = 0
    failures: list[Failure] = field(default_factory=list)

    def activity(self, application: Application) -> Activity:
        """Both windows, with warnings for what is absent; raises a `Failure` that concerns more than one query."""
        empty: list[str] = []
        month = self._window(application, MONTH, self._month, empty)
        trailing = self._window(application, TRAILING, self._trailing, empty)
        if empty:
            text = "either the tenant has no such application, or it had no activity in the period"
            self.run.warn(f"application {application.described}: empty answer for {' and '.join(empty)}: {text}")
        return Activity(application, month, trailing)

    def require_answers(self) -> None:
        """Raises the first failure where nothing was answered."""
        if self.failures and not self.accepted:
            raise self.failures[0]

    def _window(
        self, application: Application, window: str, read: Callable[[str], Rows], empty: list[str]
    ) -> PeriodRow | None:
        what = f"application {application.described}: no figures for {window}"
        try:
            found = read(application.id)
        except Failure as failure:
            if failure.reason in OF_THE_ACCOUNT:
                raise
            self.failures.append(failure)
            self.run.warn(f"{what}: {_described(failure)}")
            return None
        self.accepted += 1
        if not found:
            empty.append(window)
            return None
        usable = [row for row in found if not isinstance(row, Unreadable) and states_count(what, row, self.run)]
        if doubt := self._doubt(window, found, usable):
            self.run.warn(f"{what}: {doubt}")
            return None
        (row,) = usable
        if text := excess(row):
            self.run.warn(f"application {application.described}, {window} up to {row.at or 'now'}: {text}")
        return row

    def _month(self, application: str) -> Rows:
        """Since the first of the month.

        Whether `gt` includes its own day is not documented, so the day before is the bound. An answer that begins
        before the month shows that `gt` does, and then the first is the bound.
        """
        month = month_start(self.now)
        found = list(self.client.in_period(self.kind, application, month - DAY, self.run))
        firsts = [row.first_day for row in found if not isinstance(row, Unreadable)]
        if any(first and first < month for first in firsts):
            return list(self.client.in_period(self.kind, application, month, self.run))
        return found

    def _trailing(self, application: str) -> Rows:
        return list(self.client.in_period(self.kind, application, None, self.run))

    def _doubt(self, window: str, found: Rows, usable: list[PeriodRow]) -> str:
        """Why the rows are not those of the window, where that shows."""
        if len(found) > 1:
            return f"{len(found)} rows came, and one is documented"
        if not usable:
            return next((row.why for row in found if isinstance(row, Unreadable) and row.why), "its row can't be used")
        first, month = usable[0].first_day, month_start(self.now)
        if window == MONTH and first is None:
            return "the answer does not state when it begins, so it may be of more than the month"
        if first and first < (month if window == MONTH else (self.now - THIRTY_DAYS).date() - DAY):
            return f"the answer begins on {first}"
        return ""


def _described(failure: Failure) -> str:
    """What is the same in every run: a refusal's status and code, or else the reason."""
    if isinstance(failure, Rejected):
        return f"refused with {failure.status} {failure.code}".rstrip()
    return f"failed with {failure.reason}"
