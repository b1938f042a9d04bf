"""What `check-config` prints: the accounts with their addresses and reports, as text or as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from exporter.apis.api import Api
from exporter.apis.fields import format_duration
from exporter.apis.settings import AccountSettings
from exporter.check.online import Accounts, Outcomes
from exporter.check.probe import Outcome, Result

NOTHING: Outcomes = {}
SHOWN = 2
"""Warnings of a report that the text shows; JSON has all."""


def text(accounts: Accounts, storage: Path, outcomes: Outcomes | None) -> Iterator[str]:
    """One line for each address and report; with `outcomes` also whether each report works, and why not."""
    for api, account in accounts:
        yield f"{api.title}, account {account.account!r}"
        for name, value in account.described().items():
            yield f"  {name} {value}"
        for report, every, outcome in _reports(api, account, outcomes):
            yield f"  {report} every {format_duration(every)}{_described(outcome)}"
            yield from _warnings(outcome.warnings) if outcome else ()
    yield f"stored in {storage}"
    if outcomes is not None:
        working = sum(outcome.result is Result.WORKS for outcome in outcomes.values())
        yield f"{working} of {len(outcomes)} reports work"


def _warnings(found: Sequence[str]) -> Iterator[str]:
    yield from (f"    warning: {warning}" for warning in found[:SHOWN])
    if len(found) > SHOWN:
        yield f"    and {len(found) - SHOWN} more warnings"


def document(
    accounts: Accounts,
    storage: Path | None,
    outcomes: Outcomes | None,
    *,
    errors: Sequence[str],
    warnings: Sequence[str],
) -> str:
    """The same as JSON; without a valid configuration there are no accounts, and only errors."""
    content: dict[str, Any] = {
        "valid": not errors,
        "errors": list(errors),
        "warnings": list(warnings),
        "online": outcomes is not None,
        "working": None if outcomes is None else all(each.result is Result.WORKS for each in outcomes.values()),
        "storage": str(storage) if storage else None,
        "accounts": [_account(api, account, outcomes) for api, account in accounts],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def _account(api: Api, account: AccountSettings, outcomes: Outcomes | None) -> dict[str, Any]:
    return {
        "api": api.name,
        "account": account.account,
        "addresses": dict(account.described()),
        "reports": [
            {"report": report, "every_seconds": every.total_seconds(), **(_fields(outcome) if outcome else {})}
            for report, every, outcome in _reports(api, account, outcomes)
        ],
    }


def _fields(outcome: Outcome) -> dict[str, Any]:
    return asdict(outcome) | {"seconds": round(outcome.seconds, 3)}


def _reports(
    api: Api, account: AccountSettings, outcomes: Outcomes | None
) -> Iterator[tuple[str, timedelta, Outcome | None]]:
    for report, every in api.intervals(account).items():
        yield report, every, (outcomes or NOTHING).get((api.name, account.account, report))


def _described(outcome: Outcome | None) -> str:
    if outcome is None:
        return ""
    reason = f" ({outcome.reason})" if outcome.reason else ""
    text = "; ".join(part for part in (outcome.text, outcome.advice) if part)
    return f": {outcome.result}{reason}" + (f": {text}" if text else "")
