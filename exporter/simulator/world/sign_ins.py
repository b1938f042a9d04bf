"""The sign-ins and the second factors of a B2C tenant, made minute by minute."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from exporter.simulator.world.application import Application
from exporter.simulator.world.digest import digest
from exporter.simulator.world.directory import Directory, Person, lasting, lasting_number

MINUTES = 24 * 60
USER_FLOW, CUSTOM, PROFILE = "B2C_1_signin", "B2C_1A_SUSI", "B2C_1_edit_profile"
POLICIES = (CUSTOM, USER_FLOW, USER_FLOW, PROFILE, USER_FLOW, CUSTOM, USER_FLOW, USER_FLOW, USER_FLOW, CUSTOM)
"""The policies of ten sign-ins in a row."""
STEP = 1_000_003
"""Prime, so that a day's sign-ins walk through all users before they repeat one."""
Counts = Callable[[date, Application], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in or, with a method as its `kind`, a second factor; `time` is that of the first token or of the call."""

    day: date
    number: int
    """Counted from 0 on its day, by minute."""
    time: datetime
    application: Application
    kind: str
    policy: str
    person: Person
    chance: int
    """A random number of its own."""


@dataclass(frozen=True)
class Stream:
    """The sign-ins of one application by one flow, or its second factors by one method, on a day."""

    application: Application
    kind: str
    total: int

    def until(self, minute: int) -> int:
        """How many there are before `minute` of the day; at each full hour as many as in the old reports."""
        return self.total * minute // MINUTES


@dataclass(frozen=True)
class Plan:
    """A day: its streams, and the users who take part."""

    day: date
    streams: tuple[Stream, ...]
    groups: tuple[tuple[str, int, int], ...]
    """Group, its users that are never deleted, its created users at the beginning of the day."""
    first: int

    def until(self, minute: int) -> int:
        """How many attempts there are before `minute`."""
        return sum(stream.until(minute) for stream in self.streams)

    @property
    def everybody(self) -> int:
        """How many users there are to sign in."""
        return sum(count for _, count, _ in self.groups)

    @property
    def active(self) -> int:
        """How many of them do: three of five attempts of a day are by different users, if there are so many."""
        return max(1, min(self.everybody, self.until(MINUTES) * 3 // 5))

    def user(self, place: int) -> tuple[str, int, int]:
        """The group, the number in it and the group's created users of the active user at `place`."""
        index = (self.first + place * STEP) % self.everybody
        for group, count, created in self.groups:
            if index < count:
                return group, lasting_number(index), created
            index -= count
        raise AssertionError("an index within the sum is within a group")

    def users(self, attempts: int) -> frozenset[tuple[str, int]]:
        """Group and number of those who make the first `attempts` of the day."""
        return frozenset(self.user(place)[:2] for place in range(min(attempts, self.active)))


@dataclass(frozen=True)
class Attempts:
    """All attempts of one sort; `counts` has those of a whole day and application by kind."""

    seed: int
    sort: str
    applications: tuple[Application, ...]
    directory: Directory
    counts: Counts

    def __post_init__(self) -> None:
        # Many readers go through a day minute by minute.
        object.__setattr__(self, "plan", lru_cache(64)(self.plan))

    def plan(self, day: date) -> Plan:
        """The plan of a day."""
        created = self.directory.created(datetime.combine(day, time(), UTC))
        groups = tuple((group, lasting(count), count) for group, count in created.items() if group != "other")
        streams = tuple(
            Stream(application, kind, total)
            for application in self.applications
            for kind, total in self.counts(day, application).items()
            if total
        )
        everybody = sum(count for _, count, _ in groups)
        first = digest(self.seed, self.sort, day) % everybody if everybody else 0
        return Plan(day, streams if everybody else (), groups, first)

    def minute(self, day: date, minute: int) -> Iterator[Attempt]:
        """The attempts of a minute of `day`, in no order."""
        plan = self.plan(day)
        number, active = plan.until(minute), plan.active
        begin = datetime.combine(day, time(), UTC) + timedelta(minutes=minute)
        for stream in plan.streams:
            for place in range(stream.until(minute), stream.until(minute + 1)):
                chance = digest(self.seed, self.sort, day.toordinal(), number)
                yield Attempt(
                    day,
                    number,
                    begin + timedelta(microseconds=chance % 60_000_000),
                    stream.application,
                    stream.kind,
                    POLICIES[place % len(POLICIES)],
                    self.directory.person(*plan.user(number % active)),
                    chance // 60_000_000,
                )
                number += 1

    def known(self, day: date, now: datetime) -> tuple[int, tuple[Attempt, ...]]:
        """The full minutes of `day` that have passed at `now`, and the attempts since."""
        passed = (now - datetime.combine(day, time(), UTC)) // timedelta(minutes=1)
        if passed < 0 or passed >= MINUTES:
            return max(0, min(passed, MINUTES)), ()
        return passed, tuple(one for one in self.minute(day, passed) if one.time <= now)
