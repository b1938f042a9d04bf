"""Rows of the usage reports, under their documented names, and the parts that they are split into."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from exporter.errors import Malformed
from exporter.model.periods import instant


class UserCount(msgspec.Struct, rename="pascal", frozen=True):
    """A day of `tenantUserCount`: users by where their credentials are kept."""

    time_stamp: str
    total_user_count: int | None = None
    local_user_count: int | None = None
    other_user_count: int | None = None
    alternate_id_user_break_down: dict[str, int] | None = None

    @property
    def at(self) -> datetime:
        return instant(self.time_stamp)

    def parts(self) -> Iterator[tuple[str, int]]:
        """Users by identity provider; what the breakdown leaves of the total is `unattributed`."""
        stated = {"local": self.local_user_count, "directory": self.other_user_count}
        known = {name: count for name, count in stated.items() if count is not None}
        yield from _split(self.total_user_count, [known, self.alternate_id_user_break_down or {}])


class AuthenticationCount(msgspec.Struct, rename="pascal", frozen=True):
    """A day of `b2cAuthenticationCountSummary`: billable authentications by flow."""

    date: str
    authentication_count: int | None = None
    auth_flow_type_break_down: dict[str, int] | None = None

    @property
    def at(self) -> datetime:
        return instant(self.date)

    def parts(self) -> Iterator[tuple[str, int]]:
        """Authentications by flow."""
        yield from _split(self.authentication_count, [self.auth_flow_type_break_down or {}])


class MfaCount(msgspec.Struct, rename="pascal", frozen=True):
    """A day of `b2cMfaRequestCountSummary`: multi-factor authentications by method."""

    date: str
    mfa_count: int | None = None
    mfa_type_break_down: dict[str, int] | None = None

    @property
    def at(self) -> datetime:
        return instant(self.date)

    def parts(self) -> Iterator[tuple[str, int]]:
        """Multi-factor authentications by method."""
        yield from _split(self.mfa_count, [self.mfa_type_break_down or {}])


def _split(total: int | None, breakdowns: list[Mapping[str, int]]) -> Iterator[tuple[str, int]]:
    attributed = 0
    for breakdown in breakdowns:
        yield from breakdown.items()
        attributed += sum(breakdown.values())
    rest = (total or 0) - attributed
    if total is not None and rest < 0:
        raise Malformed(f"the parts sum to {attributed}, the stated total is {total}")
    if total is not None and rest > 0:
        yield "unattributed", rest
