"""What happened in an External ID tenant on each day, by application and whatever else its reports distinguish."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from exporter.simulator.world.application import Application
from exporter.simulator.world.digest import digest

SYSTEMS = ("Windows", "MacOs", "iOS", "Android", "Linux")
BROWSERS = ("Chrome", "Safari", "Edge", "Firefox")
COUNTRIES = ("DE", "UK", "US", "CH")
LANGUAGES = ("de", "en", "fr")
PROVIDERS = ("Email", "google", "facebook")
FLOWS = ("SignIn", "SignUp", "TokenRefresh")
METHODS = ("PhoneAppOTP", "PhoneAppNotification", "SMS", "Voice", "EmailOTP")
REASONS = ("UserCancelled", "InvalidPassword", "Blocked")
CELLS = 9
"""Combinations of an application that occur on a day."""


@dataclass(frozen=True)
class Cell:
    """The activity of one combination on a day; counts of people overlap with those of other cells."""

    day: date
    application: Application
    system: str
    browser: str
    country: str
    language: str
    provider: str
    flow: str
    attempts: int
    successes: int
    method: str
    factor_attempts: int
    factor_successes: int
    sign_ups: int
    persons: int


@dataclass(frozen=True)
class Activity:
    """The cells of every day since `opened`."""

    seed: int
    applications: Sequence[Application]
    opened: date

    def day(self, day: date) -> Iterator[Cell]:
        """The cells of a day, all with different values of their dimensions."""
        if day < self.opened:
            return
        weekday = (10, 10, 9, 10, 9, 5, 4)[day.weekday()]
        for application in self.applications:
            for place in range(CELLS):
                chance = digest(self.seed, "insights", application.id, day, place)
                size = application.size * weekday * (CELLS - place) // 45 // CELLS * 2
                attempts = size + chance % (size // 3 + 2)
                successes = attempts - chance // 7 % (attempts // 5 + 1)
                factors = successes // 4 + chance // 11 % 3
                yield Cell(
                    day,
                    application,
                    SYSTEMS[place % len(SYSTEMS)],
                    BROWSERS[place % len(BROWSERS)],
                    COUNTRIES[place // 2 % len(COUNTRIES)],
                    LANGUAGES[place % len(LANGUAGES)],
                    PROVIDERS[place % 4 % len(PROVIDERS)],
                    FLOWS[place // 3 % len(FLOWS)],
                    attempts,
                    successes,
                    METHODS[place % len(METHODS)],
                    factors,
                    factors - chance // 13 % (factors // 6 + 1),
                    chance // 17 % 4 if place < 4 else 0,
                    max(1, successes * 3 // 4) if successes else 0,
                )
