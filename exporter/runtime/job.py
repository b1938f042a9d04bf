"""A report of an account, to be run again and again."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from exporter.model.collection import Collector


@dataclass(frozen=True, eq=False, slots=True)
class Job:
    """A collector, the account it reads, and how often.

    `expiries` tells when each of the account's credentials ends, by the credential's name, and `warnings` what somebody
    should know about them before requests fail.
    """

    api: str
    account: str
    collector: Collector
    every: timedelta
    expiries: Callable[[], Mapping[str, datetime]] = dict
    warnings: Callable[[], Sequence[str]] = tuple

    @property
    def labels(self) -> tuple[str, str]:
        """Values of the labels `account` and `collector`."""
        return self.account, self.collector.name

    @property
    def fingerprint(self) -> str:
        """Changes when stored samples would no longer be what the job would bring."""
        identity = [self.api, self.account, self.collector.name, self.collector.shape]
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Plan:
    """When a job runs next, how often it has failed in a row, what it said the last time, and since when it runs."""

    next_run: datetime
    failures: int = 0
    last_error: str = ""
    last_attempt: datetime | None = None
    running_since: datetime | None = None
