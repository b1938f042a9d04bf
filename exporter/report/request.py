"""What a report is requested with, from the command line."""

import argparse
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exporter.apis import ALL
from exporter.apis.api import Api
from exporter.apis.checks import did_you_mean
from exporter.model.periods import DAY, Days, billing_month

DAYS, APPLICATION, GROUP_BY, OVER_BUDGET = "--since and --period", "--application", "--group-by", "--over-budget"
"""The options that select rows, each of which some reports have."""


class UsageError(Exception):
    """The command line is invalid; the text says what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Which reports are read of which accounts, and what of them; by default what the exporter publishes.

    `days` are both included, and `days_option` is the option that chose them. `accounts` and `applications` are empty
    for all.
    """

    api: Api
    reports: tuple[str, ...]
    accounts: tuple[str, ...] = ()
    days: Days | None = None
    days_option: str = "--since"
    applications: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    over_budget: bool = False

    @property
    def options(self) -> frozenset[str]:
        """The options that are given."""
        given = {
            DAYS: self.days is not None,
            APPLICATION: bool(self.applications),
            GROUP_BY: bool(self.group_by),
            OVER_BUDGET: self.over_budget,
        }
        return frozenset(option for option in given if given[option])


def parsed(arguments: argparse.Namespace, now: datetime) -> Request:
    """The request of a command line; raises `UsageError`."""
    api = _api(arguments.api)
    known = [report.name for report in api.reports]
    for name in arguments.reports:
        if name not in known:
            hint = did_you_mean(name, known) or f"; the reports are {', '.join(known)}"
            raise UsageError(f"argument report: {api.name} has no report {name!r}{hint}")
    return Request(
        api=api,
        reports=tuple(dict.fromkeys(arguments.reports)),
        accounts=arguments.accounts or (),
        days=_days(arguments, now.date()),
        days_option="--period" if arguments.period else "--since",
        applications=arguments.applications or (),
        group_by=tuple(name.strip() for name in (arguments.group_by or "").split(",") if name.strip()),
        over_budget=arguments.over_budget,
    )


def _api(name: str) -> Api:
    for api in ALL:
        if api.name == name:
            return api
    names = [api.name for api in ALL]
    hint = did_you_mean(name, names) or f"; use {', '.join(names)}"
    raise UsageError(f"argument api: no API {name!r}{hint}")


def _days(arguments: argparse.Namespace, today: date) -> Days | None:
    since, until, period = arguments.since, arguments.until, arguments.period
    if period:
        if since or until:
            raise UsageError("argument --period: not with --since and --until; use one of them")
        return _period(period, today)
    if not since:
        if until:
            raise UsageError("argument --until: needs --since, the first day")
        return None
    days = Days(_day("--since", since, today), _day("--until", until, today) if until else today)
    if days.start > days.end:
        raise UsageError(f"argument --since: {days.start} is after {days.end}")
    return days


def _period(text: str, today: date) -> Days:
    if text in ("current", "previous"):
        month = billing_month(today)
        return month if text == "current" else billing_month(month.start - DAY)
    if found := re.fullmatch(r"([0-9]{4})-?(0[1-9]|1[0-2])", text):
        days = billing_month(date(int(found[1]) or 1, int(found[2]), 1))
        if days.start <= today:
            return days
        raise UsageError(f"argument --period: {text} is in the future")
    raise UsageError(f"argument --period: {text!r} is not a billing period such as {today:%Y%m}, current or previous")


def _day(option: str, text: str, today: date) -> date:
    """A day, `month` for the first day of the current month, or `10d` for the first of ten days up to today."""
    if text == "month":
        return today.replace(day=1)
    if found := re.fullmatch(r"([1-9][0-9]{0,3})d", text):
        return today - timedelta(days=int(found[1]) - 1)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"argument {option}: {text!r} is not a day such as {today}, month or 30d") from None
    if day > today:
        raise UsageError(f"argument {option}: {day} is in the future")
    return day
