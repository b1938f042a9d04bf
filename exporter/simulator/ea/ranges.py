"""The days that a request names."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from exporter.simulator.ea.errors import ea_refused
from exporter.simulator.world.periods import first_day, last_day

MAX_MONTHS = 36


@dataclass(frozen=True)
class Range:
    """Days of usage, both included; `period` is the billing period if it was requested by its name."""

    start: date
    end: date
    period: str = ""


def of_period(period: str) -> Range:
    """The days of a billing period ``yyyyMM``, or 400."""
    try:
        return Range(first_day(period), last_day(period), period)
    except ValueError:
        raise ea_refused(400, f"Invalid billing period {period}.") from None


def of_dates(request: Request, max_months: int = MAX_MONTHS) -> Range:
    """The days from ``startTime`` to ``endTime`` (names without regard to case), or 400."""
    query = {name.lower(): value for name, value in request.query_params.items()}
    start, end = (_day(query.get(name, ""), name) for name in ("starttime", "endtime"))
    if start > end:
        raise ea_refused(400, "The start date must not be later than the end date.")
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > max_months or (months == max_months and end.day >= start.day):
        raise ea_refused(400, f"The date range must not exceed {max_months} months.")
    return Range(start, end)


def _day(text: str, name: str) -> date:
    # fromisoformat also reads 20261103 and 2026-W45-2, which are not documented.
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise ea_refused(400, f"Invalid value for {name}: yyyy-MM-dd is expected.")
