"""Who gets a token: the registered programs, and the refresh tokens issued to them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from exporter.simulator.login.errors import login_refused
from exporter.simulator.world import World
from exporter.simulator.world.chance import secret

INACTIVITY = timedelta(days=90)
"""A refresh token expires when it is not used for so long."""


@dataclass(frozen=True)
class Program:
    """A registered program of a tenant."""

    tenant: str
    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass
class Grant:
    """A refresh token: when it was last used, whether the person proved MFA, and the AADSTS number that ended it."""

    used: datetime
    mfa: bool
    ended: int | None = None


@dataclass
class Grants:
    """The registered programs, and the refresh tokens issued so far."""

    world: World
    clock: Callable[[], datetime]
    tokens: dict[str, Grant] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.tokens[self.world.partner_center.refresh_token] = Grant(self.clock(), mfa=True)

    def end(self, number: int) -> None:
        """Answer every refresh token issued so far with AADSTS error `number`; a new sign-in is not affected."""
        for grant in self.tokens.values():
            grant.ended = number

    def issue(self, *, mfa: bool) -> str:
        """A refresh token for a person who has just signed in, with or without a second factor."""
        token = "0." + secret(self.world.seed, "sign-in", len(self.tokens), length=600)
        self.tokens[token] = Grant(self.clock(), mfa)
        return token

    def program(self, tenant: str, client_id: str) -> Program:
        """The program `client_id` of `tenant` (its domain or its id), or the refusal of either."""
        candidates = self.programs(tenant)
        for program in candidates:
            if program.client_id == client_id.lower():
                return program
        raise login_refused(700016, self.clock(), client_id, candidates[0].tenant_id)

    def programs(self, tenant: str) -> list[Program]:
        """The programs of `tenant`, or the refusal of an unknown tenant."""
        world = self.world
        everywhere = (world.b2c, world.pilot, world.external_id, world.partner_center, world.azure)
        found = [one for one in everywhere if tenant.lower() in (one.tenant, one.tenant_id)]
        if not found:
            raise login_refused(90002, self.clock(), tenant)
        return [Program(one.tenant, one.tenant_id, one.client_id, one.client_secret) for one in found]

    def exchange(self, token: str, client_id: str, resource: str, *, single_use: bool) -> tuple[str, bool]:
        """The successor of refresh token `token`, and whether its person proved MFA.

        The old one stays valid unless `single_use`.
        """
        now = self.clock()
        if client_id != self.world.partner_center.client_id:
            raise login_refused(70000, now)
        grant = self.tokens.get(token)
        if grant is None:
            raise login_refused(70000, now)
        if grant.ended:
            raise login_refused(grant.ended, now, resource)
        if now - grant.used > INACTIVITY:
            raise login_refused(700082, now, f"{grant.used:%Y-%m-%dT%H:%M:%S.0000000Z}")
        successor = "0." + secret(token, len(self.tokens), length=600)
        grant.used = now
        self.tokens[successor] = Grant(now, grant.mfa)
        if single_use:
            grant.ended = 50173
        return successor, grant.mfa
