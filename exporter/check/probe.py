"""A report that is read only as far as is needed to know whether it works."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from exporter.advice import Explained, Explanations
from exporter.errors import Failure, NotModified, Reason
from exporter.model.collection import Run
from exporter.runtime.job import Job
from exporter.transport.response import Response
from exporter.transport.session import Session
from exporter.transport.stop import until_done

MAX_ANSWERS = 8
"""Responses after which a report works, whatever else it would read."""
MAX_BYTES = 4 << 20
"""Bytes of a download after which it works."""


class Answered(Exception):  # noqa: N818 (it is the purpose of a probe, and no error)
    """Enough was read."""


class Result(StrEnum):
    """What is known about a report."""

    WORKS = "works"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a report answered; `reason` and `text` are those of a failure, or why it was not asked.

    `advice` is what to do about a failure, which is given once for what reports of an account have in common.
    """

    result: Result
    reason: str = ""
    text: str = ""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    advice: str = ""


class Limit:
    """How much was read for the current report of an account; raises `Answered` beyond what is needed."""

    def __init__(self) -> None:
        self.answers = self._bytes = 0

    def begin(self) -> None:
        """Another report is asked."""
        self.answers = self._bytes = 0

    def answered(self) -> None:
        """A response was accepted."""
        self.answers += 1
        if self.answers >= MAX_ANSWERS:
            raise Answered

    def received(self, count: int) -> None:
        """A part of a download was read."""
        self._bytes += count
        if self._bytes >= MAX_BYTES:
            raise Answered


class ProbingSession(Session):
    """A session that ends a report once `limit` has enough, and does not wait for what the service prepares."""

    def __init__(self, *arguments: Any, limit: Limit, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._limit = limit

    def get(self, url: str, **arguments: Any) -> Response:
        answer = super().get(url, **arguments)
        self._limit.answered()
        return answer

    @contextmanager
    def stream(self, url: str, **arguments: Any) -> Iterator[Iterator[bytes]]:
        with super().stream(url, **arguments) as chunks:
            self._limit.answered()
            yield self._counted(chunks)

    def pause(self, seconds: float) -> None:
        if self._limit.answers:
            raise Answered
        super().pause(seconds)

    def _counted(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            self._limit.received(len(chunk))


LATE = Outcome(Result.FAILED, Reason.TIMEOUT, "no response in the time for this check")


def probe(job: Job, limit: Limit, now: datetime, explanations: Explanations) -> Outcome:
    """Read the report until its first record or until `limit` has enough; nothing of it is published or stored."""
    limit.begin()
    started, run = time.monotonic(), Run(now)
    try:
        with until_done():
            for _ in job.collector.collect(now, run):
                break
    except (Answered, NotModified):
        pass
    except Failure as failure:
        if not (job.stopped.is_set() and limit.answers):  # the time is over, and the API has accepted requests
            found = LATE if job.stopped.is_set() else _failed(explanations.explained(job, failure), failure.reason)
            return replace(found, warnings=tuple(run.warnings), seconds=time.monotonic() - started)
    return Outcome(Result.WORKS, warnings=tuple(run.warnings), seconds=time.monotonic() - started)


def _failed(found: Explained, reason: Reason) -> Outcome:
    text = f"the same failure as that of {found.same_as}" if found.same_as else found.text
    return Outcome(Result.FAILED, reason, text, advice=found.advice)
