"""The composition root: the exporter between its configuration and the web server."""

import logging
import random
import threading
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exporter.build import Build
from exporter.config import Config
from exporter.runtime.archive import Archive
from exporter.runtime.job import Job, Key, Plan
from exporter.runtime.own import OwnMetrics
from exporter.runtime.places import Limits, Waiting
from exporter.runtime.reload import Reload
from exporter.runtime.runner import Runner
from exporter.runtime.schedule import REFUSALS, at_start, replanned, resumed
from exporter.runtime.scheduler import Scheduler
from exporter.runtime.store import SnapshotStore
from exporter.runtime.telemetry import Telemetry
from exporter.sharding import ALONE, Shard
from exporter.storage import sweep
from exporter.transport.stop import Stop
from exporter.wiring import Wirer, Wiring

log = logging.getLogger(__name__)

HOUSEKEEPING_SECONDS = 60.0
"""How often data that was not confirmed for too long is looked for, and what could not be stored is stored."""


class Exporter:
    """Everything between the configuration and the web server, for as long as the process lives.

    The accounts of a configuration that are on `shard` become jobs, which `configure` exchanges. `stopped`, for tests,
    ends every wait of all accounts; by default each account has its own.
    """

    def __init__(
        self,
        config: Config,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        stopped: Stop | None = None,
        shard: Shard = ALONE,
    ) -> None:
        self.clock = clock
        self.shard = shard
        self.last_reload: Reload | None = None
        self.build = Build.from_environment()
        self.telemetry = Telemetry(self.build.revision)
        self.own = OwnMetrics(self.telemetry)
        self.store = SnapshotStore()
        self._stopping = threading.Event()
        self._restored = threading.Event()
        self._exchanging = threading.Lock()
        self._config = config
        self.runner = Runner(self.store, self._archive(config), self.telemetry, clock)
        self.scheduler = Scheduler(self.runner.run, planned=self._planned, clock=clock, chance=random.random)
        self._wirer = Wirer(self.telemetry, clock, lambda: stopped or Waiting(self.scheduler.released), shard)
        self._wiring = self._wirer.wired(config, Wiring())
        self.scheduler.exchange(self.jobs, self._exchanged, _limits(config))
        self.telemetry.configured(Reload(clock(), added=len(self.jobs)))
        self.telemetry.sharded(shard, len(self._wiring.accounts))

    @property
    def jobs(self) -> list[Job]:
        """The jobs of the active configuration."""
        return self._wiring.jobs

    @property
    def restoring(self) -> bool:
        """Whether stored collections are not published yet."""
        return not self._restored.is_set()

    def start(self) -> None:
        """Restore what is stored, then start collecting; returns at once."""
        threading.Thread(target=self._work, name="start", daemon=True).start()

    def restore(self) -> None:
        """Publish what is stored, in one step, and continue its plans."""
        with self._exchanging:
            jobs, now, path = self.jobs, self.clock(), self._config.storage.path
            for directory in {path, self.shard.directory(path), path / "tokens", path / "b2c"}:
                sweep(directory)
            stored = self.runner.restore(jobs, self._config.storage.expire_after)
            plans = {job: self._resumed(job, stored.get(job), now) for job in jobs}
            for job, plan in plans.items():
                self.telemetry.resumed(job, self.store.own(job), plan)
            self.runner.durability.prune({job.key for job in jobs})
            self.scheduler.exchange(jobs, lambda job, before, plan: plans[job], _limits(self._config))
            self._restored.set()

    def configure(self, config: Config) -> Reload:
        """Exchange the configuration; whatever is raised, the previous one stays active.

        Accounts with the same settings go on as if nothing had happened. Jobs that mean the same keep what is
        published, their plan and their wait; others keep what is published until they publish themselves. Runs of
        accounts whose settings differ are stopped.
        """
        with self._exchanging:
            before = self._wiring
            after = self._wirer.wired(config, before)
            if self._stopping.is_set():
                return Reload(self.clock(), ("the exporter is stopping",))
            old, new = {job.key: job for job in before.jobs}, {job.key: job for job in after.jobs}
            removed = old.keys() - new.keys()
            kept = {key for key in old.keys() & new.keys() if old[key].fingerprint == new[key].fingerprint}
            self._abandon(before, after)
            before_path, self._wiring, self._config = self._config.storage.path, after, config
            self.store.exchange(after.jobs)
            self.runner.forget(old.keys() - kept)
            self.telemetry.removed([old[key] for key in removed], after.jobs)
            self.telemetry.sharded(self.shard, len(after.accounts))
            self.scheduler.exchange(after.jobs, self._exchanged, _limits(config))
            for key, wired in after.accounts.items():
                if before.accounts.get(key) is not wired and wired.jobs:
                    self.telemetry.expiring(wired.jobs[0])
            self._exchange_storage(before_path, old.keys() - kept)
            return Reload(
                self.clock(),
                kept=len(kept),
                changed=len(old.keys() & new.keys()) - len(kept),
                added=len(new.keys() - old.keys()),
                removed=len(removed),
            )

    def reloaded(self, reload: Reload) -> None:
        """A reload is over, with or without errors."""
        self.last_reload = reload
        self.telemetry.configured(reload)

    def stop(self) -> None:
        """Stop collecting, within about 2 s: no request is sent, nothing published and nothing stored any more."""
        self._stopping.set()
        for wired in tuple(self._wiring.accounts.values()):
            wired.stop.set()
        self.scheduler.stop()
        if self._exchanging.acquire(timeout=1):
            self.runner.durability.archive.close()
            self._exchanging.release()

    def missing(self) -> list[Job]:
        """The required jobs of which nothing is published, neither collected nor restored nor superseded."""
        return [job for job in self.jobs if job.collector.required and self.store.collection(job) is None]

    def keep_house(self) -> None:
        """Drop what was not confirmed for too long, and try again to store what could not be stored."""
        with self._exchanging:
            if longest := self._config.storage.expire_after:
                for job in self.jobs:
                    self._expire(job, longest)
            if not self.runner.durability.writable:
                self.runner.durability.prune({job.key for job in self.jobs})

    def _work(self) -> None:
        try:
            self.restore()
        except Exception:
            log.exception("nothing restored")
            self._restored.set()
        if not self._stopping.is_set():
            self.scheduler.start()
        while not self._stopping.wait(HOUSEKEEPING_SECONDS):
            self.keep_house()

    def _expire(self, job: Job, longest: timedelta) -> None:
        with job.concluding:
            found = self.store.own(job)
            if found and found.collected < self.clock() - longest:
                self.store.drop({job.key})
                self.telemetry.withdrawn(job)
                self.runner.durability.remove_collection(job)

    def _planned(self, job: Job, plan: Plan) -> None:
        self.runner.durability.write_plan(job, plan)
        self.telemetry.planned(job, plan)

    def _resumed(self, job: Job, plan: Plan | None, now: datetime) -> Plan:
        """The plan of an earlier process or configuration, or one from the published collection alone."""
        found, chance = self.store.own(job), random.random()  # noqa: S311
        collected = found.collected if found else None
        period = job.collector.next_period(collected) if collected else None
        if plan:
            return resumed(plan, collected, job.every, now, chance, period)
        return Plan(now + at_start(collected, job.every, now, chance, period))

    def _exchanged(self, job: Job, before: Job | None, plan: Plan | None) -> Plan:
        """The plan of a job of the new configuration; `before` is the job with the same key, and `plan` its plan."""
        now, chance = self.clock(), random.random()  # noqa: S311
        if before is None or plan is None:
            changed = Plan(now + at_start(None, job.every, now, chance))
        elif before.fingerprint != job.fingerprint:
            changed = replanned(plan, job.every, now, chance)
        elif before is job and (plan.running_since or plan.last_reason not in REFUSALS):
            return plan
        else:
            changed = self._resumed(job, plan, now)
        self.telemetry.planned(job, changed)
        return changed

    def _abandon(self, before: Wiring, after: Wiring) -> None:
        """Stop the runs of accounts that are no longer connected as before; what is being published comes first."""
        gone = [wired for key, wired in before.accounts.items() if after.accounts.get(key) is not wired]
        for wired in gone:
            wired.stop.set()
        self.scheduler.wake()
        for wired in gone:
            for job in wired.jobs:
                with job.concluding:
                    pass

    def _exchange_storage(self, before: Path, changed: AbstractSet[Key]) -> None:
        """Remove what is stored of removed jobs, and store the waits of `changed` ones with their new meaning.

        Another path gets everything that is published, and all plans.
        """
        durability, plans = self.runner.durability, self.scheduler.plans
        moved = before != self._config.storage.path
        if moved:
            durability.archive.close()
            durability.archive = self._archive(self._config)
        for job in self.jobs:
            if moved and (found := self.store.own(job)):
                durability.write(job, found)
            if moved or (job.key in changed and plans[job.key].wait_until):
                durability.write_plan(job, plans[job.key])
        durability.prune({job.key for job in self.jobs})

    def _archive(self, config: Config) -> Archive:
        return Archive(
            self.shard.directory(config.storage.path), clock=self.clock, ignored=self.telemetry.storage_ignored
        )


def _limits(config: Config) -> Limits:
    runs = config.runs
    return Limits(runs.at_once, runs.at_once_per_account, runs.waiting)
