"""Rows of user insights: partial cross tables, whose rows state what applies to them, in varying spelling."""

from datetime import date
from typing import Annotated, ClassVar, TypeAlias

import msgspec

from exporter.apis.b2c.graph.issuers import identifying
from exporter.errors import Malformed
from exporter.model.periods import day_of

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
Name: TypeAlias = Annotated[str, msgspec.Meta(max_length=256)]


class Fact(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What every row states: its day, or the first day of its month. Neither ids nor their order mean anything."""

    report: ClassVar[str]
    fact_date: str

    def __post_init__(self) -> None:
        _ = self.day

    @property
    def day(self) -> date:
        """The day, or the first of the month."""
        try:
            return day_of(self.fact_date)
        except Malformed as error:
            raise ValueError(str(error)) from None


class Event(Fact, frozen=True, kw_only=True):
    """A count of what happened in one application with one key: sums over rows are the whole."""

    @property
    def application(self) -> str:
        """The application's id in lower case; empty where it is not stated."""
        raise NotImplementedError

    @property
    def key(self) -> str:
        """The flow or method; empty where it is not stated, or may be about a user."""
        raise NotImplementedError

    @property
    def number(self) -> int:
        """How many are counted."""
        raise NotImplementedError


class Authentications(Event, frozen=True, kw_only=True):
    """Authentications, of which those that succeeded count: they are what the usage reports of B2C call billable.

    The application is documented as `appid`.
    """

    report: ClassVar[str] = "authentications"
    success_count: Count
    auth_flow: Name | None = None
    appid: Name | None = msgspec.field(name="appid", default=None)
    app_id: Name | None = None

    @property
    def application(self) -> str:
        return (self.appid or self.app_id or "").strip().lower()

    @property
    def key(self) -> str:
        return _published(self.auth_flow)

    @property
    def number(self) -> int:
        return self.success_count


class MfaCompletions(Event, frozen=True, kw_only=True):
    """Multi-factor authentications, of which all attempts count: those by phone are billed, also if they fail.

    Other methods, such as codes by e-mail or of an app, are not billed and count as well: the method distinguishes
    them where the row states it.
    """

    report: ClassVar[str] = "mfaCompletions"
    attempts_count: Count
    mfa_method: Name | None = None
    app_id: Name | None = None

    @property
    def application(self) -> str:
        return (self.app_id or "").strip().lower()

    @property
    def key(self) -> str:
        return _published(self.mfa_method)

    @property
    def number(self) -> int:
        return self.attempts_count


class Users(Fact, frozen=True, kw_only=True):
    """Users at the end of a day: of all languages, of one, or of those without one."""

    report: ClassVar[str] = "userCount"
    count: Count
    language: Name | None = None

    @property
    def whole(self) -> bool:
        """Whether the row is about no particular language."""
        return not (self.language or "").strip()


class ActiveUserCount(Fact, frozen=True, kw_only=True):
    """Users who were active in a month; a person counts in each application, country and system that they used."""

    report: ClassVar[str] = "activeUsers"
    count: Count
    app_id: Name | None = None
    country: Name | None = None
    language: Name | None = None
    os: Name | None = None

    @property
    def whole(self) -> bool:
        """Whether the row is about no particular application, country, language or system."""
        return not any((text or "").strip() for text in (self.app_id, self.country, self.language, self.os))


def _published(name: str | None) -> str:
    text = (name or "").strip()
    return "" if identifying(text) else text
