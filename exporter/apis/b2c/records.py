"""Rows of the usage reports, under their documented names, and the records that are published of them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, NamedTuple, TypeAlias

import msgspec

from exporter.apis.b2c.settings import Application
from exporter.apis.b2c.stamps import parse_stamp, stated_stamp
from exporter.model.budgets import RATIO
from exporter.model.limits import OTHER

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
Breakdown: TypeAlias = dict[str, Count | None]
"""An open map: keys come and go with providers, flows and methods; some services write null for none."""
LOCAL, DIRECTORY, UNATTRIBUTED = "local", "directory", "unattributed"
EMPTY = "(empty)"
BUCKETS = frozenset({LOCAL, DIRECTORY, UNATTRIBUTED})
"""Parts that are not keys of a breakdown."""
RESERVED = BUCKETS | {OTHER, EMPTY}


class Unreadable(NamedTuple):
    """A row that was dropped, and the day that it is about; None where not even that can be read.

    `why` says in words why the day has no row, if it is not that its row was dropped.
    """

    day: date | None
    why: str = ""


class Daily:
    """A row about one day."""

    __slots__ = ()
    time_stamp: str

    def __post_init__(self) -> None:
        parse_stamp(self.time_stamp)

    @property
    def at(self) -> datetime:
        """The row's time stamp in UTC."""
        return parse_stamp(self.time_stamp).astimezone(UTC)

    @property
    def day(self) -> date:
        """The day that the time stamp states in its own offset."""
        return parse_stamp(self.time_stamp).date()


class InPeriod:
    """The only row of an answer: from the earliest activity to the newest update, not the bounds of the filter.

    A time stamp that can't be read is one that is not stated.
    """

    __slots__ = ()
    start_time_stamp: object
    end_time_stamp: object

    @property
    def at(self) -> datetime | None:
        """The newest update, in UTC."""
        at = stated_stamp(self.end_time_stamp)
        return at.astimezone(UTC) if at else None

    @property
    def first_day(self) -> date | None:
        """The day of the earliest activity."""
        at = stated_stamp(self.start_time_stamp)
        return at.date() if at else None


class UserCount(Daily, msgspec.Struct, rename="pascal", frozen=True):
    """A day of `tenantUserCount`: users by where their credentials are stored."""

    report: ClassVar[str] = "tenantUserCount"
    time_stamp: str
    total_user_count: Count | None = None
    local_user_count: Count | None = None
    other_user_count: Count | None = None
    alternate_id_user_break_down: Breakdown | None = None

    @property
    def stated_total(self) -> int | None:
        return self.total_user_count

    @property
    def registered(self) -> Mapping[str, int] | None:
        """Users by identity provider who registered in the ten days up to this one; None where that is not stated."""
        return None

    @property
    def total(self) -> int | None:
        """All users: as stated, or the sum of all three kinds where each is stated."""
        kinds = self.local_user_count, self.other_user_count, self.alternate_id_user_break_down
        if self.total_user_count is None and None not in kinds:
            return sum(count for _, count in self.parts())
        return self.total_user_count

    def parts(self) -> Iterator[tuple[str, int]]:
        """Users by identity provider. A user who has linked two providers is counted under both."""
        buckets = {LOCAL: self.local_user_count, DIRECTORY: self.other_user_count}
        return _split(self.total_user_count, "provider", self.alternate_id_user_break_down, buckets)


class Authentications(msgspec.Struct, rename="pascal", frozen=True, kw_only=True):
    """Billable authentications, in total and by flow."""

    authentication_count: Count | None = None
    auth_flow_type_break_down: Breakdown | None = None

    @property
    def stated_total(self) -> int | None:
        return self.authentication_count

    def parts(self) -> Iterator[tuple[str, int]]:
        return _split(self.authentication_count, "flow", self.auth_flow_type_break_down)


class MfaRequests(msgspec.Struct, rename="pascal", frozen=True, kw_only=True):
    """Multi-factor authentications, in total and by method."""

    mfa_count: Count | None = None
    mfa_type_break_down: Breakdown | None = None

    @property
    def stated_total(self) -> int | None:
        return self.mfa_count

    def parts(self) -> Iterator[tuple[str, int]]:
        return _split(self.mfa_count, "method", self.mfa_type_break_down)


class DailyAuthentications(Daily, Authentications, rename="pascal", frozen=True, kw_only=True):
    """A day of `b2cAuthenticationCountSummary`."""

    report: ClassVar[str] = "b2cAuthenticationCountSummary"
    time_stamp: str = msgspec.field(name="Date")


class DailyMfaRequests(Daily, MfaRequests, rename="pascal", frozen=True, kw_only=True):
    """A day of `b2cMfaRequestCountSummary`."""

    report: ClassVar[str] = "b2cMfaRequestCountSummary"
    time_stamp: str = msgspec.field(name="Date")


class AuthenticationsInPeriod(InPeriod, Authentications, rename="pascal", frozen=True, kw_only=True):
    """The row of `b2cAuthenticationCount`."""

    report: ClassVar[str] = "b2cAuthenticationCount"
    start_time_stamp: object = None
    end_time_stamp: object = None


class MfaRequestsInPeriod(InPeriod, MfaRequests, rename="pascal", frozen=True, kw_only=True):
    """The row of `b2cMfaRequestCount`."""

    report: ClassVar[str] = "b2cMfaRequestCount"
    start_time_stamp: object = None
    end_time_stamp: object = None


DayRow: TypeAlias = UserCount | DailyAuthentications | DailyMfaRequests
PeriodRow: TypeAlias = AuthenticationsInPeriod | MfaRequestsInPeriod
Row: TypeAlias = DayRow | PeriodRow


class Reading(msgspec.Struct, frozen=True):
    """How many rows were read, and the instant as of which their data is."""

    data_timestamp: datetime | None
    rows: int


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one provider, flow or method in each window; None for a window that is not known."""

    breakdown_key: str
    application: Application | None = None
    newest: int | None = None
    trailing_10d: int | None = None
    daily: int | None = None
    month_to_date: int | None = None
    trailing_30d: int | None = None


class ActiveUsers(msgspec.Struct, frozen=True):
    """Users who were active in a calendar month (UTC), each once, and the instant as of which that is, if stated.

    `previous_month` are those of the whole month before; None where they are not known.
    """

    users: int
    data_timestamp: datetime | None = None
    previous_month: int | None = None


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """A component of the month's bill: what it costs, and how many of its units are free.

    `cost` is None while another component's usage is not known, so that the sum over components is the whole bill;
    `component_cost` is not.
    """

    component: str
    currency: str
    data_timestamp: datetime | None
    rows: int
    quantity: int
    free: int
    component_cost: Decimal
    cost: Decimal | None
    cost_month: Decimal | None

    @property
    def free_used_ratio(self) -> Decimal | None:
        """1 is all that is free; None where nothing is."""
        return RATIO.divide(Decimal(self.quantity), self.free) if self.free else None


def label(kind: str, key: str) -> str:
    """A breakdown's key as a label value: trimmed, `(empty)` for none.

    A key that is spelled like one of the exporter's own values is prefixed with its kind, `provider:local`, and so is
    one that already has this prefix: different keys stay different.
    """
    key = key.strip()
    return f"{kind}:{key}" if key in RESERVED or key.startswith(f"{kind}:") else key or EMPTY


def _split(
    total: int | None, kind: str, breakdown: Breakdown | None, buckets: Mapping[str, int | None] | None = None
) -> Iterator[tuple[str, int]]:
    """The stated parts, and `unattributed` for the rest of the total, so that the sum is the total.

    The rest is negative where the parts exceed the total. A part may come twice.
    """
    named = [*(buckets or {}).items(), *((label(kind, key), count) for key, count in (breakdown or {}).items())]
    stated = [(part, count) for part, count in named if count is not None]
    yield from stated
    attributed = sum(count for _, count in stated)
    if total is not None and total != attributed:
        yield UNATTRIBUTED, total - attributed
