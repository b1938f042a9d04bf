"""How many requests a tenant of a given size takes, for `check-config` and the documentation."""

from datetime import timedelta
from math import ceil

USERS_PAGE, PAGE = 999, 1_000
"""The most users [documented] and entries of the audit log [inferred] of a page."""
PER_MINUTE = 27.0
"""5 requests for the audit log per 10 s, for each application and tenant [documented]; likely for user insights too.

At this rate no 10 s have more than 5 of them, without a burst.
"""
OVERLAP = timedelta(hours=1)
"""How much of the log before the newest entry is read again, at most so often."""
ENTRIES_PER_SIGN_IN = 5
"""Entries of one sign-in: credentials, code, exchange, access token, id token."""
USERS, SIGN_INS = 1_000_000, 200_000
"""The size of a large tenant."""
DAY = timedelta(days=1)


def users_requests(users: int) -> int:
    """Requests of one full count of users."""
    return max(1, ceil(users / USERS_PAGE))


def audit_requests(entries: int, every: timedelta, page: int = PAGE) -> int:
    """Requests per day for a log with so many entries a day, read at an interval.

    Each entry is read when it is new, once more when its day is final, and again if it is in the hour before a run,
    at most once an hour. A run takes at least one request for each of these, and begins at most one page more.
    """
    runs = ceil(DAY / every)
    again = min(1.0, OVERLAP / every)
    return ceil(entries / page * (2 + again)) + 3 * runs


def described(every: timedelta) -> str:
    """The plan for a large tenant, in words."""
    entries = SIGN_INS * ENTRIES_PER_SIGN_IN
    audit = audit_requests(entries, every)
    hours = audit / PER_MINUTE / 60
    return (
        f"users: 1 for each {USERS_PAGE} users and count, so {users_requests(USERS):,} for {USERS:,} users; "
        f"audit log: at most 5 per 10 s, at {SIGN_INS:,} sign-ins ({entries:,} entries) a day {audit:,} a day, "
        f"which take {hours:.1f} h"
    )
