"""True counts of a B2C tenant, computed from its sign-ins and not from the log."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, TypeVar

from exporter.simulator.world.audit_events import nameless
from exporter.simulator.world.directory import Directory
from exporter.simulator.world.periods import days
from exporter.simulator.world.sign_ins import MINUTES, POLICIES, Attempt, Attempts, Stream

Key = TypeVar("Key", bound=Hashable)


class Counted(NamedTuple):
    """What sign-ins and second factors are counted by; `kind` is the flow or the method of the old reports."""

    day: date
    application: str
    kind: str
    policy: str


@dataclass(frozen=True)
class B2cLedger:
    """What happened on some days, both included, up to an instant (by default the world's).

    A sign-in is one that issued a token to a user, however many events it has; it belongs to the UTC day of the first
    of them that issues something. An attempt of a second factor is a text message or a call, failed ones included. No
    switch changes the counts: they know neither late entries nor duplicates.

    They agree with the reports of Azure AD Graph, by day, application, flow and method, at every full hour; in between
    those reports have not counted the current hour yet.
    """

    now: Callable[[], datetime]
    directory: Directory
    sign_ins: Attempts
    factors: Attempts

    def __post_init__(self) -> None:
        # Each day of a month is compared with all the days before it.
        object.__setattr__(self, "_users_of", lru_cache(64)(self._users_of))

    def users(self, now: datetime | None = None) -> dict[str, int]:
        """User objects by provider, each counted once: see `Directory.providers`."""
        return self.directory.providers(self._at(now))

    def sign_ins_by(
        self, key: Callable[[Counted], Key], start: date, end: date, now: datetime | None = None
    ) -> dict[Key, int]:
        """The sign-ins by what `key` finds."""
        return _sums(key, self._counts(self.sign_ins, start, end, self._at(now)))

    def mfa_attempts_by(
        self, key: Callable[[Counted], Key], start: date, end: date, now: datetime | None = None
    ) -> dict[Key, int]:
        """The billed attempts by what `key` finds: ``SmsMfa``, ``VoiceMfa``."""
        return _sums(key, self._counts(self.factors, start, end, self._at(now)))

    def active_users(self, start: date, end: date, now: datetime | None = None) -> int:
        """The different users who signed in and whom the log names."""
        return len(self.active_user_ids(start, end, now))

    def active_user_ids(self, start: date, end: date, now: datetime | None = None) -> frozenset[str]:
        """Their object ids."""
        at = self._at(now)
        found = (
            one.person.id for day in days(start, end) for one in _known(self.sign_ins, day, at) if not nameless(one)
        )
        return frozenset(found)

    def month_users(self, day: date, now: datetime | None = None) -> int:
        """The users who signed in from the first of the month up to `day`, those without a name in the log included."""
        earlier = [self._users_of(one) for one in days(day.replace(day=1), day - timedelta(days=1))]
        plan = self.sign_ins.plan(day)
        minutes, _ = self.sign_ins.known(day, self._at(now))
        return len(plan.users(plan.until(minutes)).union(*earlier))

    def _users_of(self, day: date) -> frozenset[tuple[str, int]]:
        plan = self.sign_ins.plan(day)
        return plan.users(plan.until(MINUTES))

    def _counts(self, attempts: Attempts, start: date, end: date, at: datetime) -> Iterator[tuple[Counted, int]]:
        for day in days(start, end):
            minutes, since = attempts.known(day, at)
            for stream in attempts.plan(day).streams:
                yield from _by_policy(day, stream, stream.until(minutes))
            for one in since:
                yield Counted(day, one.application.id, one.kind, one.policy), 1

    def _at(self, now: datetime | None) -> datetime:
        return (now or self.now()).astimezone(UTC)


def _by_policy(day: date, stream: Stream, count: int) -> Iterator[tuple[Counted, int]]:
    rounds, rest = divmod(count, len(POLICIES))
    for policy in sorted(set(POLICIES)):
        found = rounds * POLICIES.count(policy) + POLICIES[:rest].count(policy)
        if found:
            yield Counted(day, stream.application.id, stream.kind, policy), found


def _known(attempts: Attempts, day: date, at: datetime) -> Iterator[Attempt]:
    minutes, since = attempts.known(day, at)
    for minute in range(minutes):
        yield from attempts.minute(day, minute)
    yield from since


def _sums(key: Callable[[Counted], Key], counts: Iterator[tuple[Counted, int]]) -> dict[Key, int]:
    sums: dict[Key, int] = {}
    for counted, count in counts:
        found = key(counted)
        sums[found] = sums.get(found, 0) + count
    return sums
