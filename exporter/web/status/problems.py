"""Failures, grouped by their reason and then by their cause and account."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from exporter.logs import hidden
from exporter.mixin.alerts.collector_sections import FAILING
from exporter.mixin.links import RUNBOOK
from exporter.mixin.reasons import REASONS, Advice
from exporter.mixin.rules import anchor
from exporter.runtime.causes import common_text
from exporter.web.status.observed import Account, Row
from exporter.web.status.times import Moment, ago, until

MAX_CAUSES = 12
"""The most causes that are shown for one reason."""
MAX_TEXT = 600
"""Characters of a failure's text that are shown."""
CODE = re.compile(r"`([^`]*)`")
ADVICE: Mapping[str, Advice] = {reason: advice for advice in REASONS for reason in advice.titles}


@dataclass(frozen=True, slots=True)
class Affected:
    """An account and those of its collectors that fail for one cause."""

    account: Account
    collectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause, all that it affects, the most failures in a row, and the next attempt of any."""

    text: str
    affected: tuple[Affected, ...]
    more_accounts: int
    failures: int
    last_attempt: Moment | None
    next_attempt: Moment
    without_data: int
    """How many of the affected collectors publish no values of an earlier run."""


@dataclass(frozen=True, slots=True)
class Problem:
    """All failures with one reason; `advice` alternates between text and code, and `link` leads to the runbook."""

    reason: str
    title: str
    advice: tuple[str, ...]
    link: str
    collectors: int
    accounts: int
    causes: tuple[Cause, ...]
    more_causes: int


def problems(rows: Sequence[Row], now: datetime) -> tuple[Problem, ...]:
    """The reasons, that with the most collectors first."""
    by_reason: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row[1].failures:
            by_reason[row[1].last_reason].append(row)
    found = [_problem(reason, failing, now) for reason, failing in by_reason.items()]
    return tuple(sorted(found, key=lambda problem: (-problem.collectors, problem.reason)))


def _problem(reason: str, rows: Sequence[Row], now: datetime) -> Problem:
    advice = ADVICE.get(reason)
    section = (advice.section if advice else "") or FAILING.title
    by_text: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_text[common_text(row[0], row[1].last_error)].append(row)
    largest = sorted(by_text.values(), key=lambda group: (-len(group), group[0][0].labels))
    return Problem(
        reason,
        advice.titles[reason] if advice else "Failed",
        tuple(CODE.split(advice.text)) if advice else (),
        f"{RUNBOOK}#{anchor(section)}",
        len(rows),
        len({(job.api, job.account) for job, _, _ in rows}),
        tuple(_cause(group, now) for group in largest[:MAX_CAUSES]),
        max(0, len(largest) - MAX_CAUSES),
    )


def _cause(rows: Sequence[Row], now: datetime) -> Cause:
    job, plan, _ = rows[0]
    text = plan.last_error if len(rows) == 1 else common_text(job, plan.last_error)
    affected = tuple(_affected(rows))
    attempts = [plan.last_attempt for _, plan, _ in rows if plan.last_attempt]
    return Cause(
        hidden(text)[:MAX_TEXT],
        affected[:MAX_CAUSES],
        max(0, len(affected) - MAX_CAUSES),
        max(plan.failures for _, plan, _ in rows),
        ago(max(attempts), now) if attempts else None,
        until(min(plan.next_run for _, plan, _ in rows), now),
        sum(collection is None for _, _, collection in rows),
    )


def _affected(rows: Sequence[Row]) -> Iterator[Affected]:
    by_account: dict[Account, list[str]] = defaultdict(list)
    for job, _, _ in rows:
        by_account[job.api, job.account].append(job.collector.name)
    for account, collectors in sorted(by_account.items(), key=lambda item: item[0][::-1]):
        yield Affected(account, tuple(sorted(collectors)))
