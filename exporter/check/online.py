"""Asks the login host and the API of each account once, with the clients and collectors of `run`."""

import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from exporter.advice import Explanations
from exporter.apis.api import Api
from exporter.apis.settings import AccountSettings
from exporter.check.probe import LATE, Limit, Outcome, ProbingSession, Result, probe
from exporter.errors import ConfigError, Reason
from exporter.runtime.job import Job
from exporter.runtime.telemetry import Telemetry
from exporter.transport.network import Network
from exporter.transport.stop import Stop
from exporter.wiring import Wired, Wirer

AT_ONCE = 8
"""Accounts that are asked at the same time."""
GRACE_SECONDS = 2.0
"""How long requests that were aborted at the end of the time may take to end."""
OF_THE_ACCOUNT = frozenset(
    {
        Reason.CONNECTION,
        Reason.TIMEOUT,
        Reason.TLS,
        Reason.LOGIN,
        Reason.SIGN_IN_REQUIRED,
        Reason.CREDENTIAL_UNREADABLE,
        Reason.STORAGE,
    }
)
"""Failures that every other report of the account would have as well."""
Accounts = Sequence[tuple[Api, AccountSettings]]
Outcomes = Mapping[tuple[str, str, str], Outcome]
"""By API, account and report."""


@dataclass(frozen=True)
class Asked:
    """An account, what limits its reports, and what they have answered so far."""

    wired: Wired
    limit: Limit
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    explanations: Explanations = field(default_factory=Explanations)


def ask(accounts: Accounts, storage: Path, timeout: timedelta) -> Outcomes:
    """The outcome of every enabled report of the accounts, within about `timeout`; refresh tokens are below `storage`.

    Nothing is published or stored, except a refresh token that the login host rotates: the previous one may no longer
    be accepted.
    Raises `ConfigError` if there is no temporary directory.
    """
    with _scratch() as scratch:
        asked = [*_connected(accounts, storage, Path(scratch))]
        waiting: SimpleQueue[Asked | None] = SimpleQueue()
        for each in (*asked, *[None] * AT_ONCE):
            waiting.put(each)
        threads = [threading.Thread(target=_work, args=(waiting,), daemon=True) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        _join(threads, timeout.total_seconds())
        for each in asked:
            each.wired.stop.set()
        _join(threads, GRACE_SECONDS)
    return {job.key: each.outcomes.get(job.collector.name, LATE) for each in asked for job in each.wired.jobs}


def _scratch() -> "tempfile.TemporaryDirectory[str]":
    """A directory for what clients have to remember."""
    try:
        return tempfile.TemporaryDirectory(prefix="azure-billing-exporter-", ignore_cleanup_errors=True)
    except OSError as error:
        raise ConfigError([f"--online: no temporary directory can be written: {error.strerror}; set TMPDIR"]) from error


def _connected(accounts: Accounts, storage: Path, scratch: Path) -> Iterator[Asked]:
    """Every account, without a request; all share the network, as in `run`."""
    network, telemetry = Network(), Telemetry()
    for api, settings in accounts:
        limit = Limit()
        session = partial(ProbingSession, limit=limit)
        wirer = Wirer(telemetry, lambda: datetime.now(UTC), Stop, session=session, scratch=scratch)
        yield Asked(wirer.connected(api, settings, storage, network, None), limit)


def _work(waiting: "SimpleQueue[Asked | None]") -> None:
    while asked := waiting.get():
        for job in asked.wired.jobs:
            asked.outcomes[job.collector.name] = _outcome(asked, job)


def _outcome(asked: Asked, job: Job) -> Outcome:
    for name, before in asked.outcomes.items():
        if before.result is Result.FAILED and before.reason in OF_THE_ACCOUNT:
            return Outcome(Result.SKIPPED, before.reason, f"not asked, because of the failure of {name}")
    try:
        return probe(job, asked.limit, datetime.now(UTC), asked.explanations)
    except Exception as error:  # noqa: BLE001 (a bug in a collector fails its own report only)
        return Outcome(Result.FAILED, Reason.INTERNAL, f"internal error: {type(error).__name__}")


def _join(threads: list[threading.Thread], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
