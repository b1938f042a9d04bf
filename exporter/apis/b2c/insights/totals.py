"""The whole that the rows of a day or month state, if they state one: sums of users may count a person twice."""

from collections.abc import Sequence

from exporter.apis.b2c.insights.rows import ActiveUserCount, Users


def users(rows: Sequence[Users]) -> int | None:
    """All users of a day; None where the rows do not determine it.

    Each user has one language at most, so rows of languages sum to the whole. Beside them a row without a language may
    be the whole, or users without one: it is the whole only if it is their sum.
    """
    whole, languages = _stated([row.count for row in rows if row.whole]), [row for row in rows if not row.whole]
    total = sum(row.count for row in languages)
    if not languages:
        return whole
    if all(not row.whole for row in rows):
        return total if _once(languages) else None
    return whole if whole == total else None


def active_users(rows: Sequence[ActiveUserCount]) -> int | None:
    """All users who were active in a month; None where the rows do not determine it.

    A single row is the whole. Beside others a row without dimensions is the whole only if it can be: the others' sum
    counts nobody less than once, and none of them exceeds the whole.
    """
    if len(rows) == 1:
        return rows[0].count
    whole, others = _stated([row.count for row in rows if row.whole]), [row.count for row in rows if not row.whole]
    possible = whole is not None and (not others or max(others) <= whole <= sum(others))
    return whole if possible else None


def _stated(counts: Sequence[int]) -> int | None:
    """The only value of all rows that state one."""
    return counts[0] if len(set(counts)) == 1 else None


def _once(rows: Sequence[Users]) -> bool:
    """Whether no language has several rows; languages that differ in spelling only are disjoint groups of users."""
    return len({row.language for row in rows}) == len(rows)
