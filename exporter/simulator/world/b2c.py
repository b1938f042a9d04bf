"""A B2C tenant: its users by identity provider, sign-ins by flow, second factors by method."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exporter.simulator.world.application import Application
from exporter.simulator.world.audit_log import AuditLog
from exporter.simulator.world.b2c_ledger import B2cLedger
from exporter.simulator.world.chance import chance, guid, secret
from exporter.simulator.world.directory import Directory
from exporter.simulator.world.periods import hours_known
from exporter.simulator.world.sign_ins import Attempts

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
class B2cSize:
    """How many times as many users and daily sign-ins the tenant has as the ordinary one.

    The ordinary tenant of 2026 has about 16,000 users and 1,600 sign-ins a day: 1,000,000 users are 64 times as many,
    200,000 sign-ins 130 times.
    """

    users: float = 1
    sign_ins: float = 1


ORDINARY = B2cSize()
ORDINARY_DOMAIN = "pedalwerkekunden"
PILOT = B2cSize(users=0.02, sign_ins=0.02)
"""About 300 users and 30 sign-ins a day."""


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

    def __init__(
        self, seed: int, now: Callable[[], datetime], size: B2cSize = ORDINARY, *, domain: str = ORDINARY_DOMAIN
    ) -> None:
        self.seed = seed
        self.now = now
        self.size = size
        self.tenant = f"{domain}.onmicrosoft.com"
        of_its_own = () if domain == ORDINARY_DOMAIN else (domain,)
        self.tenant_id = guid(seed, "b2c tenant", *of_its_own)
        self.client_id = guid(seed, "b2c client", *of_its_own)
        self.client_secret = secret(seed, "b2c", *of_its_own)
        self.applications = tuple(
            Application(guid(seed, name, *of_its_own), name, size)
            for name, size in (
                ("Web shop", 620),
                ("Rider app", 340),
                ("Workshop portal", 75),
                ("Prototype lab", 1),
            )
        )
        self.directory = Directory(seed, self.tenant, self._groups)
        sign_ins, factors, others = (
            Attempts(seed, sort, self.applications, self.directory, counts)
            for sort, counts in (
                ("sign-in", self._sign_ins),
                ("factor", self._second_factors),
                ("other", self._other_events),
            )
        )
        self.audit_log = AuditLog(self.directory, sign_ins, factors, others)
        self.ledger = B2cLedger(now, self.directory, sign_ins, factors)

    def users(self, day: date, now: datetime | None = None) -> UserCount:
        """The users of `day` as known now (or at `now`).

        Today's are interpolated between yesterday's and those at the day's end.
        """
        hours = hours_known(day, now or self.now())
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

    def _groups(self, at: datetime) -> dict[str, int]:
        """The user objects at an instant, by the group of `Directory` that they are in."""
        users = self.users(at.date(), at)
        federated = {name.replace("_", "."): count for name, count in users.by_provider.items()}
        return {"local": users.local, **federated, "other": users.directory}

    def _users_at_end(self, day: date) -> UserCount:
        age = (day - OPENED).days
        growth = 0.8 + chance(self.seed, "growth").random() * 0.4
        # The noise stays below a day's growth, so that counts never fall.
        local = 890 + int(3.1 * growth * age) + chance(self.seed, "users", day).randrange(2)
        times = self.size.users
        providers = {
            name: int(times * (base + int(a_day * growth * (day - begin).days)))
            for name, base, a_day, begin in PROVIDERS
            if day >= begin
        }
        return UserCount(day, int(times * local), int(times * (14 + age // 400)), providers)

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
        wanted = self.size.sign_ins * application.size * WEEKDAYS[day.weekday()] * trend * dice.uniform(0.9, 1.1)
        shares = chance(self.seed, "shares", application.id).choices(range(1, 9), k=len(FLOWS))
        return {flow: int(wanted * share / sum(shares)) for flow, share in zip(FLOWS, shares, strict=True)}

    def _second_factors(self, day: date, application: Application) -> dict[str, int]:
        requests = sum(self._sign_ins(day, application).values()) // 9
        voice = requests * chance(self.seed, "voice", application.id, day).randrange(4) // 20
        return {"SmsMfa": requests - voice, "VoiceMfa": voice}

    def _other_events(self, day: date, application: Application) -> dict[str, int]:
        """What the audit log has besides."""
        return {"": sum(self._sign_ins(day, application).values()) // 4}
