"""The usage of a B2C tenant as Microsoft Graph has it, in the rows of the usage reports."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import ClassVar, NamedTuple, Protocol, TypeVar, cast

import msgspec

from exporter.apis.b2c.graph.audit_log import AuditLog
from exporter.apis.b2c.graph.counts import ACTIVE_USERS, Counts, DailyCounts
from exporter.apis.b2c.graph.coverage import Coverage
from exporter.apis.b2c.graph.journal import AUTHENTICATIONS, MFA_REQUESTS, Journal
from exporter.apis.b2c.graph.outlook import (
    MONTH,
    THIRTY_DAYS,
    TRAILING,
    USERS_OF_MONTH,
    outlook,
    reason,
    unknown_days,
    window_start,
)
from exporter.apis.b2c.records import (
    ActiveUsers,
    AuthenticationsInPeriod,
    DailyAuthentications,
    DailyMfaRequests,
    DayRow,
    MfaRequestsInPeriod,
    PeriodRow,
    Unreadable,
    UserCount,
)
from exporter.model.collection import Run
from exporter.model.periods import DAY, month_start
from exporter.transport.session import Session

D = TypeVar("D", bound=DayRow)
P = TypeVar("P", bound=PeriodRow)
SHARED_FOR = timedelta(minutes=5)
"""What one report has read of the log is new enough for the others."""


class Form(NamedTuple):
    """Where the counts of a report are stored, and the names of its total and its breakdown."""

    stored: str
    total: str
    breakdown: str


SIGN_INS = Form(AUTHENTICATIONS, "AuthenticationCount", "AuthFlowTypeBreakDown")
ATTEMPTS = Form(MFA_REQUESTS, "MfaCount", "MfaTypeBreakDown")
FORMS = {
    DailyAuthentications.report: SIGN_INS,
    AuthenticationsInPeriod.report: SIGN_INS,
    DailyMfaRequests.report: ATTEMPTS,
    MfaRequestsInPeriod.report: ATTEMPTS,
}


class UserCounts(Protocol):
    """The daily numbers of users by identity provider."""

    def rows(self, after: date, run: Run) -> Iterator[UserCount]:
        """The rows of the days after `after`."""


class GraphReports:
    """`Reports` from Microsoft Graph: users as `users` counts them, everything else from the audit log.

    Flows are user flows and custom policies (`PolicyId`); what counts as an authentication or a request is documented
    in `sign_ins.Reader`. A day that was not read from its beginning to its end is `Unreadable`; the newest still grows.
    As long as a window is not known, a warning says from when on it will be.
    """

    whole_days: ClassVar[bool] = False

    def __init__(self, session: Session, counts: DailyCounts, users: UserCounts, *, final_after: timedelta) -> None:
        self._clock = session.clock
        self._counts = counts
        self._users = users
        self._log = AuditLog(session, counts, final_after, SHARED_FOR)
        self._journal = Journal(counts)

    def daily(self, kind: type[D], after: date, run: Run) -> Iterator[D | Unreadable]:
        if kind.report == UserCount.report:
            yield from cast(Iterator[D], self._users.rows(after, run))
            return
        form, coverage = FORMS[kind.report], self._log.sync(run)
        first = after + DAY
        days = self._counts.days(form.stored, min(first, window_start(coverage)), coverage.newest)
        outlook(coverage, days, (MONTH, TRAILING), run)
        yield from (Unreadable(day, reason(coverage, day)) for day in unknown_days(coverage, days, first))
        for day, counts in days.items():
            if day >= first:
                yield msgspec.convert({"Date": day.isoformat(), **self._counted(form, [counts])}, kind)

    def in_period(self, kind: type[P], application: str, after: date | None, run: Run) -> Iterator[P | Unreadable]:
        form, coverage = FORMS[kind.report], self._log.sync(run)
        first = after + DAY if after else coverage.newest - THIRTY_DAYS + DAY
        days = self._counts.days(form.stored, min(first, window_start(coverage)), coverage.newest)
        outlook(coverage, days, (MONTH if after else TRAILING,), run)
        if unknown := unknown_days(coverage, days, first):
            yield Unreadable(unknown[-1], reason(coverage, unknown[-1]))
            return
        found = {day: of_application(counts, application) for day, counts in days.items() if day >= first}
        active = [day for day, counts in found.items() if counts]
        if active:
            bounds = {"StartTimeStamp": active[0].isoformat(), "EndTimeStamp": coverage.head.isoformat()}
            yield msgspec.convert({**bounds, **self._counted(form, found.values())}, kind)

    def active_users(self, run: Run) -> ActiveUsers | None:
        coverage = self._log.sync(run)
        month = month_start(self._clock())
        before = (month - DAY).replace(day=1)
        found = self._counts.days(ACTIVE_USERS, before, month)
        if month in found:
            previous = sum(found[before].values()) if before in found else None
            return ActiveUsers(sum(found[month].values()), coverage.head, previous)
        self._warn_of_month(coverage, run)
        return None

    def _warn_of_month(self, coverage: Coverage, run: Run) -> None:
        days = self._counts.days(AUTHENTICATIONS, window_start(coverage), coverage.newest)
        outlook(coverage, days, (USERS_OF_MONTH,), run)

    def _counted(self, form: Form, days: Iterable[Counts]) -> Mapping[str, object]:
        """The sums of days, in the report's form: flows as they are spelled."""
        sums: Counter[str] = Counter()
        for counts in days:
            for (_, key), number in counts.items():
                sums[key] += number
        spelled = {self._journal.spelling(key): number for key, number in sums.items()}
        return {form.total: sums.total(), form.breakdown: spelled}


def of_application(counts: Counts, application: str) -> Counts:
    """The counts of one application."""
    wanted = application.lower()
    return {key: number for key, number in counts.items() if key[0] == wanted}
