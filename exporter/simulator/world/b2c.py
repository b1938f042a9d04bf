"""A B2C tenant: its users by identity provider, sign-ins by flow, second factors by method."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exporter.simulator.world.chance import chance, guid, secret
from exporter.simulator.world.periods import hours_known

OPENED = date(2016, 1, 1)
WEEKDAYS = (1.0, 1.04, 0.98, 1.02, 0.9, 0.45, 0.35)
FLOWS = ("implicit", "hybrid", "confclient-authcode", "publicclient-authcode", "publicclient-refreshtoken")
# Provider, users on the opening day, new ones a day, day of its introduction.
PROVIDERS = (
    ("facebook_com", 210, 0.41, OPENED),
    ("amazon_com", 90, 0.12, OPENED),
    ("google_com", 0, 0.73, date(2017, 3, 1)),
    ("live_com", 0, 0.19, date(2019, 9, 16)),
)


@dataclass(frozen=True)
class Application:
    """An application that people sign in to; `size` is its daily sign-ins on a weekday."""

    id: str
    name: str
    size: int


@dataclass(frozen=True)
class UserCount:
    """User objects at the end of a day; of today, up to now."""

    day: date
    local: int
    directory: int
    by_provider: Mapping[str, int]

    @property
    def alternate(self) -> int:
        """Users whose account is at another identity provider."""
        return sum(self.by_provider.values())

    @property
    def total(self) -> int:
        """All user objects."""
        return self.local + self.directory + self.alternate


class B2cTenant:
    """The directory, the credentials of the program that reads its reports, and the counts of every day."""

    def __init__(self, seed: int, now: Callable[[], datetime]) -> None:
        self.seed = seed
        self.now = now
        self.tenant = "pedalwerkekunden.onmicrosoft.com"
        self.tenant_id = guid(seed, "b2c tenant")
        self.client_id = guid(seed, "b2c client")
        self.client_secret = secret(seed, "b2c")
        self.applications = tuple(
            Application(guid(seed, name), name, size)
            for name, size in (
                ("Web shop", 620),
                ("Rider app", 340),
                ("Workshop portal", 75),
                ("Prototype lab", 1),
            )
        )

    def users(self, day: date) -> UserCount:
        """The users of `day`; today's are interpolated between yesterday's and those at the day's end."""
        hours = hours_known(day, self.now())
        end, start = self._users_at_end(day), self._users_at_end(day - timedelta(days=1))

        def so_far(before: int, after: int) -> int:
            return before + (after - before) * hours // 24

        providers = {name: so_far(start.by_provider.get(name, 0), count) for name, count in end.by_provider.items()}
        present = {name: count for name, count in providers.items() if count}
        return UserCount(day, so_far(start.local, end.local), end.directory, present)

    def authentications(self, day: date, application_id: str | None = None) -> dict[str, int]:
        """Billable sign-ins of `day` by flow, of one application or of all; a flow nobody took is missing."""
        return self._counts(day, application_id, self._sign_ins)

    def mfa_requests(self, day: date, application_id: str | None = None) -> dict[str, int]:
        """Multi-factor authentications of `day` by method; a method nobody used is missing."""
        return self._counts(day, application_id, self._second_factors)

    def _users_at_end(self, day: date) -> UserCount:
        age = (day - OPENED).days
        growth = 0.8 + chance(self.seed, "growth").random() * 0.4
        # The noise stays below a day's growth, so that counts never fall.
        local = 890 + int(3.1 * growth * age) + chance(self.seed, "users", day).randrange(2)
        providers = {
            name: base + int(a_day * growth * (day - begin).days)
            for name, base, a_day, begin in PROVIDERS
            if day >= begin
        }
        return UserCount(day, local, 14 + age // 400, providers)

    def _counts(
        self,
        day: date,
        application_id: str | None,
        of_application: Callable[[date, Application], dict[str, int]],
    ) -> dict[str, int]:
        hours = hours_known(day, self.now()) if day >= OPENED else 0
        sums: dict[str, int] = {}
        for application in self.applications:
            if application_id in (None, application.id):
                for key, count in of_application(day, application).items():
                    sums[key] = sums.get(key, 0) + count * hours // 24
        return {key: count for key, count in sums.items() if count}

    def _sign_ins(self, day: date, application: Application) -> dict[str, int]:
        dice = chance(self.seed, "sign-ins", application.id, day)
        trend = 1 + (day - OPENED).days / 7300
        wanted = application.size * WEEKDAYS[day.weekday()] * trend * dice.uniform(0.9, 1.1)
        shares = chance(self.seed, "shares", application.id).choices(range(1, 9), k=len(FLOWS))
        return {flow: int(wanted * share / sum(shares)) for flow, share in zip(FLOWS, shares, strict=True)}

    def _second_factors(self, day: date, application: Application) -> dict[str, int]:
        requests = sum(self._sign_ins(day, application).values()) // 9
        voice = requests * chance(self.seed, "voice", application.id, day).randrange(4) // 20
        return {"SmsMfa": requests - voice, "VoiceMfa": voice}
