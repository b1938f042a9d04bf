"""What several failures have in common."""

import re
import threading
from typing import TypeAlias

from exporter.runtime.job import Job, Key

TRACE = re.compile(r" \[[\w-]+ [\w.:-]+\]")
"""The number of a request, which Microsoft's support asks for."""
PATH = re.compile(r"(?P<origin>https?://[^\s/?#]+)/\S*?(?=:?(?:\s|$))")
VARYING = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]+", re.IGNORECASE)
SLACK_SECONDS = 60.0
Cause: TypeAlias = tuple[str, str, str, str]
"""API, account, reason, and what the texts of such failures have in common."""


def common_text(job: Job, text: str) -> str:
    """The text of a failure without what differs between reports that fail for the same cause.

    That is the report that was being read, at the beginning of the text, and paths and traces of requests.
    """
    head, separator, rest = text.partition(": ")
    if separator and head.partition(" ")[0] == job.collector.name:
        text = rest
    return PATH.sub(r"\g<origin>/…", TRACE.sub("", text))


def cause(job: Job, reason: str, text: str) -> Cause:
    """The cause of a failure of `job`, which reports of its account share."""
    return job.api, job.account, reason, VARYING.sub("0", common_text(job, text))


class Causes:
    """Of all reports of an account that fail for the same cause, which one reports it.

    That is the first of them, every time that it fails, until it succeeds, fails for another cause, or does not run for
    longer than its interval. Thread-safe; remembers at most one cause per job.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._causes: dict[Key, Cause] = {}
        self._reporters: dict[Cause, tuple[Key, float]] = {}

    def reporter(self, job: Job, reason: str, text: str, now: float) -> Key:
        """The key of the job that reports the cause of a failure of `job`, which may be `job` itself.

        `now` is in seconds, of a clock that does not jump.
        """
        found = cause(job, reason, text)
        with self._lock:
            if self._causes.get(job.key) != found:
                self._forget(job.key)
            reporter, until = self._reporters.get(found, (job.key, now))
            if reporter == job.key or now > until:
                self._causes.pop(reporter, None)
                self._causes[job.key] = found
                self._reporters[found] = job.key, now + job.every.total_seconds() * 1.1 + SLACK_SECONDS
            return self._reporters[found][0]

    def forget(self, key: Key) -> None:
        """The job has succeeded, or is no longer configured: the next report with its cause reports it."""
        with self._lock:
            self._forget(key)

    def _forget(self, key: Key) -> None:
        if found := self._causes.pop(key, None):
            del self._reporters[found]
