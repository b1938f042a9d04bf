"""A collector of an account that runs at an interval."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from exporter.model.collection import Collector

Key: TypeAlias = tuple[str, str, str]
"""API, account and collector: what remains of a job when the configuration is reloaded."""


@dataclass(frozen=True, eq=False, slots=True)
class Job:
    """A collector, its account, and the interval `every`.

    `expiries` returns when the account's credentials expire, by credential, and `warnings` what is wrong with them
    although requests still succeed.
    """

    api: str
    account: str
    collector: Collector
    every: timedelta
    expiries: Callable[[], Mapping[str, datetime]] = dict
    warnings: Callable[[], Sequence[str]] = tuple

    @property
    def key(self) -> Key:
        """The identity of the job, whatever its configuration."""
        return self.api, self.account, self.collector.name

    @property
    def labels(self) -> tuple[str, str]:
        """The values of the labels `account` and `collector`."""
        return self.account, self.collector.name

    @property
    def fingerprint(self) -> str:
        """A hash of everything that determines what the samples of the job mean."""
        identity = [self.api, self.account, self.collector.name, self.collector.shape]
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Plan:
    """When a job runs next, its consecutive failures, its last error and attempt, and since when it is running.

    `last_reason` is the reason of the last failure; empty after a success.
    """

    next_run: datetime
    failures: int = 0
    last_error: str = ""
    last_attempt: datetime | None = None
    running_since: datetime | None = None
    last_reason: str = ""
