"""The composition root: builds an exporter from a configuration."""

import random
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from exporter.apis.api import Api
from exporter.apis.settings import AccountSettings
from exporter.build import Build
from exporter.config import Config, least_request_budgets
from exporter.errors import ConfigError
from exporter.runtime.archive import Archive
from exporter.runtime.job import Job
from exporter.runtime.runner import Runner
from exporter.runtime.scheduler import Scheduler
from exporter.runtime.store import SnapshotStore
from exporter.runtime.telemetry import Telemetry
from exporter.transport import bodies
from exporter.transport.http import HttpClient
from exporter.transport.pace import Pace
from exporter.transport.session import Session

AT_ONCE = 0.1
"""The share of an hour's budget of requests that may be sent without a wait, such as those of a start."""


class Exporter:
    """Everything between the configuration and the web server.

    `stopped` ends every wait: for the next run, before a retry, and between paced requests.
    """

    def __init__(
        self,
        config: Config,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        stopped: threading.Event | None = None,
    ) -> None:
        self.build = Build.from_environment()
        self.telemetry = Telemetry(self.build.revision)
        self.telemetry.configured(clock())
        self.store = SnapshotStore()
        self._stopped = stopped or threading.Event()
        self.clock = clock
        self._paces = {
            key: Pace(per_hour / 60, self._stopped, at_once=max(1, round(per_hour * AT_ONCE)))
            for key, per_hour in least_request_budgets(config).items()
        }
        self.jobs = [job for api, account in config.accounts() for job in self._jobs(api, account, config.storage.path)]
        writable(config.storage.path)
        self.runner = Runner(self.store, Archive(config.storage.path / "collections"), self.telemetry, clock)
        self.runner.restore(self.jobs)
        self.scheduler = Scheduler(
            self.jobs,
            self.runner.run,
            last_success=self._last_success,
            stopped=self._stopped,
            telemetry=self.telemetry,
            clock=clock,
            chance=random.random,
        )

    def start(self) -> None:
        """Start collecting; returns at once."""
        self.scheduler.start()

    def stop(self) -> None:
        """Stop collecting, within about 2 s."""
        self.scheduler.stop()

    def missing(self) -> list[Job]:
        """The required jobs that have published nothing yet, neither collected nor restored from the archive."""
        required = [job for job in self.jobs if job.collector.required]
        return [job for job in required if self.store.collection(job) is None]

    def pending(self) -> list[Job]:
        """The missing jobs whose first run is not over; one that has failed may take long to succeed."""
        return [job for job in self.missing() if self.scheduler.plans[job].last_attempt is None]

    def _last_success(self, job: Job) -> datetime | None:
        published = self.store.collection(job)
        return published.collected if published else None

    def _jobs(self, api: Api, account: AccountSettings, storage: Path) -> Iterator[Job]:
        def http(observed: str, origin: str, limit: int = bodies.PAGE, *, quotable: bool = True) -> HttpClient:
            return HttpClient(
                quotable=quotable,
                origin=origin,
                limit=limit,
                observer=self.telemetry.observer(observed, account.account),
                timeout=account.timeout.total_seconds(),
                ca_file=account.ca_file,
            )

        credential = api.authenticate(account, http("login", account.login_address, bodies.LOGIN), storage / "tokens")
        budget = account.request_budget
        session = Session(
            http(api.name, account.base_url, quotable=account.quotable),
            credential,
            base_url=account.base_url,
            observer=self.telemetry.observer(api.name, account.account),
            stopped=self._stopped,
            clock=self.clock,
            pace=self._paces[budget.key] if budget else None,
            least_throttled_seconds=account.least_throttled_seconds,
        )
        intervals = api.intervals(account)
        for collector in api.collectors(account, session, storage):
            if every := intervals.get(collector.name):
                yield Job(api.name, account.account, collector, every, credential.expiries, credential.warnings)


def writable(path: Path) -> None:
    """Raises `ConfigError` when the exporter can't write below `path`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigError([f"storage.path: {path}: {error.strerror}"]) from error
