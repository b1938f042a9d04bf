"""Turns accounts of a configuration into jobs: their credentials, HTTP, clients and collectors."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from exporter.apis.api import Api
from exporter.apis.settings import AccountSettings, RequestBudget
from exporter.auth import Credential
from exporter.config import Config, least_request_budgets
from exporter.runtime.job import Job
from exporter.runtime.telemetry import Telemetry
from exporter.sharding import ALONE, Shard
from exporter.transport import bodies
from exporter.transport.http import HttpClient
from exporter.transport.network import Limits, Network
from exporter.transport.pace import Pace
from exporter.transport.session import Session
from exporter.transport.stop import Stop

AccountKey: TypeAlias = tuple[str, str]
"""API and account."""


@dataclass(frozen=True, eq=False)
class Wired:
    """An account that is connected, with its jobs; `stop` ends all of their runs."""

    api: Api
    settings: AccountSettings
    storage: Path
    network: Network
    pace: Pace | None
    stop: Stop
    credential: Credential
    jobs: tuple[Job, ...]

    @property
    def key(self) -> AccountKey:
        """What identifies the account in every configuration that has it."""
        return self.api.name, self.settings.account


@dataclass(frozen=True, slots=True)
class Wiring:
    """All accounts of a configuration, and what they share: the network, and paces of requests with their budgets."""

    accounts: Mapping[AccountKey, Wired] = field(default_factory=dict)
    paces: Mapping[str, tuple[RequestBudget, Pace]] = field(default_factory=dict)
    network: Network = field(default_factory=Network)

    @property
    def jobs(self) -> list[Job]:
        """The jobs of all accounts."""
        return [job for wired in self.accounts.values() for job in wired.jobs]


class Wirer:
    """Connects the accounts of a shard; none of them sends a request before a job of it runs.

    `session` makes the session of an account. Clients store what they have to remember in `scratch` if it is given,
    and else where refresh tokens are.
    """

    def __init__(
        self,
        telemetry: Telemetry,
        clock: Callable[[], datetime],
        new_stop: Callable[[], Stop],
        shard: Shard = ALONE,
        *,
        session: Callable[..., Session] = Session,
        scratch: Path | None = None,
    ) -> None:
        self._shard = shard
        self._session = session
        self._scratch = scratch
        self._telemetry = telemetry
        self._clock = clock
        self._new_stop = new_stop

    def wired(self, config: Config, before: Wiring) -> Wiring:
        """The accounts of a configuration; those whose settings are the same as `before` stay connected."""
        owned = [(api, settings) for api, settings in config.accounts() if self._shard.owns(api.name, settings.account)]
        paces = dict(_paces(_request_budgets(config, [settings for _, settings in owned]), before.paces))
        limits = _limits(config)
        network = before.network if before.network.limits == limits else Network(limits)
        accounts = {}
        for api, settings in owned:
            budget = settings.request_budget
            pace = paces[budget.key][1] if budget else None
            known = before.accounts.get((api.name, settings.account))
            shared = settings, config.storage.path, network, pace
            same = known and (known.settings, known.storage, known.network, known.pace) == shared
            wired = known if known and same else self.connected(api, *shared)
            accounts[wired.key] = wired
        return Wiring(accounts, paces, network)

    def connected(
        self, api: Api, account: AccountSettings, storage: Path, network: Network, pace: Pace | None
    ) -> Wired:
        """One account."""
        stop = self._new_stop()

        def http(observed: str, origin: str, limit: int = bodies.PAGE, *, quotable: bool = True) -> HttpClient:
            return HttpClient(
                quotable=quotable,
                origin=origin,
                limit=limit,
                observer=self._telemetry.apis.observer(observed, account.account, stop),
                timeout=account.timeout.total_seconds(),
                ca_file=account.ca_file,
                network=network,
                stopped=stop,
                api=observed,
                account=account.account,
            )

        credential = api.authenticate(account, http("login", account.login_address, bodies.LOGIN), storage / "tokens")
        session = self._session(
            http(api.name, account.base_url, quotable=account.quotable),
            credential,
            base_url=account.base_url,
            observer=self._telemetry.apis.observer(api.name, account.account, stop),
            stopped=stop,
            clock=self._clock,
            pace=pace,
            least_throttled_seconds=account.least_throttled_seconds,
            request_id_header=account.request_id_header,
        )
        intervals = api.intervals(account)
        jobs = tuple(
            Job(api.name, account.account, collector, every, credential.expiries, credential.warnings, stop)
            for collector in api.collectors(account, session, self._scratch or storage)
            if (every := intervals.get(collector.name))
        )
        return Wired(api, account, storage, network, pace, stop, credential, jobs)


def _limits(config: Config) -> Limits:
    limits = config.requests
    return Limits(limits.at_once, limits.at_once_per_host, limits.at_once_per_account)


def _request_budgets(config: Config, owned: Sequence[AccountSettings]) -> Mapping[str, RequestBudget]:
    """The part of each shared budget that the `owned` accounts have among all; the parts of all shards sum to it."""
    every = Counter(budget.key for _, account in config.accounts() if (budget := account.request_budget))
    own = Counter(budget.key for account in owned if (budget := account.request_budget))
    return {
        key: budget._replace(per_hour=budget.per_hour * own[key] / every[key])
        for key, budget in least_request_budgets(config).items()
        if own[key]
    }


def _paces(
    budgets: Mapping[str, RequestBudget], before: Mapping[str, tuple[RequestBudget, Pace]]
) -> Iterator[tuple[str, tuple[RequestBudget, Pace]]]:
    """Budgets that a reload does not change continue, so that it does not allow a burst of requests."""
    for key, budget in budgets.items():
        known = before.get(key)
        if known and known[0] == budget:
            yield key, known
        else:
            yield key, (budget, Pace(budget.per_hour / 60, at_once=budget.at_once))
