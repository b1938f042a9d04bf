"""Rows of the usage reports, under their documented names, and the parts that they are split into."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, TypeAlias

import msgspec

from exporter.errors import Malformed
from exporter.model.periods import instant

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
Breakdown: TypeAlias = dict[str, Count | None]
"""An open map: keys come and go with providers, flows and methods; some services write null for none."""


class UserCount(msgspec.Struct, rename="pascal", frozen=True):
    """A day of `tenantUserCount`: users by where their credentials are kept."""

    time_stamp: str
    total_user_count: Count | None = None
    local_user_count: Count | None = None
    other_user_count: Count | None = None
    alternate_id_user_break_down: Breakdown | None = None

    @property
    def at(self) -> datetime:
        return instant(self.time_stamp)

    def parts(self) -> Iterator[tuple[str, int]]:
        """Users by identity provider; what the breakdown leaves of the total is `unattributed`."""
        stated = {"local": self.local_user_count, "directory": self.other_user_count}
        return _split(self.total_user_count, stated, self.alternate_id_user_break_down)


class Day(msgspec.Struct, rename="pascal", frozen=True, kw_only=True):
    """A row of a summary."""

    date: str

    @property
    def at(self) -> datetime:
        return instant(self.date)


class Period(msgspec.Struct, rename="pascal", frozen=True, kw_only=True):
    """The row of a report that counts once: from the earliest activity to the newest update, not the asked bounds."""

    start_time_stamp: str | None = None
    end_time_stamp: str | None = None

    @property
    def start(self) -> datetime | None:
        return instant(self.start_time_stamp) if self.start_time_stamp else None

    @property
    def at(self) -> datetime | None:
        return instant(self.end_time_stamp) if self.end_time_stamp else None


class DailyAuthentications(Day, rename="pascal", frozen=True, kw_only=True):
    """A day of `b2cAuthenticationCountSummary`."""

    authentication_count: Count | None = None
    auth_flow_type_break_down: Breakdown | None = None

    def parts(self) -> Iterator[tuple[str, int]]:
        """Billable authentications by flow."""
        return _split(self.authentication_count, self.auth_flow_type_break_down)


class DailyMfaRequests(Day, rename="pascal", frozen=True, kw_only=True):
    """A day of `b2cMfaRequestCountSummary`."""

    mfa_count: Count | None = None
    mfa_type_break_down: Breakdown | None = None

    def parts(self) -> Iterator[tuple[str, int]]:
        """Multi-factor authentications by method."""
        return _split(self.mfa_count, self.mfa_type_break_down)


class AuthenticationsInPeriod(Period, rename="pascal", frozen=True, kw_only=True):
    """The row of `b2cAuthenticationCount`."""

    authentication_count: Count | None = None
    auth_flow_type_break_down: Breakdown | None = None

    def parts(self) -> Iterator[tuple[str, int]]:
        """Billable authentications by flow."""
        return _split(self.authentication_count, self.auth_flow_type_break_down)


class MfaRequestsInPeriod(Period, rename="pascal", frozen=True, kw_only=True):
    """The row of `b2cMfaRequestCount`."""

    mfa_count: Count | None = None
    mfa_type_break_down: Breakdown | None = None

    def parts(self) -> Iterator[tuple[str, int]]:
        """Multi-factor authentications by method."""
        return _split(self.mfa_count, self.mfa_type_break_down)


def _split(total: int | None, *breakdowns: Mapping[str, int | None] | None) -> Iterator[tuple[str, int]]:
    """The stated parts, and `unattributed` for what they leave of the total; raises `Malformed` for a negative rest."""
    attributed = 0
    for breakdown in filter(None, breakdowns):
        for part, count in breakdown.items():
            if count is not None:
                attributed += count
                yield part, count
    if total is None or total == attributed:
        return
    if total < attributed:
        raise Malformed(f"the parts sum to {attributed}, the stated total is {total}")
    yield "unattributed", total - attributed
