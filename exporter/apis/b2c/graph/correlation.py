"""Whether the events of a sign-in share a correlation id: what speaks against it in a log."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

import msgspec

from exporter.apis.b2c.graph.activities import ACCESS_TOKEN, ASSERTION, EXCHANGED, GRANTED, ID_TOKEN, ISSUED
from exporter.apis.b2c.graph.sign_ins import SignIn

ALONE = frozenset({ID_TOKEN, ACCESS_TOKEN, ASSERTION, EXCHANGED})
"""The bits of a sign-in with events of one activity that counts."""
NEAR = timedelta(seconds=10)
FEWEST, SHARE = 10, 0.05
"""How many sign-ins, and what share of all, must have lost their partner for a warning."""
REMEMBERED = 50_000
"""Sign-ins after which older ones count half."""


class Correlation(msgspec.Struct, frozen=True):
    """How many authentications were counted, and how many of them look like a part of another one.

    That is: one activity alone, while within 10 s the same user has another authentication in the same flow and
    application, with another activity alone. It is an indication, because a user may sign in twice.
    """

    counted: int = 0
    parts: int = 0

    def after(self, sign_ins: Iterable[SignIn]) -> "Correlation":
        """The sum with what was read since; old numbers fade."""
        found = [one for one in sign_ins if _counts(one.kinds)]
        counted, parts = self.counted + len(found), self.parts + _parts(found)
        while counted > REMEMBERED:
            counted, parts = counted // 2, parts // 2
        return Correlation(counted, parts)

    @property
    def warning(self) -> str:
        """What to report; empty if nothing speaks against shared correlation ids."""
        if self.parts < max(FEWEST, SHARE * self.counted):
            return ""
        return (
            f"audit log: {self.parts / self.counted:.0%} of the authentications look like a part of another one of the "
            "same user within 10 seconds: this log may give each event of a sign-in its own correlation id, and the "
            "counts may be too high: compare them with the invoice"
        )


def _counts(kinds: int) -> bool:
    return bool(kinds & EXCHANGED or (kinds & ISSUED and not kinds & GRANTED))


def _parts(sign_ins: Iterable[SignIn]) -> int:
    groups: dict[tuple[str, str, str], list[SignIn]] = defaultdict(list)
    for one in sign_ins:
        if one.kinds in ALONE and one.user:
            groups[one.user, one.place.application, one.place.flow].append(one)
    found: set[int] = set()
    for group in groups.values():
        for first, second in pairwise(sorted(group, key=lambda one: one.at)):
            if first.kinds != second.kinds and second.at - first.at <= NEAR:
                found |= {id(first), id(second)}
    return len(found)
