"""The audit log of a B2C tenant, in the order of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from exporter.simulator.world.audit_events import Event, address, factor_events, other_events, sign_in_events
from exporter.simulator.world.directory import Directory
from exporter.simulator.world.sign_ins import MINUTES, Attempts

MINUTE = timedelta(minutes=1)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class AuditLog:
    """Every event, whether it has arrived or not; minutes are counted from `EPOCH`.

    The events of a sign-in are less than a minute from its own time, so that they can lie in the minutes around it,
    and across midnight.
    """

    directory: Directory
    sign_ins: Attempts
    factors: Attempts
    others: Attempts

    def __post_init__(self) -> None:
        # Each minute is needed for the ones around it, and again for the next page.
        object.__setattr__(self, "_group", lru_cache(256)(self._group))

    def minute(self, number: int) -> list[Event]:
        """The events of a minute, sorted by time."""
        begin = EPOCH + number * MINUTE
        around = (event for group in range(number - 1, number + 2) for event in self._group(group))
        return sorted((one for one in around if begin <= one.time < begin + MINUTE), key=lambda one: one.time)

    def between(self, start: datetime, end: datetime) -> Iterator[Event]:
        """The events from `start` on and before `end`."""
        for number in range(minute_of(start), minute_of(end) + 1):
            yield from (event for event in self.minute(number) if start <= event.time < end)

    def personal_data(self, start: datetime, end: datetime) -> frozenset[str]:
        """Ids, addresses and numbers of the persons in those events: what no surface may show."""
        found: set[str] = set()
        for event in self.between(start, end):
            person = event.attempt.person
            found |= {person.id, self.directory.mail(person), self.directory.phone(person), address(event.attempt)}
            found |= {value for key, value in event.details if key == "PhoneNumber"}
        return frozenset(found)

    def _group(self, number: int) -> tuple[Event, ...]:
        """The events of what begins in a minute."""
        days, minute = divmod(number, MINUTES)
        day = date.fromordinal(EPOCH.toordinal() + days)
        return (
            *(one for attempt in self.sign_ins.minute(day, minute) for one in sign_in_events(attempt, self.directory)),
            *(one for attempt in self.factors.minute(day, minute) for one in factor_events(attempt, self.directory)),
            *(one for attempt in self.others.minute(day, minute) for one in other_events(attempt, self.directory)),
        )


def minute_of(instant: datetime) -> int:
    """The minute that `instant` is in."""
    return (instant - EPOCH) // MINUTE
