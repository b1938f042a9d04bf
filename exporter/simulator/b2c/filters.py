"""The reports' ``$filter``: comparisons of TimeStamp and ApplicationId, joined by ``and``."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

CLAUSE = re.compile(r"(TimeStamp|ApplicationId) +(gt|ge|lt|le|eq) +(\S+)")
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DEFAULT_DAYS = 30


class UnsupportedFilterError(ValueError):
    """A filter outside the documented grammar; the text names the part."""


@dataclass(frozen=True)
class Window:
    """The days of a report, both included, and the application that it is about, if one."""

    first: date
    last: date
    application: str | None = None


def parse_filter(
    text: str | None, today: date, *, by_application: bool = True, bounds_included: bool = False
) -> Window:
    """The window of a filter: 30 days up to today where the filter names no beginning.

    A bare day means its midnight UTC, so ``TimeStamp gt 2016-10-15`` leaves the fifteenth out, unless
    `bounds_included`. Days and ids are written without quotes, as in the documented examples.
    """
    first, last, application = today - timedelta(days=DEFAULT_DAYS - 1), today, None
    for clause in text.strip().split(" and ") if text else []:
        found = CLAUSE.fullmatch(clause.strip())
        if found is None:
            raise UnsupportedFilterError(clause.strip())
        field, operator, value = found.groups()
        if field == "ApplicationId":
            if not by_application or operator != "eq" or not GUID.fullmatch(value):
                raise UnsupportedFilterError(clause.strip())
            application = value.lower()
            continue
        day = _day(value)
        if operator in ("gt", "ge", "eq"):
            first = day + timedelta(days=operator == "gt" and not bounds_included)
        if operator in ("lt", "le", "eq"):
            last = day - timedelta(days=operator == "lt" and not bounds_included)
    return Window(first, min(last, today), application)


def _day(text: str) -> date:
    # fromisoformat also reads 20161015 and 2016-W41-6, which are not documented.
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise UnsupportedFilterError(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnsupportedFilterError(text) from None
