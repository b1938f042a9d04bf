"""Who may ask for a token: the registered programs and the refresh tokens in circulation."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from exporter.simulator.login_errors import login_refused
from exporter.simulator.world import World
from exporter.simulator.world.chance import secret

INACTIVITY = timedelta(days=90)
"""A refresh token that nobody uses for so long is dead."""


@dataclass(frozen=True)
class Program:
    """A registered program of a tenant."""

    tenant: str
    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass
class Grants:
    """Programs, and refresh tokens with the time of their last use."""

    world: World
    clock: Callable[[], datetime]
    used: dict[str, datetime] = field(default_factory=dict, repr=False)
    revoked: set[str] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        self.used[self.world.partner_center.refresh_token] = self.clock()

    def program(self, tenant: str, client_id: str) -> Program:
        """The program `client_id` of `tenant` (its domain or its id), or the refusal of either."""
        candidates = self.programs(tenant)
        for program in candidates:
            if program.client_id == client_id.lower():
                return program
        raise login_refused(700016, self.clock(), client_id, candidates[0].tenant_id)

    def programs(self, tenant: str) -> list[Program]:
        """The programs of `tenant`, or the refusal of an unknown tenant."""
        everywhere = (self.world.b2c, self.world.partner_center)
        here = [one for one in everywhere if tenant.lower() in (one.tenant, one.tenant_id)]
        if not here:
            raise login_refused(90002, self.clock(), tenant)
        return [Program(one.tenant, one.tenant_id, one.client_id, one.client_secret) for one in here]

    def exchange(self, token: str, client_id: str, *, single_use: bool) -> str:
        """The successor of refresh token `token`; the old one lives on unless `single_use`."""
        now = self.clock()
        if client_id != self.world.partner_center.client_id:
            raise login_refused(70000, now)
        if token in self.revoked:
            raise login_refused(50173, now)
        if token not in self.used:
            raise login_refused(70000, now)
        if now - self.used[token] > INACTIVITY:
            raise login_refused(700082, now, f"{self.used[token]:%Y-%m-%dT%H:%M:%S.0000000Z}")
        successor = "0." + secret(token, len(self.used), length=600)
        self.used[token] = self.used[successor] = now
        if single_use:
            self.revoked.add(token)
        return successor
