"""Periods of a report, and how they are requested."""

from collections.abc import Iterator
from datetime import date

from exporter.model.collection import Validators
from exporter.model.periods import Days, period_name

FIRST_DAY = date(2014, 5, 1)
"""The reporting APIs have no data of earlier days."""


def report_path(root: str, report: str, days: Days | None) -> str:
    """The path of a report for some days; without days it is for the service's current billing period."""
    if days is None:
        return f"{root}/{report}"
    if period := period_name(days):
        return f"{root}/billingPeriods/{period}/{report}"
    return custom_path(root, report, days)


def custom_path(root: str, report: str, days: Days) -> str:
    """The path of a report for some days by their dates, also where they are a whole billing period."""
    return f"{root}/{report}bycustomdate?startTime={days.start}&endTime={days.end}"


def parts(days: Days, max_months: int, validators: Validators) -> Iterator[tuple[Days, Validators]]:
    """The days in parts that one request may cover. Several are read without validators: that one of them is
    unchanged says nothing about the others.
    """
    ranges = list(days.split(max_months))
    yield from ((part, validators if len(ranges) == 1 else Validators()) for part in ranges)
