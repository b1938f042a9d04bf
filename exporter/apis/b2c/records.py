"""Rows of the usage reports, under their documented names, and the parts that they are split into."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, NamedTuple, TypeAlias

import msgspec

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
Breakdown: TypeAlias = dict[str, Count | None]
"""An open map: keys come and go with providers, flows and methods; some services write null for none."""

CalendarDay: TypeAlias = date

LOCAL, DIRECTORY, UNATTRIBUTED = "local", "directory", "unattributed"
OTHER = "__other__"
EMPTY = "(empty)"
BUCKETS = frozenset({LOCAL, DIRECTORY, UNATTRIBUTED})
"""Parts that are no keys of a breakdown."""
RESERVED = BUCKETS | {OTHER, EMPTY}


def stamp(text: str) -> datetime:
    """An ISO 8601 instant in its own offset, without one in UTC; raises `ValueError`.

    The row of a day is about the day that its time stamp states, whatever the offset:
    `2026-11-20T00:00:00+02:00` is the row of 20 November, although that instant is 19 November in UTC.
    """
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=at.tzinfo or UTC)
        at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"not a date and time: {text[:40]!r}") from None
    return at


def stated_stamp(value: object) -> datetime | None:
    """The same of a property that may be anything; None where it can't be read."""
    try:
        return stamp(value) if isinstance(value, str) else None
    except ValueError:
        return None


def label(kind: str, key: str) -> str:
    """A breakdown's key as a label value: trimmed, `(empty)` for none.

    A key that is spelled like one of the exporter's own values gets its kind in front, `provider:local`, and so
    does one that begins like that: different keys stay different.
    """
    key = key.strip()
    return f"{kind}:{key}" if key in RESERVED or key.startswith(f"{kind}:") else key or EMPTY


class Unreadable(NamedTuple):
    """A row that was dropped, and the day that it is about; None where not even that can be read."""

    day: date | None


class UserCount(msgspec.Struct, rename="pascal", frozen=True):
    """A day of `tenantUserCount`: users by where their credentials are stored."""

    time_stamp: str
    total_user_count: Count | None = None
    local_user_count: Count | None = None
    other_user_count: Count | None = None
    alternate_id_user_break_down: Breakdown | None = None

    def __post_init__(self) -> None:
        stamp(self.time_stamp)

    @property
    def at(self) -> datetime:
        return stamp(self.time_stamp).astimezone(UTC)

    @property
    def day(self) -> CalendarDay:
        return stamp(self.time_stamp).date()

    @property
    def stated_total(self) -> int | None:
        return self.total_user_count

    @property
    def total(self) -> int | None:
        """All users: as stated, or the sum of all three kinds where each is stated."""
        kinds = self.local_user_count, self.other_user_count, self.alternate_id_user_break_down
        if self.total_user_count is None and None not in kinds:
            return sum(count for _, count in self.parts())
        return self.total_user_count

    def parts(self) -> Iterator[tuple[str, int]]:
        """Users by identity provider. One who has linked two providers is counted under both."""
        buckets = {LOCAL: self.local_user_count, DIRECTORY: self.other_user_count}
        return _split(self.total_user_count, "provider", self.alternate_id_user_break_down, buckets)


class Day(msgspec.Struct, rename="pascal", frozen=True, kw_only=True):
    """A row of a summary."""

    date: str

    def __post_init__(self) -> None:
        stamp(self.date)

    @property
    def at(self) -> datetime:
        return stamp(self.date).astimezone(UTC)

    @property
    def day(self) -> CalendarDay:
        return stamp(self.date).date()


class Period(msgspec.Struct, rename="pascal", frozen=True, kw_only=True):
    """The row of a report that counts once: from the earliest activity to the newest update, not the asked bounds.

    A time stamp that can't be read is one that is not stated.
    """

    start_time_stamp: object = None
    end_time_stamp: object = None

    @property
    def first_day(self) -> CalendarDay | None:
        """The day of the earliest activity."""
        at = stated_stamp(self.start_time_stamp)
        return at.date() if at else None

    @property
    def at(self) -> datetime | None:
        at = stated_stamp(self.end_time_stamp)
        return at.astimezone(UTC) if at else None


class DailyAuthentications(Day, rename="pascal", frozen=True, kw_only=True):
    """A day of `b2cAuthenticationCountSummary`."""

    authentication_count: Count | None = None
    auth_flow_type_break_down: Breakdown | None = None

    @property
    def stated_total(self) -> int | None:
        return self.authentication_count

    def parts(self) -> Iterator[tuple[str, int]]:
        """Billable authentications by flow."""
        return _split(self.authentication_count, "flow", self.auth_flow_type_break_down)


class DailyMfaRequests(Day, rename="pascal", frozen=True, kw_only=True):
    """A day of `b2cMfaRequestCountSummary`."""

    mfa_count: Count | None = None
    mfa_type_break_down: Breakdown | None = None

    @property
    def stated_total(self) -> int | None:
        return self.mfa_count

    def parts(self) -> Iterator[tuple[str, int]]:
        """Multi-factor authentications by method."""
        return _split(self.mfa_count, "method", self.mfa_type_break_down)


class AuthenticationsInPeriod(Period, rename="pascal", frozen=True, kw_only=True):
    """The row of `b2cAuthenticationCount`."""

    authentication_count: Count | None = None
    auth_flow_type_break_down: Breakdown | None = None

    @property
    def stated_total(self) -> int | None:
        return self.authentication_count

    def parts(self) -> Iterator[tuple[str, int]]:
        """Billable authentications by flow."""
        return _split(self.authentication_count, "flow", self.auth_flow_type_break_down)


class MfaRequestsInPeriod(Period, rename="pascal", frozen=True, kw_only=True):
    """The row of `b2cMfaRequestCount`."""

    mfa_count: Count | None = None
    mfa_type_break_down: Breakdown | None = None

    @property
    def stated_total(self) -> int | None:
        return self.mfa_count

    def parts(self) -> Iterator[tuple[str, int]]:
        """Multi-factor authentications by method."""
        return _split(self.mfa_count, "method", self.mfa_type_break_down)


def _split(
    total: int | None, kind: str, breakdown: Breakdown | None, buckets: Mapping[str, int | None] | None = None
) -> Iterator[tuple[str, int]]:
    """The stated parts, and `unattributed` for what they leave of the total, so that the sum is the total.

    The rest is negative where the parts exceed the total. A part may come twice.
    """
    named = [*(buckets or {}).items(), *((label(kind, key), count) for key, count in (breakdown or {}).items())]
    stated = [(part, count) for part, count in named if count is not None]
    yield from stated
    attributed = sum(count for _, count in stated)
    if total is not None and total != attributed:
        yield UNATTRIBUTED, total - attributed
